import "server-only";

import { setImmediate as nextTurn } from "node:timers/promises";
import type pg from "pg";
import { decryptPayload, fieldsOf } from "@/lib/audit/payload";
import { readingKey } from "@/lib/audit/payload-keys";
import { pool } from "@/lib/db";
import { AppError } from "@/lib/errors";
import type { Job } from "@/lib/jobs/periodic";
import { log } from "@/lib/log";
import { policyDraftContent } from "./draft-content";
import { type Keep, keepFor, replayFacts, type StoredFacts } from "./replay-facts";
import { mandate, policySet } from "./schema";
import type { Outcome } from "./types";

/**
 * Collects what forecasts replay: for each decision of the last 90 days, the facts that rules can rest on. Reads the log's content behind the projector, with a mark of
 * its own for each lane, and throws away what is older.
 *
 * INVARIANT (collected once): a mark moves by compare-and-swap from the value the batch was read from, in the transaction of its rows. Two collectors may run;
 * the one that is late writes nothing.
 */
export const factCollector: Job = {
  name: "facts of decisions",
  everyMilliseconds: 1_000,
  share: 0.1,
  run: async () => {
    await collectFacts({ most: 1_000 });
    await forgetOldFacts();
  },
};

/** The longest range of a forecast, and an hour for its rounding. */
export const keptDays = 90;

const batchRows = 1_000;
/** Decisions share the event loop: no more than about 2 ms of decrypting between two of its turns. */
const turnRows = 48;

/**
 * Brings the facts up to date with the read models, or as far as told.
 * @param given.most decisions and other entries that are passed; all of them unless told
 * @returns entries passed
 */
export async function collectFacts(given: { most?: number } = {}): Promise<number> {
  let left = given.most ?? Number.POSITIVE_INFINITY;
  const lanes = await behind();
  if (lanes.length === 0) return 0;
  const keep = await readKeep();
  let passed = 0;
  for (const lane of lanes) {
    try {
      let from = lane.from;
      while (from < lane.to && left > 0) {
        const to = min(from + BigInt(Math.min(batchRows, left)), lane.to);
        if (!(await collect({ lane: lane.lane, from, to }, keep))) break;
        left -= Number(to - from);
        passed += Number(to - from);
        from = to;
      }
    } catch (error) {
      log.error("facts of a lane could not be collected", { lane: lane.lane, error });
    }
    if (left <= 0) break;
  }
  return passed;
}

/** Forgets all facts, so that they are collected anew: after rules began to look at arguments that were not kept before. */
export async function recollectFacts(): Promise<void> {
  await inTransaction(async (client) => {
    await client.query("DELETE FROM fact_mark");
    await client.query({ text: "DELETE FROM decision_fact", query_timeout: 600_000 } as pg.QueryConfig);
  });
}

/** Whether every decision that the read models show has been looked at. */
export async function factsAreComplete(): Promise<boolean> {
  return (await behind()).length === 0;
}

let forgotAt = Number.NEGATIVE_INFINITY;

/** At most once an hour, a little at a time. */
async function forgetOldFacts(): Promise<void> {
  if (performance.now() - forgotAt < 3_600_000) return;
  const { rowCount } = await pool().query(
    `DELETE FROM decision_fact d USING (SELECT lane, seq FROM decision_fact WHERE at < clock_timestamp() - make_interval(days => $1) LIMIT 5000) old
      WHERE d.lane = old.lane AND d.seq = old.seq`,
    [keptDays + 1],
  );
  if ((rowCount ?? 0) < 5_000) forgotAt = performance.now();
}

type Batch = { lane: string; from: bigint; to: bigint };

/** Lanes with more in the read models than has been looked at here. */
async function behind(): Promise<Batch[]> {
  const { rows } = await pool().query<{ lane: string; from: string; to: string }>(
    `SELECT p.lane, coalesce(m.seq, 0) AS "from", p.seq AS "to" FROM projection_mark p LEFT JOIN fact_mark m USING (lane)
      WHERE p.seq > coalesce(m.seq, 0) ORDER BY p.lane`,
  );
  return rows.map((row) => ({ lane: row.lane, from: BigInt(row.from), to: BigInt(row.to) }));
}

let keepAt: { version: string; keep: Keep } | undefined;

/** What the policy in force, the draft and the mandates of all agents can rest on; read again when the control epoch or the draft has moved. */
async function readKeep(): Promise<Keep> {
  const { rows } = await pool().query<{ version: string }>(
    "SELECT (SELECT epoch FROM audit.control_epoch) || ' ' || coalesce((SELECT revision FROM policy_draft), 0) AS version",
  );
  const version = rows[0]?.version ?? "";
  if (keepAt?.version !== version) keepAt = { version, keep: await keepOfNow() };
  return keepAt.keep;
}

