import "server-only";

import type { IncomingMessage } from "node:http";
import { env } from "@/lib/env";
import { AppError } from "@/lib/errors";
import { parse } from "@/lib/http/route";
import type { CredentialFacts } from "@/lib/policy/snapshot";
import { type EvaluationRequest, evaluation, evaluations } from "./authzen-schema";
import { decide } from "./decide";
import { type Answer, caller, json, readBody, readJson, recordInvalid, recordRefused } from "./edge";
import type { Plane } from "./plane";
import { type DecisionResponse, decisionRequest } from "./schema";

/**
 * AuthZEN Authorization API 1.0 as a second edge of the same decision: `subject` is the principal, `action.name` the tool, `action.properties` its arguments.
 * The one file where those words are translated. Unknown members are ignored, wrong types are 400, a denial is 200 with `decision: false`.
 */
type Decision = { decision: boolean; context?: Record<string, unknown> };

/** `POST /access/v1/evaluation` */
export async function postEvaluation(request: IncomingMessage, _: RegExpExecArray, plane: Plane): Promise<Answer> {
  return answering(request, plane, async (credential, document) =>
    evaluateOne(credential, parse(evaluation, document, "body"), plane),
  );
}

/** `POST /access/v1/evaluations`: members at the top are defaults, replaced whole. */
export async function postEvaluations(request: IncomingMessage, _: RegExpExecArray, plane: Plane): Promise<Answer> {
  return answering(request, plane, async (credential, document) => {
    const batch = parse(evaluations, document, "body");
    const { subject, action, resource, context } = batch;
    if (!batch.evaluations?.length)
      return evaluateOne(credential, parse(evaluation, { subject, action, resource, context }, "body"), plane);
    const semantic = batch.options?.evaluations_semantic ?? "execute_all";
    const answers: Decision[] = [];
    for (const entry of batch.evaluations) {
      const one = await evaluateEntry(credential, { subject, action, resource, context, ...entry }, plane);
      answers.push(one);
      if (semantic === "deny_on_first_deny" && !one.decision) break;
      if (semantic === "permit_on_first_permit" && one.decision) break;
    }
    return { evaluations: answers };
  });
}

/** `GET /.well-known/authzen-configuration`. Members we have nothing for are left out. */
export function authzenMetadata(): Record<string, unknown> {
  const { publicUrl } = env();
  return {
    policy_decision_point: publicUrl,
    access_evaluation_endpoint: `${publicUrl}/access/v1/evaluation`,
    access_evaluations_endpoint: `${publicUrl}/access/v1/evaluations`,
  };
}

async function answering(
  request: IncomingMessage,
  plane: Plane,
  work: (credential: CredentialFacts, document: unknown) => Promise<unknown>,
): Promise<Answer> {
  const body = await readBody(request);
  const credential = await caller(request, plane);
  try {
    return json(200, await work(credential, readJson(request, body)));
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    if (error.code === "invalid_request" || error.code === "unsupported_media_type") {
      await recordInvalid(credential, plane, error);
      // Another content type is a 400 here, not a 415. AuthZEN, "Error responses".
      throw new AppError("invalid_request", error.message, { fields: error.fields });
    }
    throw error;
  }
}

/** A failing entry is a denial with its error and does not fail the batch; a caller who speaks for somebody else does. */
async function evaluateEntry(credential: CredentialFacts, entry: unknown, plane: Plane): Promise<Decision> {
  try {
    return await evaluateOne(credential, parse(evaluation, entry, "entry"), plane);
  } catch (error) {
    if (!(error instanceof AppError) || error.code === "identity_mismatch" || error.status >= 500) throw error;
    if (error.code === "invalid_request") await recordInvalid(credential, plane, error);
    return { decision: false, context: { error: { status: error.status, message: error.message } } };
  }
}

async function evaluateOne(credential: CredentialFacts, asked: EvaluationRequest, plane: Plane): Promise<Decision> {
  if (asked.subject.type !== "agent" || asked.subject.id !== credential.agentId) {
    await recordRefused(credential, plane, "identity_mismatch", {
      subject: { type: asked.subject.type, id: asked.subject.id },
    });
    throw new AppError(
      "identity_mismatch",
      '`subject` must be the agent that the credential belongs to, as `{"type":"agent","id":"agt_…"}`',
    );
  }
  const { approval, lastReceipt, ...context } = asked.context ?? {};
  const { host, path, method, region, dataClasses } = asked.resource.properties ?? {};
  const input = parse(
    decisionRequest,
    {
      tool: asked.action.name,
      arguments: asked.action.properties ?? {},
      resource: { type: asked.resource.type, id: asked.resource.id, host, path, method, region, dataClasses },
      context,
      lastReceipt,
      approvalId: (approval as { id?: unknown } | undefined)?.id,
    },
    "body",
  );
  return decisionOf(await decide({ credential, input }));
}

/** @see Access Request and Approval Profile 1.0 draft 1, §2.2: the id of the approval stands for what may be re-evaluated */
function decisionOf(answer: DecisionResponse): Decision {
  if (answer.outcome === "allow")
    return {
      decision: true,
      context: { evaluation_id: answer.id, evaluated_at: answer.evaluatedAt, receipt: answer.receipt },
    };
  const [first] = answer.reasons;
  return {
    decision: false,
    context: {
      evaluation_id: answer.id,
      evaluated_at: answer.evaluatedAt,
      reason: answer.outcome === "approval_required" ? "approval_required" : first?.code,
      reason_user: { "403": first?.message },
      ...(answer.approval ? { approval: answer.approval } : {}),
      receipt: answer.receipt,
    },
  };
}
