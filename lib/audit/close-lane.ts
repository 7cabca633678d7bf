import "server-only";

import { randomUUID } from "node:crypto";
import { pool } from "@/lib/db";
import { makeEntry } from "./entry";
import { byteaArray, intArray } from "./pg-arrays";

/** How lanes end, and how it is known that their process lives. */

export type LogIdentity = { origin: string; epoch: number; mmdMs: number; sample: boolean };

/** This process, in the log and in its heartbeat. */
export const instanceId = randomUUID();

/**
 * Appends `lane_closed` to any lane. The compare-and-swap takes the row lock; a lock before it could deadlock with a call still in flight.
 * @param by who closes it, `reason` why: both are in the entry
 */
export async function closeLaneOf(identity: LogIdentity, lane: bigint, by: string, reason: string): Promise<void> {
  for (let attempt = 0; attempt < 50; attempt++) {
    const { rows } = await pool().query<{
      seq: string;
      head: Buffer;
      closed_at: Date | null;
      epoch: string;
      now: Date;
    }>(
      "SELECT l.seq, l.head, l.closed_at, (SELECT epoch FROM audit.control_epoch) AS epoch, clock_timestamp() AS now FROM audit.lane l WHERE l.lane = $1",
      [lane.toString()],
    );
    const row = rows[0];
    if (!row || row.closed_at) return;
    const entry = makeEntry(
      {
        origin: identity.origin,
        lane,
        seq: BigInt(row.seq) + 1n,
        prev: row.head,
        ts: row.now.toISOString(),
        epoch: BigInt(row.epoch),
      },
      { kind: "lane_closed", actor: "system", instance: by, ref: reason },
    );
    try {
      await pool().query(
        "SELECT audit.append($1,$2,$3,'infinity',$4,$5,$6,$7,$8,$9,$10,$11,'{}','{}',true,NULL,NULL)",
        [
          lane.toString(),
          row.epoch,
          row.now.toISOString(),
          row.seq,
          row.head,
          entry.leaf,
          byteaArray([entry.leaf]),
          byteaArray([entry.header]),
          byteaArray([null]),
          intArray([0]),
          byteaArray([null]),
        ],
      );
      return;
    } catch (error) {
      const code = (error as { code?: string }).code ?? "";
      if (!["CS001", "CS002", "CS007", "23000", "23505", "55P03"].includes(code)) throw error;
    }
  }
  throw new Error(`lane ${lane} moved fifty times while it was being closed`);
}

/** Closes the lanes of processes that have not been seen for ten seconds. A zombie's appends are refused from then on. */
export async function closeAbandonedLanes(identity: LogIdentity): Promise<void> {
  const { rows } = await pool().query<{ lane: string }>(
    `SELECT l.lane FROM audit.lane l LEFT JOIN audit.process p USING (instance)
      WHERE l.kind = 'process' AND l.closed_at IS NULL AND l.instance <> $1 AND coalesce(p.stopped_at, p.seen_at, l.opened_at) < clock_timestamp() - interval '10 s'`,
    [instanceId],
  );
  for (const row of rows)
    await closeLaneOf(identity, BigInt(row.lane), instanceId, "its process was not seen for ten seconds");
}

/** Says that this process lives. */
export async function heartbeat(build: string): Promise<void> {
  await pool().query(
    "INSERT INTO audit.process (instance, build) VALUES ($1, $2) ON CONFLICT (instance) DO UPDATE SET seen_at = clock_timestamp()",
    [instanceId, build],
  );
}

/** What the log calls itself. */
export async function readIdentity(): Promise<LogIdentity> {
  const { rows } = await pool().query<{ origin: string; epoch: number; mmd_ms: number; sample: boolean }>(
    "SELECT origin, epoch, mmd_ms, sample FROM audit.log_identity",
  );
  const row = rows[0];
  if (!row) throw new Error("the log has no identity: the start sequence did not finish");
  return { origin: row.origin, epoch: row.epoch, mmdMs: row.mmd_ms, sample: row.sample };
}
