import "server-only";

import { setImmediate as nextTurn } from "node:timers/promises";
import type pg from "pg";
import { pool } from "@/lib/db";
import { AppError } from "@/lib/errors";
import type { Job } from "@/lib/jobs/periodic";
import { log } from "@/lib/log";
import { type EntryDetails, entryDetails } from "./details";
import { decryptPayload, fieldsOf } from "./payload";
import { readingKey } from "./payload-keys";

/**
 * The projector: reads the log and fills what explorer and dashboards read. Two cursors per lane, because two kinds of row live differently:
 *
 * - `projection_mark`: entry_view, decision_hourly, tool_demand. From headers alone.
 * - `detail_mark`: entry_detail. From decrypted content; UNLOGGED together with its mark, so a crash of the database empties both and the details are filled again.
 *
 * A lane is gap-free and its order is commit order, so nothing can appear later behind a mark. Rows and mark move in one transaction.
 * INVARIANT (counted once): a mark moves by compare-and-swap from the value the batch was read from, in that transaction, before its rows.
 * Two projectors may run; the one that is late writes nothing.
 */
export const projector: Job = {
  name: "projector",
  everyMilliseconds: 250,
  share: 0.15,
  run: () => project({ views: viewsPerRun, details: detailsPerRun }).then(() => {}),
};

const batchRows = 2_000;
/**
 * What one run takes at most. Reading for screens must not take the time that decisions need: with the job's share of the clock this is several thousand entries a second
 * on an idle machine and a fraction of that on a saturated one, where lists run behind and catch up afterwards. Nothing that decides reads them.
 */
const viewsPerRun = 4_000;
/** Decrypting costs more than reading headers, so search runs behind first. */
const detailsPerRun = 1_000;
/** Content is decrypted in portions of about this many stored bytes. */
const portionBytes = 8 * 1024 * 1024;
/** Decisions share the event loop: no more than about 2 ms of decrypting between two of its turns. */
const turnRows = 64;
/** How long emptying a large table may take. */
const patienceMilliseconds = 600_000;

/**
 * Brings every lane up to date, or as far as told.
 * @param most entries that are read, and entries whose content is decrypted; all of them unless told
 * @returns entries projected
 */
export async function project(most: { views?: number; details?: number } = {}): Promise<number> {
  const projected = await advance("projection_mark", most.views ?? Number.POSITIVE_INFINITY, projectView);
  if (projected > 0) changed = true;
  await announce();
  await advance("detail_mark", most.details ?? Number.POSITIVE_INFINITY, projectDetails);
  return projected;
}

/** Moves the marks of the lanes that are behind by `most` entries in all. */
async function advance(mark: Mark, most: number, step: (batch: Batch) => Promise<boolean>): Promise<number> {
  let left = most;
  let moved = 0;
  for (const lane of await behind(mark)) {
    if (left <= 0) break;
    const part = Number(lane.to - lane.from) > left ? { ...lane, to: lane.from + BigInt(left) } : lane;
    const taken = await drain(part, step);
    left -= taken;
    moved += taken;
  }
  return moved;
}

/**
 * Forgets every projection and makes it again from the log. Readers see the tables fill.
 * Takes a share of the log's size in time; decisions go on meanwhile.
 */
export async function rebuildProjections(): Promise<void> {
  await inTransaction(async (client) => {
    // In the order in which a batch touches them.
    for (const table of [
      "projection_mark",
      "entry_view",
      "decision_hourly",
      "tool_demand",
      "detail_mark",
      "entry_detail",
    ]) {
      await client.query({ text: `DELETE FROM ${table}`, query_timeout: patienceMilliseconds } as pg.QueryConfig);
    }
  }, patienceMilliseconds);
  await project();
}

/** Seconds between the oldest entry that is not projected yet and now; 0 when none is. */
export async function projectionLag(): Promise<number> {
  const { rows } = await pool().query<{ lag: string | null }>(
    `SELECT max(extract(epoch FROM clock_timestamp() - (convert_from(e.header, 'UTF8')::json->>'ts')::timestamptz)) AS lag
       FROM audit.lane l LEFT JOIN projection_mark m USING (lane)
       JOIN audit.entry e ON e.lane = l.lane AND e.seq = coalesce(m.seq, 0) + 1
      WHERE l.seq > coalesce(m.seq, 0)`,
  );
  return Math.max(0, Number(rows[0]?.lag ?? 0));
}

type Mark = "projection_mark" | "detail_mark";
type Batch = { lane: string; from: bigint; to: bigint };

