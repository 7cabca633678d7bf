import "server-only";

import type pg from "pg";
import { pool } from "@/lib/db";
import { AppError } from "@/lib/errors";
import type { Job } from "@/lib/jobs/periodic";
import { log } from "@/lib/log";
import { type EntryDetails, entryDetails } from "./details";
import { type Header, readHeader } from "./entry";
import { decryptPayload, fieldsOf } from "./payload";
import { readingKey } from "./payload-keys";

/**
 * The projector: reads the log and fills what explorer and dashboards read. Two cursors per lane, because two kinds of row live differently:
 *
 * - `projection_mark`: entry_view, decision_hourly, tool_demand. From headers alone.
 * - `detail_mark`: entry_detail. From decrypted content; UNLOGGED together with its mark, so a crash of the database empties both and the details are filled again.
 *
 * A lane is gap-free and its order is commit order, so nothing can appear later behind a mark. Rows and mark move in one transaction.
 * INVARIANT (counted once): a mark moves by compare-and-swap from the value the batch was read from, as the first statement of that transaction.
 * Two projectors may run; the one that is late writes nothing.
 */
export const projector: Job = { name: "projector", everyMilliseconds: 250, run: () => project().then(() => {}) };

const batchRows = 2_000;
/** Content is decrypted in portions of about this many stored bytes. */
const portionBytes = 8 * 1024 * 1024;
/** How long emptying a large table may take. */
const patienceMilliseconds = 600_000;

/**
 * Brings every lane up to date.
 * @returns entries projected
 */
