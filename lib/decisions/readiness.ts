import "server-only";

import { logFaults } from "@/lib/audit/log-faults";
import { pool } from "@/lib/db";
import { loadedSnapshot } from "@/lib/policy/snapshot";
import type { Plane } from "./plane";

/** More than this many entries outside the tree, or one for longer than the log's promise (`mmd_ms`), is red. */
const backlogLimit = 65_536;

type Row = {
  epoch: string;
  behind: string | null;
  tree_behind: string | null;
  tree_lag: string | null;
  mmd: number | null;
};

/**
 * Whether this process can decide, and whether the log keeps its promises: the database answers, the snapshot is loaded, entries come into the signed tree in time, and the log is
 * the one that was signed. How far the read models are behind is only told.
 */
export async function readiness(plane: Plane): Promise<{ ok: boolean; checks: Record<string, string> }> {
  const { rows } = await pool().query<Row>(
    `SELECT c.epoch, (SELECT max(l.seq - coalesce(m.seq, 0)) FROM audit.lane l LEFT JOIN projection_mark m USING (lane) WHERE l.closed_at IS NULL) AS behind,
            t.behind AS tree_behind, t.lag AS tree_lag, (SELECT mmd_ms FROM audit.log_identity) AS mmd
       FROM audit.control_epoch c,
            (SELECT sum(l.seq - m.seq) AS behind, max(extract(epoch FROM clock_timestamp() - (convert_from(e.header, 'UTF8')::json ->> 'ts')::timestamptz)) AS lag
               FROM audit.tree_mark m JOIN audit.lane l USING (lane) JOIN audit.entry e ON e.lane = m.lane AND e.seq = m.seq + 1 WHERE NOT m.done AND l.seq > m.seq) t`,
  );
  const row = rows[0];
  const current = loadedSnapshot();
  const { fork, stopped } = logFaults();
  const behind = Number(row?.tree_behind ?? 0);
  const late = behind > backlogLimit || Number(row?.tree_lag ?? 0) * 1000 > (row?.mmd ?? 10_000);
  const checks = {
    database: "ok",
    snapshot: current ? (String(current.epoch) === row?.epoch ? "ok" : "refreshing") : "missing",
    queue: String(plane.lanes.depth()),
    readModelsBehind: row?.behind ?? "0",
    log: fork ? "forked" : stopped ? "stopped" : late ? "late" : "ok",
    logBehind: String(behind),
  };
  return { ok: current !== undefined && checks.log === "ok", checks };
}
