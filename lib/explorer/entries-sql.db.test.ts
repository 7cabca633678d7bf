import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { testDatabase } from "@/lib/testing/database";
import { type Conditions, countSql, pageSql, plannerSettings, rareLimit, rareSql } from "./entries-sql";
import type { EntryFilter } from "./schema";
import type { Scope } from "./scope";

const { ownerUrl, appUrl } = await testDatabase();
const entries = 200_000;

const everything: Scope = { all: true, agentIds: [], pseudonym: "act_0", content: { all: true, agentIds: [] } };
const own: Scope = {
  all: false,
  agentIds: ["agt_3", "agt_5"],
  pseudonym: "act_2",
  content: { all: false, agentIds: ["agt_3", "agt_5"] },
};

const app = new pg.Client({ connectionString: appUrl });

beforeAll(async () => {
  const owner = new pg.Client({ connectionString: ownerUrl });
  await owner.connect();
  // Thirty days; most entries are decisions, a few are what people do, as in a real log.
  await owner.query(
    `INSERT INTO entry_view (lane, seq, kind, at, agent_id, actor, outcome, codes, tool, effect, approval_id, policy_hash, ref, sample)
     SELECT 1 + n % 4, n, CASE WHEN person THEN 'agent_changed' ELSE 'decision' END, timestamptz '2026-01-01' + n * interval '13 seconds',
            'agt_' || (n::bigint * 7919 % 40), CASE WHEN person THEN 'act_' || (n % 9) END,
            CASE WHEN person THEN NULL WHEN n % 17 = 0 THEN 'deny' WHEN n % 41 = 0 THEN 'approval_required' ELSE 'allow' END,
            CASE WHEN n % 17 = 0 THEN ARRAY['tier.not_allowed', 'default.deny'] WHEN n % 5003 = 0 THEN ARRAY['tool.unsanctioned'] ELSE ARRAY['tier.allowed'] END,
            CASE WHEN person THEN NULL ELSE 'tool.' || (n::bigint * 104729 % 60) END, 'write',
            CASE WHEN n % 41 = 0 THEN 'apr_' || n END, 'sha256:0', CASE WHEN person THEN 'crd_' || n END, true
       FROM (SELECT n, n % 200 = 0 AS person FROM generate_series(1, $1::int) n) numbers`,
    [entries],
  );
  await owner.query(
    `INSERT INTO entry_detail (lane, seq, text)
     SELECT 1 + n % 4, n, 'invoice ' || n || CASE WHEN n % 701 = 0 THEN ' zebra' ELSE '' END FROM generate_series(1, $1::int) n WHERE n % 200 <> 0`,
    [entries],
  );
  await owner.query("VACUUM ANALYZE entry_view, entry_detail");
  await owner.end();
  await app.connect();
}, 120_000);
afterAll(() => app.end());

type Plan = { "Node Type": string; "Relation Name"?: string; Plans?: Plan[] };

function scans(plan: Plan): string[] {
  return [
    ...(plan["Relation Name"] ? [`${plan["Node Type"]} on ${plan["Relation Name"]}`] : []),
    ...(plan.Plans ?? []).flatMap(scans),
  ];
}

async function planOf({ text, values }: { text: string; values: unknown[] }): Promise<string[]> {
  await app.query(`BEGIN READ ONLY; ${plannerSettings}`);
  const { rows } = await app.query(`EXPLAIN (FORMAT JSON) ${text}`, values);
  await app.query("COMMIT");
  return scans(rows[0]["QUERY PLAN"][0].Plan);
}

const filters: [name: string, filter: Conditions, actor?: string | null][] = [
  ["nothing", {}],
  ["a range of time", { from: new Date("2026-01-10T00:00:00Z"), to: new Date("2026-01-11T00:00:00Z") }],
  ["an agent", { agent: "agt_7" }],
  ["an agent that does not exist", { agent: "agt_none" }],
  ["a tool", { tool: "tool.13" }],
  ["an outcome", { outcome: "deny" }],
  ["a rare outcome", { outcome: "approval_required" }],
  ["a kind", { kind: "decision" }],
  ["a rare kind", { kind: "agent_changed" }],
  ["a reason", { code: "tier.not_allowed" }],
  ["a rare reason", { code: "tool.unsanctioned" }],
  ["a reason nobody had", { code: "tool.blocked" }],
  ["a person", { person: "per_1" }, "act_4"],
  ["an approval", { approval: "apr_41" }],
  ["what it is about", { ref: "crd_200" }],
  ["an agent and a tool", { agent: "agt_7", tool: "tool.13" }],
  [
    "a tool and an outcome in a range of time",
    { tool: "tool.2", outcome: "deny", from: new Date("2026-01-10T00:00:00Z") },
  ],
  ["a rare word in details", { q: "zebra", rare: true }],
  ["a common word in details", { q: "invoice" }],
  ["a rare word and an agent", { q: "zebra", rare: true, agent: "agt_7" }],
];

