import "server-only";

import { type Actor, can } from "@/lib/auth/actor";
import { db, pool } from "@/lib/db";
import { reasonCodes } from "@/lib/policy/messages";
import type { Choices } from "./schema";
import { scopeOf, seesContent } from "./scope";

const most = 500;

/** What the filters of the explorer can be set to, as far as the actor may know of it. */
export async function explorerChoices(actor: Actor): Promise<Choices> {
  const scope = await scopeOf(actor);
  const seen = scope.all ? {} : { id: { in: scope.agentIds } };
  const [agents, people, tools] = await Promise.all([
    db.agent.findMany({ where: seen, select: { id: true, name: true }, orderBy: { name: "asc" }, take: most }),
    can(actor, "people:read")
      ? db.person.findMany({ select: { id: true, name: true }, orderBy: { name: "asc" }, take: most })
      : [],
    // The catalogue, and names that were asked for without being in it.
    pool().query<{ tool: string }>(
      "SELECT name AS tool FROM tool UNION SELECT tool FROM tool_demand WHERE $1 OR agent_id = ANY ($2::text[]) ORDER BY 1 LIMIT $3",
      [scope.all, scope.agentIds, most],
    ),
  ]);
  return {
    agents,
    people,
    tools: tools.rows.map((row) => row.tool),
    codes: Object.keys(reasonCodes),
    mayQuery: seesContent(scope),
  };
}
