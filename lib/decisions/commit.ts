import "server-only";

import { createHmac } from "node:crypto";
import type { HeldApproval } from "@/lib/approvals/held";
import type { Draft } from "@/lib/audit/assemble";
import type { Committed, Lanes, Member, Refusal } from "@/lib/audit/lane";
import { type PayloadFields, sealPayload } from "@/lib/audit/payload";
import { writingKey } from "@/lib/audit/payload-keys";
import { env } from "@/lib/env";
import { AppError } from "@/lib/errors";
import type { Json } from "@/lib/json";
import { loadedSnapshot, refreshSnapshot, type Snapshot, snapshotIsStale } from "@/lib/policy/snapshot";
import type { Evaluation, Finding, Learned } from "@/lib/policy/types";
import { randomPooled } from "@/lib/random";
import { type Call, callerOf, resourceText } from "./attributes";
import { requestDigest } from "./idempotency";
import { type Judged, judge, refuseHeld } from "./judge";
import { within } from "./within";

/**
 * Gives a call to the lanes of this process and resolves when its entry is committed. What the log refuses (the epoch moved, a budget is spent, an approval is gone)
 * is learned and judged again, until it is recorded or its deadline passes.
 */
export type Recorded = Judged & { committed: Committed };
export type Settled = "replay" | Recorded;

/** An answer leaves the process only within this time of sending its append, or after a fresh look at the epoch. audit-log design §5.4. */
const releaseMilliseconds = 250;
const deadlineMilliseconds = 2500;

/**
 * @param key idempotency hash; `replay` when it is taken
 * @throws AppError `audit_unavailable` · `too_many_requests` · `unauthenticated` · `chain_diverged`
 */
export function commit(call: Call, key: Buffer | null, held: HeldApproval | null, lanes: Lanes): Promise<Settled> {
  return new Promise((resolve, reject) => {
    lanes.submit(memberFor(call, key, held, lanes, resolve, reject), call.sampleAt);
  });
}

function memberFor(
  call: Call,
  key: Buffer | null,
  held: HeldApproval | null,
  lanes: Lanes,
  resolve: (settled: Settled) => void,
  reject: (error: unknown) => void,
): Member {
  const deadline = performance.now() + deadlineMilliseconds;
  const nonce = held?.nonce ?? randomPooled(16).toString("base64");
  const learned: {
    exhausted: NonNullable<Learned["exhausted"]>[number][];
    approval: boolean;
    instance?: keyof typeof divergence;
  } = { exhausted: [], approval: false };
  let judged: Judged | undefined;
  let reported: Evaluation["budgets"] = [];
  return {
    deadline,
    party: call.credential.agentId,
    draft() {
      if (learned.instance) throw new AppError("chain_diverged", divergence[learned.instance]);
      const snapshot = loadedSnapshot() as Snapshot;
      const agent = callerOf(call, snapshot, lanes.now());
      const now = lanes.now();
      judged = judge(
        call,
        agent,
        snapshot,
        call.sampleAt ?? new Date(now),
        nonce,
        learned.approval ? null : held,
        learned,
      );
      if (held && learned.approval) judged = refuseHeld(judged, held);
      reported = judged.evaluation.budgets.length > 0 ? judged.evaluation.budgets : reported;
      return draftOf(call, key, judged, now);
    },
    learn(refusal: Refusal) {
      if (refusal.why === "budget") {
        for (const one of refusal.exhausted) {
          const charge = reported.find(
            (candidate) => counterKey(candidate) === one.key && candidate.window === one.window,
          );
          if (!charge) continue;
          const { key, window, counterparty } = charge;
          learned.exhausted.push({ key, window, counterparty, spentMinor: BigInt(one.spent), used: Number(one.used) });
        }
      } else if (refusal.why === "approval") learned.approval = true;
      else learned.instance = refusal.reason;
    },
    replayed: () => resolve("replay"),
    committed: (committed) => resolve({ ...(judged as Judged), committed }),
    failed: reject,
  };
}

const divergence = {
  counter: "this call number of the instance was used before",
  instances: "more instances use this credential than the agent may run",
  echo: "this instance already has receipts, and its call echoes none",
} as const;

