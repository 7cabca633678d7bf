import "server-only";

import { pool } from "@/lib/db";
import { entryId } from "@/lib/ids";
import { factsAreComplete } from "./collect-facts";
import type { ShadowReport, ShadowRule } from "./shadow-schema";

const mostRows = 2_000;

type Row = {
  rule: string;
  agent: string;
  name: string;
  tool: string;
  count: string;
  changing: string;
  first: Date;
  last: Date;
  decisions: string[];
};

/** How often each rule in shadow would have asked or denied, of whom and where: from decisions that were really made. */
export async function shadowReport({ days, now }: { days: 7 | 30 | 90; now: Date }): Promise<ShadowReport> {
  const from = new Date(Math.floor(now.getTime() / 3_600_000) * 3_600_000 - days * 86_400_000);
  const [found, looked, decisions] = await Promise.all([
    pool().query<Row>(
      `SELECT s.rule, f.agent_id AS agent, coalesce(max(a.name), f.agent_id) AS name, f.tool, count(*) AS count, count(*) FILTER (WHERE f.would_be IS NOT NULL) AS changing,
              min(f.at) AS first, max(f.at) AS last, (array_agg(f.lane || ' ' || f.seq ORDER BY f.at DESC))[1:5] AS decisions
         FROM decision_fact f CROSS JOIN unnest(f.shadow) AS s(rule) LEFT JOIN agent a ON a.id = f.agent_id
        WHERE f.shadow IS NOT NULL AND f.at >= $1 GROUP BY 1, 2, 4 ORDER BY count(*) DESC, 1, 2, 4 LIMIT ${mostRows}`,
      [from],
    ),
    pool().query<{ count: string }>("SELECT count(*) AS count FROM decision_fact WHERE at >= $1", [from]),
    pool().query<{ count: string | null }>("SELECT sum(count) AS count FROM decision_hourly WHERE hour >= $1", [from]),
  ]);
  const rules = new Map<string, ShadowRule>();
  for (const row of found.rows) {
    const at = row.rule.indexOf(":");
    const [first, last] = [row.first.toISOString(), row.last.toISOString()];
    const rule = rules.get(row.rule) ?? {
      ruleId: row.rule.slice(at + 1),
      effect: row.rule.startsWith("deny:") ? "deny" : "approval",
      count: 0,
      wouldChange: 0,
      firstAt: first,
      lastAt: last,
      uses: [],
    };
    rules.set(row.rule, rule);
    rule.count += Number(row.count);
    rule.wouldChange += Number(row.changing);
    if (first < rule.firstAt) rule.firstAt = first;
    if (last > rule.lastAt) rule.lastAt = last;
    rule.uses.push({
      agentId: row.agent,
      agentName: row.name,
      tool: row.tool,
      count: Number(row.count),
      firstAt: first,
      lastAt: last,
      decisions: row.decisions.map(idOf),
    });
  }
  return {
    days,
    from: from.toISOString(),
    rules: [...rules.values()].sort((one, other) => other.count - one.count),
    looked: Number(looked.rows[0]?.count ?? 0),
    decisions: Number(decisions.rows[0]?.count ?? 0),
    collecting: !(await factsAreComplete()),
  };
}

function idOf(place: string): string {
  const [lane = "0", seq = "0"] = place.split(" ");
  return entryId("dec", BigInt(lane), BigInt(seq));
}
