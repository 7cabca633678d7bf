import type { RuleContext } from "./attributes";
import { internalsOf, type Plan } from "./compile";
import { unknownTool } from "./layers/catalogue";
import type { Report } from "./layers/layer";
import { expiryOf, standingOf, versionMismatch } from "./layers/registry";
import { combine, inOrderOfGravity } from "./merge";
import type { CompiledAgent, Evaluation, Facts, Finding, Layer, Learned, PolicyRequest, Principal } from "./types";

/**
 * The decision: a pure function of request, compiled agent and time. It knows no database, no clock and no log, and it
 * never throws. Whatever goes wrong in it is a finding that denies.
 */

/**
 * Decides one request.
 * @param request what is asked; `principal` must be the one the agent was compiled with
 * @param now     epoch milliseconds, UTC, of the database's clock
 * @param learned what recording an earlier evaluation of this request was refused for
 * @returns never `allow` without an allow finding of both tier and mandate; an `approval_required` comes with the
 *          strictest of what was asked, and `budgets` is what an allow has to reserve
 */
export function evaluate(request: PolicyRequest, agent: CompiledAgent, now: number, learned?: Learned): Evaluation {
  try {
    return judge(request, agent, now, learned);
  } catch (error) {
    return denied([engineError("default", error)], noFacts);
  }
}

const noFacts: Facts = Object.freeze({ effect: null, reversible: null });

function judge(request: PolicyRequest, agent: CompiledAgent, now: number, learned: Learned | undefined): Evaluation {
  if (!Number.isFinite(now)) return denied([engineError("default", new Error("the time is not known"))], noFacts);
  if (request.principal !== agent.principal && !samePrincipal(request.principal, agent.principal)) {
    return denied([engineError("registry", new Error("the agent changed while the request was prepared"))], noFacts);
  }
  const name = request.action.tool;
  const { planFor, parts } = internalsOf(agent);
  const plan = typeof name === "string" ? planFor(name) : undefined;
  if (plan === undefined) return withoutTool(request, agent.principal, now, parts.set.escalation);
  if (plan instanceof Error) return denied([engineError("mandate", plan)], noFacts);
  if (typeof request.arguments !== "object" || request.arguments === null || Array.isArray(request.arguments)) {
    return denied(
      [
        {
          layer: "catalogue",
          ruleId: name,
          effect: "deny",
          code: "arguments.invalid",
          message: "the arguments are not an object",
        },
      ],
      noFacts,
    );
  }
  return judgeBy(plan, request, now, learned);
}

function judgeBy(plan: Plan, request: PolicyRequest, now: number, learned: Learned | undefined): Evaluation {
  const { tool, knowledge, parts } = plan;
  const derived = plan.readFacts(request);
  const context: RuleContext = {
    request,
    tool,
    now,
    derived,
    knowledge,
    rates: parts.rates,
    notAfter: Number.POSITIVE_INFINITY,
  };
  const report: Report = { findings: [], charges: [], obligations: [], learned };
  const { checks, layers } = plan;
  for (let at = 0; at < checks.length; at++) {
    try {
      (checks[at] as (typeof checks)[number])(context, report);
    } catch (error) {
      report.findings.push(engineError(layers[at] as Layer, error));
    }
  }
  const { findings } = report;
  const { outcome, approval, defaultDeny } = combine(findings, false);
  const evaluation: Evaluation = {
    outcome,
    reasons: inOrderOfGravity(defaultDeny ? [...findings, nothingAllows] : findings),
    obligations: report.obligations,
    budgets: outcome === "deny" ? [] : report.charges,
    wouldBe: null,
    facts: derived.facts,
  };
  if (approval !== null) evaluation.approval = approval;
  if (context.notAfter !== Number.POSITIVE_INFINITY) evaluation.notAfter = context.notAfter;
  if (anyInShadow(findings)) {
    const enforced = combine(findings, true).outcome;
    if (enforced !== outcome && enforced !== "allow") evaluation.wouldBe = enforced;
  }
  return evaluation;
}

function anyInShadow(findings: readonly Finding[]): boolean {
  for (const finding of findings) if (finding.mode === "shadow") return true;
  return false;
}

const nothingAllows: Finding = Object.freeze({
  layer: "default",
  ruleId: "default",
  effect: "deny",
  code: "default.deny",
  message: "no rule of this agent's tier and mandate allows this call",
});

function withoutTool(
  request: PolicyRequest,
  principal: Principal,
  now: number,
  escalation: Parameters<typeof standingOf>[1],
): Evaluation {
  const findings = [
    ...standingOf(principal, escalation),
    expiryOf(principal, now),
    versionMismatch(principal, request.context),
    unknownTool(request.action.tool),
  ].filter((finding) => finding !== null);
  return denied(findings, noFacts);
}

function denied(findings: Finding[], facts: Facts): Evaluation {
  return { outcome: "deny", reasons: inOrderOfGravity(findings), obligations: [], budgets: [], wouldBe: null, facts };
}

function engineError(layer: Layer, error: unknown): Finding {
  const detail = error instanceof Error ? error.message : "unknown error";
  return {
    layer,
    ruleId: "engine",
    effect: "deny",
    code: "engine.error",
    message: `this request could not be judged, so it is refused: ${detail}`,
  };
}

function samePrincipal(one: Principal, other: Principal): boolean {
  return (
    one.agentId === other.agentId &&
    one.version === other.version &&
    one.tier === other.tier &&
    one.environment === other.environment &&
    one.region === other.region &&
    one.status === other.status &&
    one.ownerId === other.ownerId &&
    one.riskClass === other.riskClass &&
    one.expiresAt === other.expiresAt
  );
}
