import "server-only";

import { changeControl } from "@/lib/audit/append";
import type { Actor } from "@/lib/auth/actor";
import { databaseTime } from "@/lib/database-time";
import { AppError } from "@/lib/errors";
import { authorOf, lockAgent } from "./access";
import { type AgentStatus, canBecome, refusal } from "./lifecycle";
import { voidApprovals } from "./void-approvals";

/**
 * Takes an active agent out of action and voids its open approvals. When this returns, no process acknowledges another allow for it.
 * @throws AppError `not_found`, `forbidden`, `conflict` when it is not active
 */
export async function suspendAgent(
  actor: Actor,
  id: string,
  reason: string,
): Promise<{ id: string; approvalsVoided: number }> {
  return changeControl(authorOf(actor), async (tx) => {
    const agent = await lockAgent(tx, actor, id, "agents:write");
    const status = agent.status as AgentStatus;
    if (!canBecome(status, "suspended")) throw new AppError("conflict", refusal(status, "suspended"));
    const voided = await voidApprovals(tx, [id], "the agent was suspended");
    await tx.agent.update({
      where: { id },
      data: { status: "suspended", statusReason: reason, suspendedAt: await databaseTime(tx) },
    });
    return {
      result: { id, approvalsVoided: voided.length },
      changes: [{ kind: "agent", ref: id }],
      events: [{ kind: "agent_suspended", agent: id, scope: agent.ownerId, payload: { reason } }, ...voided],
    };
  });
}
