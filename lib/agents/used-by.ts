import "server-only";

import { type Actor, can } from "@/lib/auth/actor";
import { db, pool } from "@/lib/db";
import { compileFacts } from "@/lib/policy/facts";
import type { ReplayFacts } from "@/lib/policy/replay-facts";
import { type HostRule, httpMethods } from "@/lib/policy/schema";
import { snapshot } from "@/lib/policy/snapshot";
import type { PolicyRequest } from "@/lib/policy/types";
import type { UsedAnswer } from "./mandate-schema";
import { hostRuleText } from "./mandate-text";
import { getAgent } from "./queries";

/** Distinct calls that are looked into; more than any mandate would be made from. */
const mostShapes = 20_000;
const mostRows = 500;

/**
 * What an agent was allowed to do in the last days, also after an approval, as a mandate would name it: for making one from what it really does.
 * Recipients, hosts and regions come from content, so only who may read it gets them.
 * @throws AppError `not_found` when the actor may not see the agent
 */
export async function usedBy(actor: Actor, id: string, days: number, now: Date): Promise<UsedAnswer> {
  const agent = await getAgent(actor, id);
  const own = [agent.owner.id, agent.backupOwner?.id].includes(actor.personId);
  const since = new Date(now.getTime() - days * 86_400_000);
  const tools = await toolsUsed(id, since);
  if (!can(actor, "payload:read") && !(own && can(actor, "payload:read:own")))
    return { days, tools, recipients: null, hosts: null, regions: null };
  return { days, tools, ...(await reached(id, since)) };
}

async function toolsUsed(agentId: string, since: Date): Promise<UsedAnswer["tools"]> {
  const groups = await db.decisionHourly.groupBy({
    by: ["tool"],
    where: { agentId, outcome: "allow", hour: { gte: since } },
    _sum: { count: true },
  });
  return mostFirst(new Map(groups.map((group) => [group.tool, Number(group._sum.count ?? 0)])));
}

async function reached(
  agentId: string,
  since: Date,
): Promise<{ recipients: UsedAnswer["tools"]; hosts: UsedAnswer["tools"]; regions: UsedAnswer["tools"] }> {
  const [{ policy }, { rows }] = await Promise.all([
    snapshot(),
    pool().query<{ facts: string; n: string }>(
      "SELECT min(facts) AS facts, count(*) AS n FROM decision_fact WHERE agent_id = $1 AND at >= $2 GROUP BY shape ORDER BY n DESC LIMIT $3",
      [agentId, since, mostShapes],
    ),
  ]);
  const recipients = new Map<string, number>();
  const regions = new Map<string, number>();
  const places = new Map<string, { rule: HostRule; paths: Set<string>; count: number }>();
  for (const row of rows) {
    const facts = JSON.parse(row.facts) as ReplayFacts;
    const tool = policy.tools.get(facts.tool);
    if (facts.outcome !== "allow" || !tool) continue;
    const { resource, context, arguments: args } = facts;
    const call = compileFacts(tool)({
      action: { tool: tool.name },
      arguments: args,
      resource,
      context,
    } as PolicyRequest);
    const count = Number(row.n);
    for (const recipient of call.recipients ?? []) add(recipients, recipient, count);
    for (const region of new Set(call.regions)) add(regions, region, count);
    const method = httpMethods.find((one) => one === call.method) ?? "*";
    for (const { host, port, path } of call.targets ?? []) {
      const name = port === null ? host : `${host}:${port}`;
      const place = places.get(`${method} ${name}`) ?? {
        rule: { method, host: name, path: "/**" },
        paths: new Set(),
        count: 0,
      };
      place.count += count;
      place.paths.add(path ?? "/**");
      places.set(`${method} ${name}`, place);
    }
  }
  const hosts = new Map<string, number>();
  for (const { rule, paths, count } of places.values()) {
    const [only] = paths;
    add(hosts, hostRuleText(paths.size === 1 && only ? { ...rule, path: only } : rule), count);
  }
  return { recipients: mostFirst(recipients), hosts: mostFirst(hosts), regions: mostFirst(regions) };
}

function add(counts: Map<string, number>, value: string, count: number): void {
  counts.set(value, (counts.get(value) ?? 0) + count);
}

function mostFirst(counts: Map<string, number>): UsedAnswer["tools"] {
  return [...counts]
    .map(([value, count]) => ({ value, count }))
    .sort((one, other) => other.count - one.count || (one.value < other.value ? -1 : 1))
    .slice(0, mostRows);
}
