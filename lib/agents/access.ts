import "server-only";

import { holdControl } from "@/lib/audit/append";
import { type Actor, can } from "@/lib/auth/actor";
import type { Permission } from "@/lib/auth/permissions";
import type { Tx } from "@/lib/db";
import { AppError, notFound } from "@/lib/errors";
import type { Agent, Prisma } from "@/lib/generated/prisma/client";

/**
 * Who sees and who changes an agent. "Own" is: owner or backup owner. What one may not see answers exactly like what does not exist.
 */

type Owned = { ownerId: string; backupOwnerId: string | null };

function isOwn(actor: Actor, agent: Owned): boolean {
  return agent.ownerId === actor.personId || agent.backupOwnerId === actor.personId;
}

/** Whether the actor holds the permission for this agent: for any, or for their own. */
export function mayOn(actor: Actor, agent: Owned, permission: AgentPermission): boolean {
  return can(actor, permission) || (isOwn(actor, agent) && can(actor, `${permission}:own` as Permission));
}

type AgentPermission = "agents:read" | "agents:write" | "credentials:write" | "stop:engage";
const allowing: readonly AgentPermission[] = ["agents:read", "agents:write", "credentials:write", "stop:engage"];

function maySee(actor: Actor, agent: Owned): boolean {
  return allowing.some((permission) => mayOn(actor, agent, permission));
}

/** The filter every read of agents carries. */
export function visibleAgents(actor: Actor): Prisma.AgentWhereInput {
  if (allowing.some((permission) => can(actor, permission))) return {};
  const own = allowing.some((permission) => can(actor, `${permission}:own` as Permission));
  return own ? { OR: [{ ownerId: actor.personId }, { backupOwnerId: actor.personId }] } : { id: { in: [] } };
}

/**
 * Locks an agent for a control change by this actor: CONTROL first, because decisions touch the agent's row (foreign keys) and its approvals while they hold it.
 * @throws AppError `not_found` when the actor may not see it, `forbidden` when they see it and may not do this
 */
export async function lockAgent(tx: Tx, actor: Actor, id: string, permission: AgentPermission): Promise<Agent> {
  await holdControl(tx);
  return lockRow(tx, actor, id, permission);
}

/** The same inside `recordChange`, for what no decision rests on. */
export async function lockAgentShared(tx: Tx, actor: Actor, id: string, permission: AgentPermission): Promise<Agent> {
  await holdControl(tx, "shared");
  return lockRow(tx, actor, id, permission);
}

async function lockRow(tx: Tx, actor: Actor, id: string, permission: AgentPermission): Promise<Agent> {
  await tx.$queryRaw`SELECT 1 FROM agent WHERE id = ${id} FOR NO KEY UPDATE`;
  const agent = await tx.agent.findUnique({ where: { id } });
  if (!agent || !maySee(actor, agent)) throw notFound();
  if (!mayOn(actor, agent, permission)) throw new AppError("forbidden", "you can see this agent, but not change it");
  return agent;
}

/** The author of an entry. */
export function authorOf(actor: Actor): { personId: string } {
  return { personId: actor.personId };
}
