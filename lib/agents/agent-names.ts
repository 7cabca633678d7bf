import "server-only";

import type { Actor } from "@/lib/auth/actor";
import { db } from "@/lib/db";
import { visibleAgents } from "./access";

/** Names by id, of the agents among these that the actor sees. */
export async function agentNames(actor: Actor, ids: readonly string[]): Promise<Record<string, string>> {
  if (ids.length === 0) return {};
  const agents = await db.agent.findMany({
    where: { AND: [{ id: { in: [...new Set(ids)] } }, visibleAgents(actor)] },
    select: { id: true, name: true },
  });
  return Object.fromEntries(agents.map(({ id, name }) => [id, name]));
}
