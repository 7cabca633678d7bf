import "server-only";

import { randomBytes } from "node:crypto";
import { announceApproval } from "@/lib/approvals/announce";
import { loadHeldApproval } from "@/lib/approvals/held";
import type { Lanes } from "@/lib/audit/lane";
import { logFaults } from "@/lib/audit/log-faults";
import { AppError } from "@/lib/errors";
import { entryId } from "@/lib/ids";
import { loadedSnapshot, refreshSnapshot, type Snapshot, snapshotIsStale } from "@/lib/policy/snapshot";
import { answer } from "./answer";
import { type Call, callerOf } from "./attributes";
import { commit, release } from "./commit";
import { checkEcho, diverged } from "./echo";
import { idempotencyHash } from "./idempotency";
import { judge } from "./judge";
import { startPlane } from "./plane";
import { replayOf } from "./replay";
import type { DecisionResponse } from "./schema";
import { within } from "./within";

/**
 * May this agent do this, now, with these arguments? Transport-neutral: the lean plane, a route handler and a server action call the same function.
 * INVARIANT (no answer without an entry): the answer leaves only after COMMIT of the transaction that wrote it.
 * @throws AppError `unauthenticated` · `chain_diverged` · `log_rolled_back` (echo) · `idempotency_mismatch` · `idempotency_expired` · `too_many_requests` ·
 *         `audit_unavailable` (nothing was recorded, so it is denied)
 */
export async function decide(call: Call): Promise<DecisionResponse> {
  const { lanes } = await startPlane();
  if (logFaults().fork)
    throw new AppError("audit_unavailable", "the log is not the one that was signed, so nothing is decided");
  if (call.input.dryRun) return dryRun(call, lanes);

  const key = call.idempotencyKey === undefined ? null : idempotencyHash(call.credential.agentId, call.idempotencyKey);
  const name = key?.toString("base64") ?? "";
  const first = running.get(name);
  if (key && first) {
    await first; // a call with this key is still under way here
    return within(replayOf(call, key, lanes));
  }
  const attempt = attemptOnce(call, key, lanes);
  if (key) {
    const over = attempt.then(done, done);
    running.set(name, over);
    void over.then(() => running.delete(name));
  }
  return attempt;
}

/** Calls with a key that are running in this process, by base64 of the idempotency hash. */
const running = new Map<string, Promise<void>>();
const done = () => {};

async function attemptOnce(call: Call, key: Buffer | null, lanes: Lanes): Promise<DecisionResponse> {
  const { approvalId } = call.input;
  const held = approvalId === undefined ? null : await within(loadHeldApproval(approvalId, call.credential.agentId));
  await checkEcho(call, lanes);
  const settled = await commit(call, key, held, lanes).catch((error: unknown) => {
    if (error instanceof AppError && error.code === "chain_diverged") return diverged(call, error.message);
    throw error;
  });
  if (settled === "replay") return within(replayOf(call, key as Buffer, lanes));
  if (!call.sampleAt) {
    if (settled.outcome === "approval_required")
      announceApproval(entryId("apr", settled.committed.lane, settled.committed.seq));
    if (settled.spent) announceApproval(settled.spent.id);
  }
  await release(settled, call);
  return answer(settled, settled.committed, settled.committed.ts);
}

/** Evaluates the same way, consumes nothing, writes nothing. */
async function dryRun(call: Call, lanes: Lanes): Promise<DecisionResponse> {
  if (await within(snapshotIsStale())) await within(refreshSnapshot());
  const snapshot = loadedSnapshot() as Snapshot;
  const now = new Date(lanes.now());
  const agent = callerOf(call, snapshot, lanes.now());
  const held = call.input.approvalId === undefined ? null : await loadHeldApproval(call.input.approvalId, agent.id);
  return answer(
    judge(call, agent, snapshot, now, held?.nonce ?? randomBytes(16).toString("base64"), held),
    null,
    now.toISOString(),
  );
}