/** Lanes whose mark is not where it could be. Details follow the views, never overtake them. */
async function behind(mark: Mark): Promise<Batch[]> {
  const end = mark === "projection_mark" ? "audit.lane" : "projection_mark";
  const { rows } = await pool().query<{ lane: string; from: string; to: string }>(
    `SELECT l.lane, coalesce(m.seq, 0) AS "from", l.seq AS "to" FROM ${end} l LEFT JOIN ${mark} m USING (lane) WHERE l.seq > coalesce(m.seq, 0) ORDER BY l.lane`,
  );
  return rows.map((row) => ({ lane: row.lane, from: BigInt(row.from), to: BigInt(row.to) }));
}

/** Batch by batch to the end, or until another projector is found to be ahead. A lane that cannot be read keeps no other waiting. */
async function drain(lane: Batch, step: (batch: Batch) => Promise<boolean>): Promise<number> {
  let from = lane.from;
  try {
    while (from < lane.to) {
      const to = from + BigInt(batchRows) < lane.to ? from + BigInt(batchRows) : lane.to;
      if (!(await step({ lane: lane.lane, from, to }))) break;
      from = to;
    }
  } catch (error) {
    log.error("a lane could not be projected", { lane: lane.lane, from, error });
  }
  return Number(from - lane.from);
}

/** One statement: the headers never leave the database. False when another projector was first. */
async function projectView({ lane, from, to }: Batch): Promise<boolean> {
  const { rowCount } = await pool().query({
    name: "project-view",
    text: viewSql,
    values: [lane, from.toString(), to.toString()],
  });
  return rowCount === 1;
}

/** Groups in key order, so that two projectors cannot wait for each other in a circle. The time an entry shows is, for sample data, the time it stands for. */
const viewSql = `
  WITH moved AS (
    ${moveSql("projection_mark")} RETURNING m.lane
  ), read AS MATERIALIZED (
    SELECT e.lane, e.seq, h.kind, coalesce(h."sampleAt", h.ts) AS at, h.agent, h.actor, h.outcome, coalesce(h.codes, '{}') AS codes, h.tool, h.effect, h."approvalId",
           h."policyHash", h.ref, h."sampleAt" IS NOT NULL AS sample
      FROM moved, audit.entry e, json_to_record(convert_from(e.header, 'UTF8')::json) AS h(kind text, ts timestamptz, "sampleAt" timestamptz, agent text, actor text,
           outcome text, codes text[], tool text, effect text, "approvalId" text, "policyHash" text, ref text)
     WHERE e.lane = $1::bigint AND e.seq > $2::bigint AND e.seq <= $3::bigint
  ), views AS (
    INSERT INTO entry_view (lane, seq, kind, at, agent_id, actor, outcome, codes, tool, effect, approval_id, policy_hash, ref, sample) SELECT * FROM read ON CONFLICT DO NOTHING
  ), decisions AS (
    SELECT date_trunc('hour', at, 'UTC') AS hour, at, coalesce(agent, '') AS agent, coalesce(tool, '') AS tool, coalesce(outcome, '') AS outcome, codes FROM read WHERE kind = 'decision'
  ), hourly AS (
    INSERT INTO decision_hourly (hour, agent_id, tool, outcome, count)
    SELECT hour, agent, tool, outcome, count(*) FROM decisions GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
    ON CONFLICT (hour, agent_id, tool, outcome) DO UPDATE SET count = decision_hourly.count + excluded.count
  ), demand AS (
    INSERT INTO tool_demand (tool, agent_id, count, first_at, last_at)
    SELECT tool, agent, count(*), min(at), max(at) FROM decisions WHERE codes @> '{tool.unsanctioned}' AND tool <> '' AND agent <> '' GROUP BY 1, 2 ORDER BY 1, 2
    ON CONFLICT (tool, agent_id) DO UPDATE SET count = tool_demand.count + excluded.count,
      first_at = least(tool_demand.first_at, excluded.first_at), last_at = greatest(tool_demand.last_at, excluded.last_at)
  )
  SELECT lane FROM moved`;

type Stored = { seq: string; tool: string | null; body: Buffer; dek_id: number };

