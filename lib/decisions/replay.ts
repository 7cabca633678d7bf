import "server-only";

import { timingSafeEqual } from "node:crypto";
import { type Header, readHeader } from "@/lib/audit/entry";
import type { Lanes } from "@/lib/audit/lane";
import { decryptPayload, fieldsOf } from "@/lib/audit/payload";
import { readingKey } from "@/lib/audit/payload-keys";
import { type ReceiptBody, signReceipts } from "@/lib/audit/receipt";
import { pool } from "@/lib/db";
import { AppError } from "@/lib/errors";
import { entryId } from "@/lib/ids";
import { loadedSnapshot, refreshSnapshot, type Snapshot, snapshotIsStale } from "@/lib/policy/snapshot";
import type { Finding } from "@/lib/policy/types";
import { wireReason } from "./answer";
import { approvalStateOf } from "./approval-state";
import { type Call, callerOf } from "./attributes";
import { requestDigest } from "./idempotency";
import { judge } from "./judge";
import { startPlane } from "./plane";
import type { DecisionResponse } from "./schema";

type Stored = {
  lane: bigint;
  seq: bigint;
  leaf: Buffer;
  header: Buffer;
  body: Buffer | null;
  dekId: number | null;
  request: Buffer | null;
};

/**
 * The answer that was recorded under this key: same receipt body, marked `replay`. P3.
 * @throws AppError `idempotency_mismatch` for another body · `idempotency_expired` after the payload was purged · `state_changed` when the recorded allow rests on
 *         something that changed since, so that it may no longer be released
 */
export async function replayOf(call: Call, key: Buffer, lanes: Lanes): Promise<DecisionResponse> {
  const { rows } = await pool().query<{
    lane: string;
    seq: string;
    leaf_hash: Buffer;
    header: Buffer;
    body: Buffer | null;
    dek_id: number | null;
    request: Buffer | null;
  }>(
    `SELECT e.lane, e.seq, e.leaf_hash, e.header, p.body, p.dek_id, p.request FROM audit.idem i JOIN audit.entry e USING (lane, seq) LEFT JOIN audit.payload p USING (lane, seq) WHERE i.idem_hash = $1`,
    [key],
  );
  const row = rows[0];
  if (!row) throw new AppError("audit_unavailable", "the first call with this key was not recorded; ask again");
  if (!row.body || !row.request || row.dek_id === null)
    throw new AppError("idempotency_expired", "the content of the first call with this key was purged; use a new key");
  const expected = requestDigest(call.body ?? Buffer.alloc(0), row.request.subarray(0, 16));
  if (!timingSafeEqual(expected, row.request))
    throw new AppError(
      "idempotency_mismatch",
      "this Idempotency-Key was used with another body; use a new key for another request",
    );
  const answer = await storedAnswer(
    {
      lane: BigInt(row.lane),
      seq: BigInt(row.seq),
      leaf: row.leaf_hash,
      header: row.header,
      body: row.body,
      dekId: row.dek_id,
      request: row.request,
    },
    lanes,
  );
  if (answer.outcome === "allow") await mayStillLeave(call, readHeader(row.header));
  return { ...answer, replay: true };
}

/** A recorded allow is released again only while what decides now would not refuse it. */
async function mayStillLeave(call: Call, header: Header): Promise<void> {
  if (await snapshotIsStale()) await refreshSnapshot();
  const snapshot = loadedSnapshot() as Snapshot;
  if (Number(snapshot.epoch) === header.epoch) return;
  const now = new Date();
  const { outcome } = judge(call, callerOf(call, snapshot, now.getTime()), snapshot, now, "");
  if (outcome === "deny" || (outcome === "approval_required" && header.approvalId === undefined)) {
    throw new AppError(
      "state_changed",
      "the recorded allow rests on something that changed since; ask again with a new key",
    );
  }
}

/** A recorded decision as the API answers it. The receipt body has the same bytes every time; its signature is made anew. */
export async function storedAnswer(stored: Stored, lanes: Lanes): Promise<DecisionResponse> {
  const { receiptKey } = await startPlane();
  const header = readHeader(stored.header);
  const fields =
    stored.body && stored.dekId !== null
      ? fieldsOf(decryptPayload(stored.body, await readingKey(stored.dekId), stored.lane, stored.seq))
      : {};
  const { identity } = lanes;
  const body: ReceiptBody = {
    v: 1,
    origin: header.origin,
    epoch: identity.epoch,
    entryId: entryId("dec", stored.lane, stored.seq),
    agent: header.agent as string,
    lane: header.lane,
    seq: header.seq,
    prev: header.prev,
    leaf: stored.leaf.toString("base64"),
    outcome: header.outcome as string,
    actionDigest: header.actionDigest as string,
    instance: header.instance,
    ts: header.ts,
    mmdMs: identity.mmdMs,
  };
  const findings = (fields.findings ?? []) as unknown as Finding[];
  return {
    id: body.entryId,
    outcome: header.outcome as DecisionResponse["outcome"],
    mode: "enforce",
    wouldBe: (fields.wouldBe ?? null) as DecisionResponse["wouldBe"],
    reasons: findings.map(wireReason),
    obligations: (fields.obligations ?? []) as DecisionResponse["obligations"],
    approval: header.approvalId ? await approvalStateOf(header.approvalId, header.agent as string) : null,
    actionDigest: header.actionDigest as string,
    actionNonce: typeof fields.nonce === "string" ? fields.nonce : "",
    policyHash: header.policyHash as string,
    evaluatedAt: header.ts,
    receipt: signReceipts([body], receiptKey)[0] ?? null,
  };
}
