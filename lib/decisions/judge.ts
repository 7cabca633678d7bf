import "server-only";

import { type HeldApproval, holdsNow, whyNotHeld } from "@/lib/approvals/held";
import type { Json } from "@/lib/json";
import { evaluate } from "@/lib/policy/evaluate";
import type { AgentFacts, Snapshot } from "@/lib/policy/snapshot";
import type { Evaluation, Finding, Learned } from "@/lib/policy/types";
import { actionDigest } from "./action";
import { type Call, policyRequest } from "./attributes";

/** What policy says of a call, and what an approval that the caller holds changes about it. */
export type Judged = {
  agent: AgentFacts;
  evaluation: Evaluation;
  outcome: Evaluation["outcome"];
  reasons: Finding[];
  digest: string;
  nonce: string;
  policyHash: string;
  /** Set when this decision spends an approval. */
  spent: HeldApproval | null;
};
/** The judgement, and what an approval that the caller holds changes about it. Pure but for the nonce and the clock it is given. */
export function judge(
  call: Call,
  agent: AgentFacts,
  snapshot: Snapshot,
  now: Date,
  nonce: string,
  held: HeldApproval | null = null,
  learned: Learned = {},
): Judged {
  const { input } = call;
  const evaluation = evaluate(policyRequest(agent, input), agent.compiled, now.getTime(), learned);
  const digest = actionDigest({
    agent: agent.id,
    tool: input.tool,
    toolSchemaHash: snapshot.policy.tools.get(input.tool)?.fingerprint ?? null,
    params: input.arguments as { [name: string]: Json },
    env: { environment: agent.principal.environment, resource: (input.resource ?? null) as Json },
    amount: evaluation.facts.amount ?? null,
    currency: evaluation.facts.currency ?? null,
    nonce,
  });
  const base: Judged = {
    agent,
    evaluation,
    outcome: evaluation.outcome,
    reasons: evaluation.reasons,
    digest,
    nonce,
    policyHash: snapshot.policyHash,
    spent: null,
  };
  if (!held || evaluation.outcome === "deny") return base;

  const refusal = whyNotHeld(held, digest, evaluation.approval ?? null);
  if (refusal) return { ...base, outcome: "deny", reasons: [refusal, ...evaluation.reasons] };
  return {
    ...base,
    outcome: "allow",
    reasons: [
      holdsNow(held),
      ...evaluation.reasons.filter((finding) => finding.effect === "allow" || finding.mode === "shadow"),
    ],
    spent: held,
  };
}

/** The database said that the approval was not there to be spent: someone was faster, or it ended meanwhile. */
export function refuseHeld(judged: Judged, held: HeldApproval): Judged {
  const finding: Finding = {
    layer: "registry",
    ruleId: held.id,
    effect: "deny",
    code: "approval_consumed",
    message: "this approval was already used, or it ended before it could be used; ask again without `approvalId`",
  };
  return { ...judged, outcome: "deny", reasons: [finding, ...judged.reasons], spent: null };
}
