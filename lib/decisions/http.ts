import "server-only";

import { timingSafeEqual } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { badCredential } from "@/lib/agents/authenticate";
import { AppError, notFound } from "@/lib/errors";
import { parse } from "@/lib/http/route";
import { count, observeDecision, renderMetrics } from "@/lib/metrics/counters";
import { authzenMetadata, postEvaluation, postEvaluations } from "./authzen";
import { decide } from "./decide";
import { type Answer, caller, header, json, readBody, readJson, recordInvalid, refusal, send } from "./edge";
import { getCheckpoint, getLogKeys, getTile, getVerifierPage } from "./log-routes";
import { type Plane, startPlane } from "./plane";
import { readDecision } from "./read-decision";
import { reportOutcome } from "./report-outcome";
import { decisionRequest, idempotencyKey, outcomeReport } from "./schema";

/**
 * The decision plane over `node:http` alone: names the caller, parses strictly, maps errors to answers. Knows no policy.
 * A refusal is an answer (200); an error means the question could not be answered, and then the outcome is deny.
 */
type Route = {
  method: "GET" | "POST";
  path: RegExp;
  answer: (request: IncomingMessage, match: RegExpExecArray, plane: Plane) => Promise<Answer>;
};

export type PlaneStatus = {
  metricsToken: string | null;
  ready: () => Promise<{ ok: boolean; checks: Record<string, string> }>;
  gauges: () => Record<string, { help: string; value: number }>;
};

/** @returns a handler that answers a path of the decision plane, or returns false for every other path */
export function decisionPlane(status: PlaneStatus): (request: IncomingMessage, response: ServerResponse) => boolean {
  const routes: Route[] = [
    { method: "POST", path: /^\/api\/v1\/decisions$/, answer: postDecision },
    { method: "GET", path: /^\/api\/v1\/decisions\/(dec_[0-9a-z]{1,40})(?:\?wait=(\d{1,3}))?$/, answer: getDecision },
    { method: "POST", path: /^\/api\/v1\/decisions\/(dec_[0-9a-z]{1,40})\/outcome$/, answer: postOutcome },
    { method: "POST", path: /^\/access\/v1\/evaluation$/, answer: postEvaluation },
    { method: "POST", path: /^\/access\/v1\/evaluations$/, answer: postEvaluations },
    {
      method: "GET",
      path: /^\/\.well-known\/authzen-configuration$/,
      answer: async () => json(200, authzenMetadata()),
    },
    { method: "GET", path: /^\/log\/checkpoint$/, answer: getCheckpoint },
    { method: "GET", path: /^\/log\/key$/, answer: getLogKeys },
    { method: "GET", path: /^\/log\/verify\.html$/, answer: getVerifierPage },
    { method: "GET", path: /^\/log\/tile\/(\d{1,2}\/[\dx/]{3,40}(?:\.p\/\d{1,3})?)$/, answer: getTile },
    {
      method: "GET",
      path: /^\/log\/receipt-key$/,
      answer: async (_, __, plane) =>
        json(200, {
          keyId: plane.receiptKey.keyId,
          algorithm: "Ed25519",
          publicKey: plane.receiptKey.publicKey.toString("base64"),
        }),
    },
  ];
  return (request, response) => {
    const target = request.url ?? "/";
    const path = target.split("?", 1)[0] as string;
    if (probes.has(path) && request.method !== "GET" && request.method !== "HEAD") {
      send(response, refusal(new AppError("method_not_allowed", `this path does not take ${request.method}`)));
      return true;
    }
    switch (path) {
      case "/healthz":
        send(response, json(200, { status: "ok" }));
        return true;
      case "/readyz":
        void status.ready().then(
          (ready) => send(response, json(ready.ok ? 200 : 503, ready)),
          () => send(response, json(503, { ok: false, checks: { database: "unreachable" } })),
        );
        return true;
      case "/metrics":
        send(response, metrics(request, status));
        return true;
    }
    if (!ours.test(path)) return false;
    void respond(routes, target, request, response);
    return true;
  };
}

const probes = new Set(["/healthz", "/readyz", "/metrics"]);
const ours =
  /^\/(?:api\/v1\/decisions(?:\/|$)|access\/v1\/|log\/(?!tile\/entries\/)|\.well-known\/authzen-configuration$)/;

async function respond(
  routes: Route[],
  target: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    let known = false;
    for (const route of routes) {
      const match = route.path.exec(target);
      if (!match) continue;
      known = true;
      if (route.method !== request.method) continue;
      echoRequestId(request, response);
      send(response, await route.answer(request, match, await startPlane()));
      return;
    }
    throw known ? new AppError("method_not_allowed", `this path does not take ${request.method}`) : notFound();
  } catch (error) {
    send(response, refusal(error));
  }
}

async function postDecision(request: IncomingMessage, _: RegExpExecArray, plane: Plane): Promise<Answer> {
  const body = await readBody(request);
  const started = performance.now();
  const credential = await caller(request, plane);
  const key = header(request, "idempotency-key");
  let call: { input: ReturnType<typeof decisionRequest.parse>; idempotencyKey: string | undefined };
  try {
    call = {
      input: parse(decisionRequest, readJson(request, body), "body"),
      idempotencyKey: key === undefined ? undefined : parse(idempotencyKey, key, "Idempotency-Key"),
    };
  } catch (error) {
    await recordInvalid(credential, plane, error);
    throw error;
  }
  const answer = await decide({ credential, body, ...call });
  observeDecision((performance.now() - started) / 1000);
  count("countersign_decisions_total", "decisions by outcome", {
    outcome: answer.outcome,
    dry_run: String(call.input.dryRun),
  });
  return json(200, answer);
}

async function getDecision(request: IncomingMessage, match: RegExpExecArray, plane: Plane): Promise<Answer> {
  const credential = await caller(request, plane);
  const gone = new AbortController();
  const leave = () => gone.abort();
  request.socket.once("close", leave);
  try {
    return json(200, await readDecision(match[1] as string, credential.agentId, Number(match[2] ?? 0), gone.signal));
  } finally {
    request.socket.off("close", leave);
  }
}

async function postOutcome(request: IncomingMessage, match: RegExpExecArray, plane: Plane): Promise<Answer> {
  const body = await readBody(request);
  const credential = await caller(request, plane);
  let report: ReturnType<typeof outcomeReport.parse>;
  try {
    report = parse(outcomeReport, readJson(request, body), "body");
  } catch (error) {
    await recordInvalid(credential, plane, error);
    throw error;
  }
  return json(201, await reportOutcome(match[1] as string, credential.agentId, report));
}

/** The caller's own id for the request comes back, on errors too. AuthZEN Authorization API 1.0, "Request identification". */
function echoRequestId(request: IncomingMessage, response: ServerResponse): void {
  const id = header(request, "x-request-id");
  if (id !== undefined && /^[\x21-\x7e]{1,128}$/.test(id)) response.setHeader("x-request-id", id);
}

function metrics(request: IncomingMessage, status: PlaneStatus): Answer {
  const given = Buffer.from(request.headers.authorization ?? "");
  const wanted = Buffer.from(`Bearer ${status.metricsToken ?? ""}`);
  if (status.metricsToken === null || given.length !== wanted.length || !timingSafeEqual(given, wanted))
    return refusal(badCredential());
  return { status: 200, type: "text/plain; version=0.0.4; charset=utf-8", body: renderMetrics(status.gauges()) };
}
