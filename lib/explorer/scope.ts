import "server-only";

import { pseudonymOf } from "@/lib/audit/actors";
import { type Actor, can, requirePermission } from "@/lib/auth/actor";
import { db } from "@/lib/db";

/**
 * What part of the log an actor sees: all of it, or the entries of agents they own or back up and those they caused themselves.
 * `content` is the same for arguments and reasoning.
 */
export type Scope = {
  all: boolean;
  agentIds: string[];
  /** The actor's own pseudonym. */
  pseudonym: string;
  content: { all: boolean; agentIds: string[] };
};

/** @throws AppError `forbidden` */
export async function scopeOf(actor: Actor): Promise<Scope> {
  requirePermission(actor, "audit:read", "audit:read:own");
  const owned = await db.agent.findMany({
    where: { OR: [{ ownerId: actor.personId }, { backupOwnerId: actor.personId }] },
    select: { id: true },
  });
  const agentIds = owned.map((agent) => agent.id);
  return {
    all: can(actor, "audit:read"),
    agentIds,
    pseudonym: await pseudonymOf(actor.personId),
    content: { all: can(actor, "payload:read"), agentIds: can(actor, "payload:read:own") ? agentIds : [] },
  };
}

/** Whether the actor may search in and open any content at all. */
export function seesContent(scope: Scope): boolean {
  return scope.content.all || scope.content.agentIds.length > 0;
}
