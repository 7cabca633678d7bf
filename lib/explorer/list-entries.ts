import "server-only";

import type pg from "pg";
import { subjectsOf } from "@/lib/audit/actors";
import type { Actor } from "@/lib/auth/actor";
import { decodeCursor, encodeCursor } from "@/lib/cursor";
import { db, pool } from "@/lib/db";
import { AppError } from "@/lib/errors";
import { entryId } from "@/lib/ids";
import { countSql, type Place, pageSql, plannerSettings, rareLimit, rareSql, type Sql } from "./entries-sql";
import type { EntryFilter, EntryPage, EntryQuery, EntryRow } from "./schema";
import { type Scope, scopeOf, seesContent } from "./scope";

/** Counting stops here: what matches more often is said to be "more than" it. */
export const totalLimit = 10_000;

/**
 * A page of entries, newest first, from the projection: up to a second behind the log.
 * @throws AppError `forbidden` when the actor searches in content they may not read
 */
export async function listEntries(actor: Actor, query: EntryQuery): Promise<EntryPage> {
  const { limit, cursor, ...asked } = query;
  const scope = await scopeFor(actor, asked);
  const person = await pseudonymFor(asked);
  const filter = { ...asked, rare: await isRare(asked) };
  const page = pageSql(scope, filter, person, cursor ? placeIn(cursor) : null, limit + 1);
  const count = countSql(scope, filter, person, totalLimit + 1);
  const [rows, counted] = await Promise.all([explore<StoredRow>(page), explore<{ n: string }>(count)]);
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  const found = Number(counted[0]?.n ?? 0);
  return {
    items: await toRows(shown),
    nextCursor: rows.length > limit && last ? encodeCursor([last.at.toISOString(), last.lane, last.seq]) : null,
    total: Math.min(found, totalLimit),
    more: found > totalLimit,
  };
}

/**
 * Every entry that matches, newest first, in constant memory.
 * @throws AppError `forbidden`, before the first entry
 */
export async function* streamEntries(actor: Actor, asked: EntryFilter): AsyncGenerator<EntryRow[]> {
  const scope = await scopeFor(actor, asked);
  const person = await pseudonymFor(asked);
  const filter = { ...asked, rare: await isRare(asked) };
  let after: Place | null = null;
  for (;;) {
    const rows: StoredRow[] = await explore(pageSql(scope, filter, person, after, streamRows));
    if (rows.length > 0) yield await toRows(rows);
    const last = rows.at(-1);
    if (!last || rows.length < streamRows) return;
    after = { at: last.at.toISOString(), lane: last.lane, seq: last.seq };
  }
}

const streamRows = 1_000;

export type StoredRow = {
  lane: string;
  seq: string;
  kind: string;
  at: Date;
  agent_id: string | null;
  actor: string | null;
  outcome: string | null;
  codes: string[];
  tool: string | null;
  effect: string | null;
  approval_id: string | null;
  policy_hash: string | null;
  ref: string | null;
  sample: boolean;
};

/** Rows of the projection with the names of agents and people. */
export async function toRows(rows: StoredRow[]): Promise<EntryRow[]> {
  const [agents, people] = await Promise.all([agentNames(rows), peopleNames(rows)]);
  return rows.map((row) => ({
    id: entryId(row.kind === "decision" ? "dec" : "evt", BigInt(row.lane), BigInt(row.seq)),
    kind: row.kind,
    at: row.at.toISOString(),
    agent: row.agent_id === null ? null : { id: row.agent_id, name: agents.get(row.agent_id) ?? row.agent_id },
    actor: row.actor === null ? null : (people.get(row.actor) ?? { id: row.actor, name: "Erased person" }),
    outcome: row.outcome,
    codes: row.codes,
    tool: row.tool,
    effect: row.effect,
    approvalId: row.approval_id,
    ref: row.ref,
    policyHash: row.policy_hash,
    sample: row.sample,
  }));
}

async function explore<Row extends pg.QueryResultRow>(sql: Sql): Promise<Row[]> {
  const client = await pool().connect();
  try {
    await client.query(`BEGIN READ ONLY; ${plannerSettings}`);
    const { rows } = await client.query<Row>(sql);
    await client.query("COMMIT");
    client.release();
    return rows;
  } catch (error) {
    client.release(true); // an open transaction must not go back to the pool
    throw error;
  }
}

async function agentNames(rows: StoredRow[]): Promise<Map<string, string>> {
  const ids = [...new Set(rows.flatMap((row) => row.agent_id ?? []))];
  const agents = await db.agent.findMany({ where: { id: { in: ids } }, select: { id: true, name: true } });
  return new Map(agents.map((agent) => [agent.id, agent.name]));
}

async function peopleNames(rows: StoredRow[]): Promise<Map<string, { id: string; name: string }>> {
  const subjects = await subjectsOf([...new Set(rows.flatMap((row) => row.actor ?? []))]);
  subjects.set("system", "system");
  const people = await db.person.findMany({
    where: { id: { in: [...subjects.values()] } },
    select: { id: true, name: true },
  });
  const names = new Map([
    ["system", "System"],
    ["bootstrap", "Bootstrap token"],
    ...people.map((person) => [person.id, person.name] as const),
  ]);
  return new Map(
    [...subjects].map(([pseudonym, subject]) => [
      pseudonym,
      { id: subject, name: names.get(subject) ?? "Unknown person" },
    ]),
  );
}

async function scopeFor(actor: Actor, filter: EntryFilter): Promise<Scope> {
  const scope = await scopeOf(actor);
  if (filter.q && !seesContent(scope))
    throw new AppError("forbidden", "searching in content needs the permission to read it");
  return scope;
}

async function isRare({ q }: EntryFilter): Promise<boolean> {
  if (!q) return false;
  const [found] = await explore<{ n: string }>(rareSql(q));
  return Number(found?.n ?? 0) <= rareLimit;
}

/** The pseudonym of the person asked for: undefined when nobody was, null when the log knows no such person. */
async function pseudonymFor({ person }: EntryFilter): Promise<string | null | undefined> {
  if (person === undefined) return undefined;
  const { rows } = await pool().query<{ actor: string }>("SELECT actor FROM audit.actor_pseudonym WHERE subject = $1", [
    person,
  ]);
  return rows[0]?.actor ?? null;
}

function placeIn(cursor: string): Place {
  const [at = "", lane = "", seq = ""] = decodeCursor(cursor, 3);
  return { at, lane, seq };
}
