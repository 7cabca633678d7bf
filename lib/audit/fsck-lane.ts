import "server-only";

import { pool } from "@/lib/db";
import { notFound } from "@/lib/errors";
import { type LaneFault, laneVerifier } from "./verify-lane";

/** What a check of one lane looked at and found. */
export type LaneCheck = {
  lane: string;
  kind: "process" | "console";
  closed: boolean;
  /** Entries that the lane's row says there are. */
  entries: number;
  /** Entries found correct, one after the other from the first. */
  checked: number;
  intact: boolean;
  fault: LaneFault | null;
  /** Wall time, ms. */
  milliseconds: number;
  entriesPerSecond: number;
  /** Leaf hash of the last entry that was checked against, hex: what a later check must still contain. */
  head: string;
};

type StoredLane = {
  kind: "process" | "console";
  instance: string;
  build: string;
  seq: string;
  head: Buffer;
  closed: boolean;
  origin: string;
  last: string | null;
};

/** About 5 ms of hashing between two turns of the event loop, which decisions share. */
const batchRows = 1_000;

/**
 * Reads every entry of a lane and checks hashes, links, numbers and ends. What is appended while it runs is left for the next check.
 * @throws AppError `not_found` when there is no such lane
 */
export async function verifyLane(lane: bigint): Promise<LaneCheck> {
  const started = performance.now();
  // One statement, one snapshot: an append moves the lane and inserts its entries together, so that an entry above the end is never a young one.
  const { rows } = await pool().query<StoredLane>(
    `SELECT l.kind, l.instance, l.build, l.seq, l.head, l.closed_at IS NOT NULL AS closed, i.origin,
            (SELECT max(e.seq) FROM audit.entry e WHERE e.lane = l.lane) AS last
       FROM audit.lane l, audit.log_identity i WHERE l.lane = $1`,
    [lane.toString()],
  );
  const row = rows[0];
  if (!row) throw notFound();
  const { instance, build, head, closed } = row;
  const verifier = laneVerifier(row.origin, { lane, instance, build, seq: BigInt(row.seq), head, closed });

  let fault: LaneFault | null = null;
  const last = BigInt(row.last ?? 0);
  let after = -(2n ** 63n);
  while (!fault && after < last) {
    const batch = await pool().query<{ seq: string; leaf_hash: Buffer; header: Buffer }>({
      name: "fsck-lane",
      text: "SELECT seq, leaf_hash, header FROM audit.entry WHERE lane = $1 AND seq > $2 AND seq <= $3 ORDER BY seq LIMIT $4",
      values: [lane.toString(), after.toString(), last.toString(), batchRows],
    });
    if (batch.rows.length === 0) break;
    for (const entry of batch.rows) {
      after = BigInt(entry.seq);
      fault = verifier.add({ lane, seq: after, leaf: entry.leaf_hash, header: entry.header });
      if (fault) break;
    }
  }
  fault ??= verifier.end();

  const milliseconds = performance.now() - started;
  const checked = Number(verifier.checked);
  return {
    lane: lane.toString(),
    kind: row.kind,
    closed: row.closed,
    entries: Number(row.seq),
    checked,
    intact: fault === null,
    fault,
    milliseconds: Math.round(milliseconds),
    entriesPerSecond: Math.round((checked / Math.max(milliseconds, 1)) * 1000),
    head: row.head.toString("hex"),
  };
}
