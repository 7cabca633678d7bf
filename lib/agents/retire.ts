import "server-only";

import { changeControl } from "@/lib/audit/append";
import type { Actor } from "@/lib/auth/actor";
import { databaseTime } from "@/lib/database-time";
import { AppError } from "@/lib/errors";
import { authorOf, lockAgent } from "./access";
import { type AgentStatus, canBecome, refusal } from "./lifecycle";
import { voidApprovals } from "./void-approvals";

/**
 * Ends an agent for good: its credentials are revoked, its open approvals voided, a pending transfer cancelled. It stays in the registry and in the log.
 * @throws AppError `not_found`, `forbidden`, `conflict` when it is retired already
 */
export async function retireAgent(actor: Actor, id: string, reason: string): Promise<{ id: string }> {
  return changeControl(authorOf(actor), async (tx) => {
    const agent = await lockAgent(tx, actor, id, "agents:write");
    const status = agent.status as AgentStatus;
    if (!canBecome(status, "retired")) throw new AppError("conflict", refusal(status, "retired"));
    const now = await databaseTime(tx);
    const voided = await voidApprovals(tx, [id], "the agent was retired");
    const { count: revoked } = await tx.credential.updateMany({
      where: { agentId: id, revokedAt: null },
      data: { revokedAt: now },
    });
    await tx.ownershipTransfer.updateMany({
      where: { agentId: id, status: "pending" },
      data: { status: "cancelled", decidedAt: now },
    });
    await tx.agent.update({ where: { id }, data: { status: "retired", statusReason: reason, retiredAt: now } });
    return {
      result: { id },
      changes: [{ kind: "agent", ref: id }],
      events: [
        { kind: "agent_retired", agent: id, scope: agent.ownerId, payload: { reason, credentialsRevoked: revoked } },
        ...voided,
      ],
    };
  });
}