async function keepOfNow(): Promise<Keep> {
  const inForce = await pool().query<{ content: unknown }>(
    "SELECT content FROM policy_version ORDER BY number DESC LIMIT 1",
  );
  const drafts = await pool().query<{ content: unknown }>("SELECT content FROM policy_draft WHERE content IS NOT NULL");
  const agents = await pool().query<{ mandate: unknown }>("SELECT mandate FROM agent");
  const parsed = policySet.parse(inForce.rows[0]?.content);
  const mandates = agents.rows.flatMap((row) => {
    const read = mandate.safeParse(row.mandate);
    return read.success ? [read.data] : [];
  });
  const written = drafts.rows.flatMap((row) => {
    const read = policyDraftContent.safeParse(row.content);
    return read.success ? [read.data] : [];
  });
  return keepFor(parsed, mandates, written);
}

type Stored = {
  seq: string;
  at: Date;
  agent_id: string;
  tool: string;
  outcome: Outcome;
  policy_hash: string | null;
  approval_id: string | null;
  body: Buffer;
  dek_id: number;
};
type Collected = StoredFacts & { seq: string; at: Date; agent: string; tool: string };

async function collect({ lane, from, to }: Batch, keep: Keep): Promise<boolean> {
  const { rows } = await pool().query<Stored>({
    name: "facts-read",
    text: `SELECT v.seq, v.at, v.agent_id, v.tool, v.outcome, v.policy_hash, v.approval_id, p.body, p.dek_id
             FROM entry_view v JOIN audit.payload p USING (lane, seq)
            WHERE v.lane = $1 AND v.seq > $2 AND v.seq <= $3 AND v.kind = 'decision' AND p.body IS NOT NULL
              AND v.agent_id IS NOT NULL AND v.tool IS NOT NULL AND v.at >= clock_timestamp() - make_interval(days => ${keptDays + 1}) ORDER BY v.seq`,
    values: [lane, from.toString(), to.toString()],
  });
  const collected: Collected[] = [];
  for (const [at, row] of rows.entries()) {
    if (at % turnRows === turnRows - 1) await nextTurn();
    const facts = await factsOf(BigInt(lane), row, keep);
    if (facts) collected.push({ ...facts, seq: row.seq, at: row.at, agent: row.agent_id, tool: row.tool });
  }
  return inTransaction(async (client) => {
    const moved = await client.query(
      `INSERT INTO fact_mark AS m (lane, seq) SELECT $1::bigint, $3::bigint WHERE $2::bigint = 0 OR EXISTS (SELECT 1 FROM fact_mark WHERE lane = $1::bigint)
       ON CONFLICT (lane) DO UPDATE SET seq = excluded.seq WHERE m.seq = $2::bigint`,
      [lane, from.toString(), to.toString()],
    );
    if (moved.rowCount !== 1) return false;
    await insert(client, lane, collected);
    return true;
  });
}

/** Null for content that was erased or does not decrypt. */
async function factsOf(lane: bigint, row: Stored, keep: Keep): Promise<StoredFacts | null> {
  const key = await readingKey(row.dek_id).catch((error: unknown) => {
    if (error instanceof AppError && error.code === "not_found") return null;
    throw error;
  });
  if (!key) return null;
  try {
    const content = fieldsOf(decryptPayload(row.body, key, lane, BigInt(row.seq)));
    return replayFacts(
      {
        agent: row.agent_id,
        tool: row.tool,
        outcome: row.outcome,
        policy: row.policy_hash ?? "",
        approvalId: row.approval_id,
        content,
      },
      keep,
    );
  } catch (error) {
    log.warn("content of a decision cannot be read", { lane, seq: row.seq, error });
    return null;
  }
}

/** The content may have been erased since it was read, so only what still has its body is stored. */
async function insert(client: pg.PoolClient, lane: string, rows: Collected[]): Promise<void> {
  if (rows.length === 0) return;
  await client.query({
    name: "facts-insert",
    text: `INSERT INTO decision_fact (lane, seq, at, agent_id, tool, shape, shadow, would_be, facts)
           SELECT $1::bigint, u.seq, u.at, u.agent, u.tool, u.shape, string_to_array(u.shadow, ' '), u.would_be, u.facts
             FROM unnest($2::bigint[], $3::timestamptz[], $4::text[], $5::text[], $6::uuid[], $7::text[], $8::text[], $9::text[])
                  AS u(seq, at, agent, tool, shape, shadow, would_be, facts)
             JOIN audit.payload p ON p.lane = $1 AND p.seq = u.seq AND p.body IS NOT NULL
           ON CONFLICT DO NOTHING`,
    values: [
      lane,
      rows.map(({ seq }) => seq),
      rows.map(({ at }) => at),
      rows.map(({ agent }) => agent),
      rows.map(({ tool }) => tool),
      rows.map(({ shape }) => shape),
      rows.map(({ shadow }) => shadow?.join(" ") ?? null), // a rule id has no space
      rows.map(({ wouldBe }) => wouldBe),
      rows.map(({ facts }) => facts),
    ],
  });
}

function min(one: bigint, other: bigint): bigint {
  return one < other ? one : other;
}

async function inTransaction<Result>(work: (client: pg.PoolClient) => Promise<Result>): Promise<Result> {
  const client = await pool().connect();
  let broken: Error | undefined;
  try {
    await client.query("BEGIN");
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
