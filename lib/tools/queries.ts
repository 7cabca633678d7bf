import "server-only";

import { type Actor, can } from "@/lib/auth/actor";
import { decodeCursor, encodeCursor } from "@/lib/cursor";
import { db } from "@/lib/db";
import { notFound } from "@/lib/errors";
import type { Prisma, Tool } from "@/lib/generated/prisma/client";
import { type agentStatuses, argumentRoles } from "@/lib/policy/schema";
import { toolNamePattern } from "@/lib/policy/tool-name";
import type { DemandDto, ToolDto, ToolFilter } from "./schema";

type AgentStatus = (typeof agentStatuses)[number];

/** One page of the catalogue, by name. */
export async function listTools(
  filter: ToolFilter,
): Promise<{ items: ToolDto[]; nextCursor: string | null; total: number }> {
  const text = filter.q ? { contains: filter.q, mode: "insensitive" as const } : undefined;
  const where: Prisma.ToolWhereInput = {
    ...(filter.effect ? { effect: filter.effect } : {}),
    ...(filter.status ? { status: filter.status } : {}),
    ...(text ? { OR: [{ name: text }, { description: text }, { source: text }] } : {}),
  };
  const [from] = filter.cursor ? decodeCursor(filter.cursor, 1) : [];
  const [rows, total] = await Promise.all([
    db.tool.findMany({
      where: { AND: [where, from ? { name: { gt: from } } : {}] },
      orderBy: { name: "asc" },
      take: filter.limit + 1,
    }),
    db.tool.count({ where }),
  ]);
  const shown = rows.slice(0, filter.limit);
  const last = shown.at(-1);
  return {
    items: shown.map(toolOf),
    nextCursor: rows.length > filter.limit && last ? encodeCursor([last.name]) : null,
    total,
  };
}

/** Tools that are held because their definition changed at their source. */
export async function countHeldTools(): Promise<number> {
  return db.tool.count({ where: { status: "changed" } });
}

/** @throws AppError `not_found` */
export async function getTool(name: string): Promise<ToolDto> {
  const tool = await db.tool.findUnique({ where: { name } });
  if (!tool) throw notFound();
  return toolOf(tool);
}

/** Sanctioned and blocked tools, for choosing a mandate. */
export async function listToolChoices(): Promise<
  Pick<ToolDto, "name" | "description" | "effect" | "reversible" | "status">[]
> {
  const tools = await db.tool.findMany({
    select: { name: true, description: true, effect: true, reversible: true, status: true },
    orderBy: { name: "asc" },
  });
  return tools as Pick<ToolDto, "name" | "description" | "effect" | "reversible" | "status">[];
}

/** Agents the actor sees whose mandate names the tool, by name. */
export async function agentsWithTool(
  actor: Actor,
  name: string,
): Promise<{ id: string; name: string; status: AgentStatus; tier: string }[]> {
  return db.$queryRaw`
    SELECT id, name, status, tier FROM agent
     WHERE status <> 'retired' AND mandate->'tools' ? ${name}
       AND (${can(actor, "agents:read")} OR owner_id = ${actor.personId} OR backup_owner_id = ${actor.personId})
     ORDER BY name LIMIT 200`;
}

/** Names that agents asked for and the catalogue does not have, most wanted first. Who asked is shown as far as the actor sees agents. */
export async function listDemand(actor: Actor): Promise<DemandDto[]> {
  const all = can(actor, "agents:read");
  const rows = await db.$queryRaw<
    { tool: string; id: string; name: string; count: bigint; first_at: Date; last_at: Date }[]
  >`
    SELECT d.tool, a.id, a.name, d.count, d.first_at, d.last_at
      FROM tool_demand d JOIN agent a ON a.id = d.agent_id
     WHERE NOT EXISTS (SELECT FROM tool t WHERE t.name = d.tool)
       AND (${all} OR a.owner_id = ${actor.personId} OR a.backup_owner_id = ${actor.personId})
     ORDER BY d.count DESC LIMIT 1000`;
  const byTool = new Map<string, DemandDto>();
  for (const row of rows) {
    const known = byTool.get(row.tool);
    const agent = { id: row.id, name: row.name, count: Number(row.count) };
    if (!known) {
      byTool.set(row.tool, {
        name: row.tool,
        wellFormed: toolNamePattern.test(row.tool),
        count: agent.count,
        agents: [agent],
        firstAt: row.first_at.toISOString(),
        lastAt: row.last_at.toISOString(),
      });
      continue;
    }
    known.count += agent.count;
    known.agents.push(agent);
    if (row.first_at.toISOString() < known.firstAt) known.firstAt = row.first_at.toISOString();
    if (row.last_at.toISOString() > known.lastAt) known.lastAt = row.last_at.toISOString();
  }
  return [...byTool.values()]
    .sort((one, other) => other.count - one.count || (one.name < other.name ? -1 : 1))
    .slice(0, 100);
}

/** A stored tool as it goes out. */
export function toolOf(row: Tool): ToolDto {
  return {
    name: row.name,
    description: row.description,
    source: row.source,
    effect: row.effect as ToolDto["effect"],
    reversible: row.reversible,
    status: row.status as ToolDto["status"],
    argumentSchema: row.argumentSchema as ToolDto["argumentSchema"],
    argumentRoles: argumentRoles.parse(row.argumentRoles),
    currency: row.currency,
    fingerprint: row.fingerprint,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  };
}
