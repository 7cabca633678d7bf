import "server-only";

import { readHeader } from "@/lib/audit/entry";
import { pool } from "@/lib/db";
import { notFound } from "@/lib/errors";
import { parseEntryId } from "@/lib/ids";
import { listen } from "@/lib/live/listen";
import { approvalStateOf } from "./approval-state";
import { startPlane } from "./plane";
import { storedAnswer } from "./replay";
import type { DecisionResponse } from "./schema";

/** The longest a poll is held, seconds. */
export const longestWait = 60;

/**
 * A recorded decision of this agent, read from the log itself.
 * @param waitSeconds how long to wait while its approval is open; answered as soon as somebody decides
 * @throws AppError `not_found` for what is not there or is another agent's, alike
 */
export async function readDecision(
  id: string,
  agentId: string,
  waitSeconds = 0,
  gone?: AbortSignal,
): Promise<DecisionResponse> {
  const { lanes } = await startPlane();
  const place = parseEntryId(id);
  if (place?.prefix !== "dec") throw notFound();
  const { rows } = await pool().query<{
    leaf_hash: Buffer;
    header: Buffer;
    body: Buffer | null;
    dek_id: number | null;
    request: Buffer | null;
  }>(
    "SELECT e.leaf_hash, e.header, p.body, p.dek_id, p.request FROM audit.entry e LEFT JOIN audit.payload p USING (lane, seq) WHERE e.lane = $1 AND e.seq = $2",
    [place.lane.toString(), place.seq.toString()],
  );
  const row = rows[0];
  const header = row && readHeader(row.header);
  if (!row || header?.kind !== "decision" || header.agent !== agentId) throw notFound();
  const answer = await storedAnswer(
    { ...place, leaf: row.leaf_hash, header: row.header, body: row.body, dekId: row.dek_id, request: row.request },
    lanes,
  );
  if (waitSeconds > 0 && answer.approval?.status === "pending") {
    await approvalSettled(answer.approval.id, agentId, Math.min(waitSeconds, longestWait) * 1000, gone);
    answer.approval = await approvalStateOf(answer.approval.id, agentId);
  }
  return answer;
}

const waiting = new Map<string, Set<() => void>>();
let listening = false;

/** Resolves when the approval is no longer pending, after `milliseconds`, or when the caller has gone. */
async function approvalSettled(
  id: string,
  agentId: string,
  milliseconds: number,
  gone: AbortSignal | undefined,
): Promise<void> {
  if (!listening) {
    listening = true;
    listen("countersign_approval", (payload) => {
      for (const [approval, wakes] of waiting)
        if (payload === null || payload === approval) for (const wake of [...wakes]) wake();
    });
  }
  const until = performance.now() + milliseconds;
  while (!gone?.aborted) {
    const left = until - performance.now();
    if (left <= 0) return;
    // Listening before looking: a vote between the two wakes us.
    const woken = nextWake(id, Math.min(left, 5000), gone);
    const state = await approvalStateOf(id, agentId).catch(() => null);
    if (state && state.status !== "pending") {
      woken.cancel();
      return;
    }
    await woken.promise;
  }
}

function nextWake(
  id: string,
  milliseconds: number,
  gone: AbortSignal | undefined,
): { promise: Promise<void>; cancel: () => void } {
  const wakes = waiting.get(id) ?? new Set();
  waiting.set(id, wakes);
  let cancel = () => {};
  const promise = new Promise<void>((resolve) => {
    cancel = () => {
      clearTimeout(timer);
      gone?.removeEventListener("abort", cancel);
      wakes.delete(cancel);
      if (wakes.size === 0) waiting.delete(id);
      resolve();
    };
    const timer = setTimeout(cancel, milliseconds);
    wakes.add(cancel);
    gone?.addEventListener("abort", cancel);
  });
  return { promise, cancel };
}
