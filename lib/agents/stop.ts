import "server-only";

import { changeControl, holdControl } from "@/lib/audit/append";
import { type Actor, can } from "@/lib/auth/actor";
import { databaseTime } from "@/lib/database-time";
import { AppError, notFound } from "@/lib/errors";
import type { Prisma } from "@/lib/generated/prisma/client";
import { authorOf, mayOn, visibleAgents } from "./access";
import type { StopInput, StopResult } from "./schema";
import { voidApprovals } from "./void-approvals";

/**
 * Stops every active agent in scope with one move of the control epoch, and voids their open approvals. Resuming is one agent at a time,
 * by somebody who may change any agent.
 * @throws AppError `forbidden` when the scope reaches beyond the actor's own agents and they may stop only those; `not_found` when nothing
 *         they may see is in scope; `conflict` when nothing in scope is active
 */
export async function stopAgents(actor: Actor, input: StopInput): Promise<StopResult> {
  return changeControl(authorOf(actor), async (tx) => {
    await holdControl(tx);
    if (
      !can(actor, "stop:engage") &&
      (input.scope === "fleet" || input.scope === "vendor" || (input.scope === "owner" && input.id !== actor.personId))
    ) {
      throw new AppError("forbidden", "you can stop your own agents");
    }
    const inScope = await tx.agent.findMany({
      where: { AND: [visibleAgents(actor), scopeFilter(input)] },
      select: { id: true, name: true, ownerId: true, backupOwnerId: true, status: true },
      orderBy: { id: "asc" },
    });
    if (inScope.length === 0) throw notFound();
    const reach = inScope.filter((agent) => mayOn(actor, agent, "stop:engage"));
    if (reach.length === 0) throw new AppError("forbidden", "you can see these agents, but not stop them");
    const active = reach.filter((agent) => agent.status === "active");
    if (active.length === 0) throw new AppError("conflict", "no agent in this scope is active");

    const ids = active.map((agent) => agent.id);
    const now = await databaseTime(tx);
    const voided = await voidApprovals(tx, ids, "the agent was stopped");
    await tx.agent.updateMany({
      where: { id: { in: ids } },
      data: { status: "suspended", statusReason: input.reason, suspendedAt: now, stoppedAt: now },
    });
    return {
      result: { stopped: active.map(({ id, name }) => ({ id, name })), approvalsVoided: voided.length },
      changes: ids.map((ref) => ({ kind: "agent" as const, ref })),
      events: [
        ...active.map((agent) => ({
          kind: "agent_stopped" as const,
          agent: agent.id,
          scope: agent.ownerId,
          payload: { scope: input.scope, id: input.id, reason: input.reason },
        })),
        ...voided,
      ],
    };
  });
}

function scopeFilter(input: StopInput): Prisma.AgentWhereInput {
  switch (input.scope) {
    case "agent":
      return { id: input.id as string };
    case "owner":
      return { ownerId: input.id as string };
    case "vendor":
      return { currentVersion: { provider: { equals: input.id as string, mode: "insensitive" } } };
    case "fleet":
      return {};
  }
}