export async function project(): Promise<number> {
  let projected = 0;
  for (const lane of await behind("projection_mark")) projected += await drain(lane, projectView);
  if (projected > 0) changed = true;
  // After the views are there, so that a large refill of details delays nothing that decides what is shown.
  for (const lane of await behind("detail_mark")) await drain(lane, projectDetails);
  await announce();
  return projected;
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

/** Batch by batch to the end, or until another projector is found to be ahead. */
async function drain(lane: Batch, step: (batch: Batch) => Promise<boolean>): Promise<number> {
  let from = lane.from;
  while (from < lane.to) {
    const to = from + BigInt(batchRows) < lane.to ? from + BigInt(batchRows) : lane.to;
    if (!(await step({ lane: lane.lane, from, to }))) break;
    from = to;
  }
  return Number(from - lane.from);
}

async function projectView({ lane, from, to }: Batch): Promise<boolean> {
  const { rows } = await pool().query<{ seq: string; header: Buffer }>({
    name: "project-read",
    text: "SELECT seq, header FROM audit.entry WHERE lane = $1 AND seq > $2 AND seq <= $3 ORDER BY seq",
    values: [lane, from.toString(), to.toString()],
  });
  const headers = rows.map((row) => readHeader(row.header));
  return inTransaction(async (client) => {
    if (!(await move(client, "projection_mark", { lane, from, to }))) return false;
    await insertViews(
      client,
      lane,
      rows.map((row) => row.seq),
      headers,
    );
    await countDecisions(client, headers);
    await countDemand(client, headers);
    return true;
  });
}

async function insertViews(client: pg.PoolClient, lane: string, seqs: string[], headers: Header[]): Promise<void> {
  await client.query({
    name: "project-view",
    text: `INSERT INTO entry_view (lane, seq, kind, at, agent_id, actor, outcome, codes, tool, effect, approval_id, policy_hash, ref, sample)
           SELECT $1::bigint, seq, kind, at, agent_id, actor, outcome, ARRAY(SELECT json_array_elements_text(codes::json)), tool, effect, approval_id, policy_hash, ref, sample
             FROM unnest($2::bigint[], $3::text[], $4::timestamptz[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[], $11::text[], $12::text[], $13::text[], $14::bool[])
               AS u(seq, kind, at, agent_id, actor, outcome, codes, tool, effect, approval_id, policy_hash, ref, sample)
           ON CONFLICT DO NOTHING`,
    values: [
      lane,
      seqs,
      headers.map((header) => header.kind),
      headers.map(timeOf),
      headers.map((header) => header.agent ?? null),
      headers.map((header) => header.actor ?? null),
      headers.map((header) => header.outcome ?? null),
      headers.map((header) => JSON.stringify(header.codes ?? [])),
      headers.map((header) => header.tool ?? null),
      headers.map((header) => header.effect ?? null),
      headers.map((header) => header.approvalId ?? null),
      headers.map((header) => header.policyHash ?? null),
      headers.map((header) => header.ref ?? null),
      headers.map((header) => header.sampleAt !== undefined),
    ],
  });
}

/** One upsert per group, in key order, so that two projectors cannot wait for each other in a circle. */
async function countDecisions(client: pg.PoolClient, headers: Header[]): Promise<void> {
  const decisions = headers.filter((header) => header.kind === "decision");
  if (decisions.length === 0) return;
  await client.query({
    name: "project-hourly",
    text: `INSERT INTO decision_hourly (hour, agent_id, tool, outcome, count)
           SELECT date_trunc('hour', at, 'UTC'), agent_id, tool, outcome, count(*) FROM unnest($1::timestamptz[], $2::text[], $3::text[], $4::text[]) AS u(at, agent_id, tool, outcome)
            GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
           ON CONFLICT (hour, agent_id, tool, outcome) DO UPDATE SET count = decision_hourly.count + excluded.count`,
    values: [
      decisions.map(timeOf),
      decisions.map((header) => header.agent ?? ""),
      decisions.map((header) => header.tool ?? ""),
      decisions.map((header) => header.outcome ?? ""),
    ],
  });
}

async function countDemand(client: pg.PoolClient, headers: Header[]): Promise<void> {
  const asked = headers.filter(
    (header) =>
      header.kind === "decision" && header.tool && header.agent && header.codes?.includes("tool.unsanctioned"),
  );
  if (asked.length === 0) return;
  await client.query({
    name: "project-demand",
    text: `INSERT INTO tool_demand (tool, agent_id, count, first_at, last_at)
           SELECT tool, agent_id, count(*), min(at), max(at) FROM unnest($1::timestamptz[], $2::text[], $3::text[]) AS u(at, agent_id, tool)
            GROUP BY tool, agent_id ORDER BY tool, agent_id
           ON CONFLICT (tool, agent_id) DO UPDATE SET count = tool_demand.count + excluded.count,
             first_at = least(tool_demand.first_at, excluded.first_at), last_at = greatest(tool_demand.last_at, excluded.last_at)`,
    values: [asked.map(timeOf), asked.map((header) => header.agent), asked.map((header) => header.tool)],
  });
}

/** The time an entry shows: for sample data the time it stands for. */
function timeOf(header: Header): string {
  return header.sampleAt ?? header.ts;
}

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
    for (const row of rows) {
      const detail = await readDetails(BigInt(lane), row);
      if (detail) details.push({ seq: row.seq, detail });
    }
  }
  return inTransaction(async (client) => {
    if (!(await move(client, "detail_mark", { lane, from, to }))) return false;
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

/** Compare-and-swap of a mark; the row stays locked until COMMIT. False when another projector was first. */
async function move(client: pg.PoolClient, mark: Mark, { lane, from, to }: Batch): Promise<boolean> {
  const { rowCount } = await client.query(
    `INSERT INTO ${mark} AS m (lane, seq) SELECT $1::bigint, $3::bigint WHERE $2::bigint = 0 OR EXISTS (SELECT 1 FROM ${mark} WHERE lane = $1)
     ON CONFLICT (lane) DO UPDATE SET seq = excluded.seq WHERE m.seq = $2`,
    [lane, from.toString(), to.toString()],
  );
  return rowCount === 1;
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
