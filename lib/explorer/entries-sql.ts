// The explorer's one query: a filter becomes conditions on the projections. Only places and values of ours, never text from outside, become SQL.
import type { EntryFilter } from "./schema";
import type { Scope } from "./scope";

export type Sql = { text: string; values: unknown[] };

/**
 * For the transaction of one such query. Each has a limit and an index to walk, so a join is a look-up per row; estimates of how rare a word is are coarse, and a
 * hash join after one of them would read the whole table.
 */
export const plannerSettings =
  "SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off; SET LOCAL enable_seqscan = off; SET LOCAL random_page_cost = 1.1";

/** The order of the explorer: newest first; (lane, seq) makes it total. */
const order = "v.at DESC, v.lane DESC, v.seq DESC";

const columns =
  "v.lane, v.seq, v.kind, v.at, v.agent_id, v.actor, v.outcome, v.codes, v.tool, v.effect, v.approval_id, v.policy_hash, v.ref, v.sample";

export type Conditions = EntryFilter & { rare?: boolean };

/** Where a page begins: after this row. */
export type Place = { at: string; lane: string; seq: string };

/** Up to this many entries whose content has the words, the words are the shortest way to the page; beyond it, the order of time is. */
export const rareLimit = 5_000;

/** How many entries have the words in their content, counted up to one more than `rareLimit`. */
export function rareSql(q: string): Sql {
  return {
    text: `SELECT count(*) AS n FROM (SELECT 1 FROM entry_detail d WHERE ${words("$1")} LIMIT ${rareLimit + 1}) counted`,
    values: [q],
  };
}

/**
 * One page of entries.
 * @param filter.rare the words of `q` are rare
 * @param actor pseudonym of the person asked for; null when nobody has that id
 */
export function pageSql(
  scope: Scope,
  filter: Conditions,
  actor: string | null | undefined,
  after: Place | null,
  limit: number,
): Sql {
  const { from, where, values } = conditions(scope, filter, actor);
  if (after) {
    values.push(after.at, after.lane, after.seq);
    where.push(
      `(v.at, v.lane, v.seq) < ($${values.length - 2}::timestamptz, $${values.length - 1}::bigint, $${values.length}::bigint)`,
    );
  }
  values.push(limit);
  return { text: `SELECT ${columns} FROM ${from} ${clause(where)} ORDER BY ${order} LIMIT $${values.length}`, values };
}

/** How many entries match, counted up to `limit`. */
export function countSql(scope: Scope, filter: Conditions, actor: string | null | undefined, limit: number): Sql {
  const { from, where, values } = conditions(scope, filter, actor);
  values.push(limit);
  return {
    text: `SELECT count(*) AS n FROM (SELECT 1 FROM ${from} ${clause(where)} LIMIT $${values.length}) counted`,
    values,
  };
}

function clause(where: string[]): string {
  return where.length > 0 ? `WHERE ${where.join(" AND ")}` : "";
}

function conditions(
  scope: Scope,
  filter: Conditions,
  actor: string | null | undefined,
): { from: string; where: string[]; values: unknown[] } {
  const where: string[] = [];
  const values: unknown[] = [];
  const bind = (value: unknown) => `$${values.push(value)}`;
  let from = "entry_view v";

  if (!scope.all)
    where.push(`(v.agent_id = ANY (${bind(scope.agentIds)}::text[]) OR v.actor = ${bind(scope.pseudonym)})`);
  if (filter.from) where.push(`v.at >= ${bind(filter.from.toISOString())}::timestamptz`);
  if (filter.to) where.push(`v.at < ${bind(filter.to.toISOString())}::timestamptz`);
  if (filter.agent) where.push(`v.agent_id = ${bind(filter.agent)}`);
  if (filter.tool) where.push(`v.tool = ${bind(filter.tool)}`);
  if (filter.outcome) where.push(`v.outcome = ${bind(filter.outcome)}`);
  if (filter.kind) where.push(`v.kind = ${bind(filter.kind)}`);
  if (filter.code) where.push(`v.codes @> ARRAY[${bind(filter.code)}]::text[]`);
  if (filter.approval) where.push(`v.approval_id = ${bind(filter.approval)}`);
  if (filter.ref) where.push(`v.ref = ${bind(filter.ref)}`);
  if (actor !== undefined) where.push(actor === null ? "false" : `v.actor = ${bind(actor)}`);
  if (filter.q) {
    const matches = words(bind(filter.q));
    if (filter.rare)
      from = `(SELECT d.lane, d.seq FROM entry_detail d WHERE ${matches} OFFSET 0) found JOIN entry_view v USING (lane, seq)`;
    else {
      from = "entry_view v JOIN entry_detail d USING (lane, seq)";
      where.push(matches);
    }
    // Finding a word in content is knowing it, so search reaches no further than opening does.
    if (!scope.content.all) where.push(`v.agent_id = ANY (${bind(scope.content.agentIds)}::text[])`);
  }
  return { from, where, values };
}

/** The expression of the index `entry_detail_text_idx`. */
function words(parameter: string): string {
  return `to_tsvector('simple', coalesce(d.text, '')) @@ websearch_to_tsquery('simple', ${parameter})`;
}