describe.each([
  ["all of the log", everything],
  ["own agents", own],
])("of %s, the first page filtered by", (_, scope) => {
  test.each(filters)("%s reads no table from end to end", async (_name, filter, actor) => {
    const plan = await planOf(pageSql(scope, filter, actor, null, 51));
    expect(plan).not.toContain("Seq Scan on entry_view");
    expect(plan).not.toContain("Seq Scan on entry_detail");
  });
});

test("a later page starts at its place: it does not read the pages before it", async () => {
  const after = { at: "2026-01-05T00:00:00.000Z", lane: "2", seq: "26585" };
  const { text, values } = pageSql(everything, {}, undefined, after, 51);
  const { rows } = await app.query(`EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) ${text}`, values);
  const plan = rows[0]["QUERY PLAN"][0].Plan;
  expect(plan["Shared Hit Blocks"] + plan["Shared Read Blocks"]).toBeLessThan(100);
});

test("every entry is on exactly one page, in order, also when many have the same time", async () => {
  await app.query("BEGIN");
  await app.query(
    "INSERT INTO entry_view (lane, seq, kind, at, codes, sample) SELECT 9 + n % 2, n, 'outcome', '2027-01-01', '{}', false FROM generate_series(1, 25) n",
  );
  const filter: EntryFilter = { from: new Date("2026-12-31T00:00:00Z") };
  const seen: string[] = [];
  let after: { at: string; lane: string; seq: string } | null = null;
  for (;;) {
    const { rows }: pg.QueryResult = await app.query(pageSql(everything, filter, undefined, after, 7));
    seen.push(...rows.map((row) => `${row.lane}:${row.seq}`));
    const last = rows.at(-1);
    if (!last) break;
    after = { at: last.at.toISOString(), lane: last.lane, seq: last.seq };
  }
  await app.query("ROLLBACK");
  const expected = Array.from({ length: 25 }, (_, at) => at + 1).map((n) => [9 + (n % 2), n] as const);
  expected.sort(([lane, seq], [otherLane, otherSeq]) => otherLane - lane || otherSeq - seq);
  expect(seen).toEqual(expected.map(([lane, seq]) => `${lane}:${seq}`));
});

test("counting stops at its limit", async () => {
  const { rows } = await app.query(countSql(everything, {}, undefined, 10_001));
  expect(Number(rows[0].n)).toBe(10_001);
  const few = await app.query(countSql(everything, { code: "tool.unsanctioned" }, undefined, 10_001));
  expect(Number(few.rows[0].n)).toBe(Math.floor(entries / 5003) - Math.floor(entries / (5003 * 17)));
});

test("an own scope shows own agents and own deeds only", async () => {
  const { rows } = await app.query(pageSql(own, {}, undefined, null, 500));
  expect(rows).toHaveLength(500);
  for (const row of rows)
    expect(row.agent_id === "agt_3" || row.agent_id === "agt_5" || row.actor === "act_2").toBe(true);
});

test("a search finds the same entries whether its words are taken for rare or not", async () => {
  for (const scope of [everything, own]) {
    const rare = await app.query(pageSql(scope, { q: "zebra", rare: true }, undefined, null, 500));
    const common = await app.query(pageSql(scope, { q: "zebra" }, undefined, null, 500));
    expect(rare.rows).toEqual(common.rows);
    expect(rare.rows.length).toBeGreaterThan(0);
  }
  expect(Number((await app.query(rareSql("zebra"))).rows[0].n)).toBeLessThan(rareLimit);
  expect(Number((await app.query(rareSql("invoice"))).rows[0].n)).toBe(rareLimit + 1);
});

test("searching in content reaches only agents whose content may be read", async () => {
  const readsAllEntries: Scope = { ...everything, content: { all: false, agentIds: ["agt_3"] } };
  const { rows } = await app.query(pageSql(readsAllEntries, { q: "invoice" }, undefined, null, 500));
  expect(new Set(rows.map((row) => row.agent_id))).toEqual(new Set(["agt_3"]));
});
