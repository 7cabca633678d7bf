import "server-only";

import { changeControl } from "@/lib/audit/append";
import type { Actor } from "@/lib/auth/actor";
import { can } from "@/lib/auth/actor";
import { databaseTime } from "@/lib/database-time";
import { AppError } from "@/lib/errors";
import { authorOf, lockAgent } from "./access";
import { type AgentStatus, canBecome, refusal } from "./lifecycle";

/**
 * Lets an agent act: a draft for the first time, or a suspended one again.
 * @throws AppError `conflict` saying what is missing: an active owner, a version, or a status it can come from;
 *         `forbidden` when somebody above its owner stopped it
 */
export async function activateAgent(actor: Actor, id: string, reason: string): Promise<{ id: string }> {
  return changeControl(authorOf(actor), async (tx) => {
    const agent = await lockAgent(tx, actor, id, "agents:write");
    const status = agent.status as AgentStatus;
    if (!canBecome(status, "active")) throw new AppError("conflict", refusal(status, "active"));
    if (agent.stoppedAt && !can(actor, "agents:write")) {
      throw new AppError(
        "forbidden",
        "this agent was stopped by somebody above its owner: an administrator resumes it",
      );
    }
    const owner = await tx.person.findUnique({ where: { id: agent.ownerId }, select: { active: true } });
    if (!owner?.active) throw new AppError("conflict", "the owner is no longer active: hand the agent over first");
    if (!agent.currentVersionId)
      throw new AppError("conflict", "the agent has no version: make one and promote it first");

    const now = await databaseTime(tx);
    await tx.agent.update({
      where: { id },
      data: {
        status: "active",
        statusReason: null,
        suspendedAt: null,
        stoppedAt: null,
        activatedAt: agent.activatedAt ?? now,
      },
    });
    return {
      result: { id },
      changes: [{ kind: "agent", ref: id }],
      events: [
        {
          kind: status === "draft" ? "agent_activated" : "agent_resumed",
          agent: id,
          scope: agent.ownerId,
          payload: { reason },
        },
      ],
    };
  });
}