function draftOf(call: Call, key: Buffer | null, judged: Judged, now: number): Draft {
  const { input } = call;
  const { agent, evaluation, outcome, reasons } = judged;
  const { facts } = evaluation;
  const codes = reasonCodes(reasons);
  const payload: PayloadFields = {
    arguments: input.arguments as Json,
    context: Object.keys(input.context).length > 0 ? (input.context as Json) : undefined,
    resource: input.resource as Json | undefined,
    reasoning: input.reasoning as Json | undefined,
    findings: reasons as unknown as Json,
    nonce: judged.nonce,
    facts: {
      amount: facts.amount ?? null,
      currency: facts.currency ?? null,
      recipient: facts.recipient ?? null,
      resource: resourceText(input, facts.host),
      region: facts.region ?? null,
    },
    obligations: evaluation.obligations.length > 0 ? (evaluation.obligations as unknown as Json) : undefined,
    wouldBe: evaluation.wouldBe ?? undefined,
  };
  const draft: Draft = {
    facts: {
      kind: "decision",
      agent: agent.id,
      outcome,
      codes,
      tool: input.tool,
      effect: facts.effect ?? undefined,
      actionDigest: judged.digest,
      policyHash: judged.policyHash,
      instance: input.context.instanceId,
      approvalId: input.approvalId,
    },
    payload: sealPayload(payload),
    key: writingKey(agent.ownerActor, new Date(now)),
    receipt: { agent: agent.id, outcome, actionDigest: judged.digest, instance: input.context.instanceId },
  };
  if (key) {
    draft.idem = key;
    draft.request = requestDigest(call.body ?? Buffer.alloc(0));
  }
  const expiries = [call.credential.expiresAt, evaluation.notAfter].filter((at) => typeof at === "number");
  if (expiries.length > 0 && !call.sampleAt) draft.notAfter = Math.min(...expiries);
  // An approval is spent on the action it was given for; a budget counts what may really happen: allows only.
  if (outcome === "allow" && evaluation.budgets.length > 0) draft.budgets = evaluation.budgets.map(chargeRow);
  if (judged.spent) draft.consume = { id: judged.spent.id, agent: agent.id, digest: judged.digest.slice(7) };
  if (outcome === "approval_required" && evaluation.approval) {
    const { approval } = evaluation;
    draft.open = {
      agent: agent.id,
      owner: agent.ownerId,
      tool: input.tool,
      effect: facts.effect ?? "unknown",
      reversible: facts.reversible ?? false,
      digest: judged.digest.slice(7),
      policyHash: judged.policyHash,
      quorum: approval.quorum,
      groups: approval.groups,
      stepUp: approval.stepUp,
      codes,
      amount: facts.amount ?? null,
      currency: facts.currency ?? null,
      recipient: facts.recipient ?? null,
      resource: resourceText(input, facts.host),
      slaSeconds: approval.sla ?? null,
      expiresIn: approval.expiresIn,
      sample: agent.sample,
    };
  }
  const n = input.lastReceipt?.n;
  if (input.context.instanceId && agent.echoMode !== "off" && (n !== undefined || agent.maxInstances !== null)) {
    draft.instance = {
      agent: agent.id,
      instance: input.context.instanceId,
      n: n ?? null,
      max: agent.maxInstances,
      enforce: agent.echoMode === "enforce",
    };
  }
  return draft;
}

/** Codes of what weighed, gravest first; each once. */
function reasonCodes(reasons: readonly Finding[]): string[] {
  const codes = new Set<string>();
  for (const finding of reasons) if (finding.mode !== "shadow" && codes.size < 16) codes.add(finding.code);
  return [...codes];
}

/** The counter's name in the database. A counterparty may be a person, so it is there as a keyed digest only. */
export function counterKey(charge: Evaluation["budgets"][number]): string {
  if (charge.counterparty === null) return charge.key;
  return `${charge.key}:${createHmac("sha256", env().pepper).update(`countersign/counterparty/v1\n${charge.counterparty}`).digest("hex")}`;
}

function chargeRow(charge: Evaluation["budgets"][number]): Record<string, unknown> {
  return {
    key: counterKey(charge),
    window: charge.window,
    amount: charge.amountMinor.toString(),
    count: charge.count,
    maxAmount: charge.amountLimitMinor?.toString() ?? null,
    maxCount: charge.countLimit,
  };
}

/**
 * INVARIANT (nothing released after a stop): an allow that waited longer than the rule leaves only if the epoch has not moved since a look that is fresh itself.
 */
export async function release(settled: Recorded, call: Call): Promise<void> {
  if (settled.outcome !== "allow" || call.sampleAt) return;
  let since = settled.committed.sentAt;
  while (performance.now() - since > releaseMilliseconds) {
    since = performance.now();
    if ((await within(snapshotIsStale())) || loadedSnapshot()?.epoch !== settled.committed.epoch) {
      await refreshSnapshot();
      throw new AppError(
        "audit_unavailable",
        "something this answer rests on changed while it waited, so it is denied; ask again",
      );
    }
  }
}
