import "server-only";

import { pool } from "@/lib/db";
import { loadedSnapshot } from "@/lib/policy/snapshot";
import type { Plane } from "./plane";

/** Whether this process can decide: the database answers, the snapshot is loaded and current, and the queue is not full. Also whether the read models keep up. */
export async function readiness(plane: Plane): Promise<{ ok: boolean; checks: Record<string, string> }> {
  const { rows } = await pool().query<{ epoch: string; behind: string | null }>(
    `SELECT c.epoch, (SELECT max(l.seq - coalesce(m.seq, 0)) FROM audit.lane l LEFT JOIN projection_mark m USING (lane) WHERE l.closed_at IS NULL) AS behind FROM audit.control_epoch c`,
  );
  const current = loadedSnapshot();
  const checks = {
    database: "ok",
    snapshot: current ? (String(current.epoch) === rows[0]?.epoch ? "ok" : "refreshing") : "missing",
    queue: String(plane.lanes.depth()),
    readModelsBehind: rows[0]?.behind ?? "0",
  };
  return { ok: current !== undefined, checks };
}