async function projectDetails({ lane, from, to }: Batch): Promise<boolean> {
  const { rows: sizes } = await pool().query<{ seq: string; bytes: number }>({
    name: "project-sizes",
    text: `SELECT v.seq, octet_length(p.body) AS bytes FROM entry_view v JOIN audit.payload p USING (lane, seq)
            WHERE v.lane = $1 AND v.seq > $2 AND v.seq <= $3 AND (v.kind = 'decision' OR v.kind LIKE 'approval\\_%') AND p.body IS NOT NULL ORDER BY v.seq`,
    values: [lane, from.toString(), to.toString()],
  });
  const details: { seq: string; detail: EntryDetails }[] = [];
  for (const portion of portions(sizes)) {
    const { rows } = await pool().query<Stored>({
      name: "project-bodies",
      text: `SELECT v.seq, v.tool, p.body, p.dek_id FROM unnest($2::bigint[]) AS u(seq)
               JOIN entry_view v ON v.lane = $1 AND v.seq = u.seq JOIN audit.payload p ON p.lane = $1 AND p.seq = u.seq WHERE p.body IS NOT NULL`,
      values: [lane, portion],
    });
    for (const [at, row] of rows.entries()) {
      if (at % turnRows === turnRows - 1) await nextTurn();
      const detail = await readDetails(BigInt(lane), row);
      if (detail) details.push({ seq: row.seq, detail });
    }
  }
  return inTransaction(async (client) => {
    const moved = await client.query(moveSql("detail_mark"), [lane, from.toString(), to.toString()]);
    if (moved.rowCount !== 1) return false;
    await insertDetails(client, lane, details);
    return true;
  });
}

/** Null for content that was erased, or that does not decrypt: a check of the log names such a row, the projector goes on. */
async function readDetails(lane: bigint, { seq, tool, body, dek_id }: Stored): Promise<EntryDetails | null> {
  const key = await readingKey(dek_id).catch((error: unknown) => {
    if (error instanceof AppError && error.code === "not_found") return null;
    throw error;
  });
  if (!key) return null;
  try {
    return entryDetails(tool, fieldsOf(decryptPayload(body, key, lane, BigInt(seq))));
  } catch (error) {
    log.warn("content of an entry cannot be read", { lane, seq, error });
    return null;
  }
}

/** The content may have been erased since it was read, so only what still has its body is stored. */
async function insertDetails(
  client: pg.PoolClient,
  lane: string,
  details: { seq: string; detail: EntryDetails }[],
): Promise<void> {
  if (details.length === 0) return;
  await client.query({
    name: "project-details",
    text: `INSERT INTO entry_detail (lane, seq, amount, currency, recipient, resource, text)
           SELECT $1::bigint, u.seq, u.amount, u.currency, u.recipient, u.resource, u.text
             FROM unnest($2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[]) AS u(seq, amount, currency, recipient, resource, text)
             JOIN audit.payload p ON p.lane = $1 AND p.seq = u.seq AND p.body IS NOT NULL
           ON CONFLICT DO NOTHING`,
    values: [
      lane,
      details.map(({ seq }) => seq),
      details.map(({ detail }) => detail.amount),
      details.map(({ detail }) => detail.currency),
      details.map(({ detail }) => detail.recipient),
      details.map(({ detail }) => detail.resource),
      details.map(({ detail }) => detail.text),
    ],
  });
}

/** Cuts a batch so that no portion holds much more than `portionBytes` of stored content. */
function portions(sizes: { seq: string; bytes: number }[]): string[][] {
  const cut: string[][] = [];
  let bytes = 0;
  for (const size of sizes) {
    const last = cut.at(-1);
    if (last && bytes + size.bytes <= portionBytes) last.push(size.seq);
    else {
      cut.push([size.seq]);
      bytes = 0;
    }
    bytes += size.bytes;
  }
  return cut;
}

/** Compare-and-swap of a mark from $2 to $3; the row stays locked until COMMIT. No row when another projector was first. */
function moveSql(mark: Mark): string {
  return `INSERT INTO ${mark} AS m (lane, seq) SELECT $1::bigint, $3::bigint WHERE $2::bigint = 0 OR EXISTS (SELECT 1 FROM ${mark} WHERE lane = $1::bigint)
    ON CONFLICT (lane) DO UPDATE SET seq = excluded.seq WHERE m.seq = $2::bigint`;
}

async function inTransaction<Result>(
  work: (client: pg.PoolClient) => Promise<Result>,
  patience?: number,
): Promise<Result> {
  const client = await pool().connect();
  let broken: Error | undefined;
  try {
    await client.query("BEGIN");
    if (patience) await client.query(`SET LOCAL statement_timeout = ${patience}`);
    const result = await work(client);
    await client.query("COMMIT");
    return result;
  } catch (error) {
    await client.query("ROLLBACK").catch((cause: Error) => {
      broken = cause;
    });
    throw error;
  } finally {
    client.release(broken);
  }
}

let changed = false;
let announcedAt = 0;

/** Tells the consoles that there is something new, at most once per second. Not in the transaction: a notification serializes commits. */
async function announce(): Promise<void> {
  if (!changed || performance.now() - announcedAt < 1_000) return;
  changed = false;
  announcedAt = performance.now();
  await pool().query("SELECT pg_notify('countersign_view', '')");
}
