import "server-only";

import { changeControl, holdControl, recordChange } from "@/lib/audit/append";
import { type Actor, can } from "@/lib/auth/actor";
import { databaseTime } from "@/lib/database-time";
import type { Tx } from "@/lib/db";
import { AppError, notFound } from "@/lib/errors";
import type { Agent, OwnershipTransfer } from "@/lib/generated/prisma/client";
import { authorOf, mayOn } from "./access";
import { canOwn } from "./people";

/**
 * The answers to a request to hand an agent over. Only the person it was offered to accepts or declines; who may change the agent cancels.
 */

/**
 * The agent changes hands now. A new owner who was its backup leaves that place empty.
 * @throws AppError `not_found` to everybody else, `conflict` when it was answered already or the owner changed meanwhile
 */
export async function acceptTransfer(actor: Actor, id: string): Promise<{ agentId: string }> {
  return changeControl(authorOf(actor), async (tx) => {
    const { transfer, agent } = await lockTransfer(tx, id, "exclusive");
    if (transfer.toId !== actor.personId) throw notFound();
    checkPending(transfer, agent);
    const to = await tx.person.findUnique({ where: { id: transfer.toId }, select: { active: true, roles: true } });
    if (!to || !canOwn(to)) throw new AppError("forbidden", "you need the role `owner` to take an agent over");
    await settle(tx, id, "accepted");
    await tx.agent.update({
      where: { id: agent.id },
      data: { ownerId: transfer.toId, ...(agent.backupOwnerId === transfer.toId ? { backupOwnerId: null } : {}) },
    });
    return {
      result: { agentId: agent.id },
      changes: [{ kind: "agent", ref: agent.id }],
      events: [
        {
          kind: "agent_transferred",
          agent: agent.id,
          ref: id,
          scope: transfer.toId,
          payload: { from: transfer.fromId, to: transfer.toId },
        },
      ],
    };
  });
}

/** @throws AppError `not_found` to everybody but the person it was offered to, `conflict` when it was answered already */
export async function declineTransfer(actor: Actor, id: string, reason?: string): Promise<{ agentId: string }> {
  return recordChange(authorOf(actor), async (tx) => {
    const { transfer, agent } = await lockTransfer(tx, id, "shared");
    if (transfer.toId !== actor.personId) throw notFound();
    checkPending(transfer, agent);
    await settle(tx, id, "declined");
    return {
      result: { agentId: agent.id },
      events: [
        {
          kind: "transfer_declined",
          agent: agent.id,
          ref: id,
          codes: ["declined"],
          scope: agent.ownerId,
          payload: { reason },
        },
      ],
    };
  });
}

/** @throws AppError `not_found` to who may not see the agent, `forbidden`, `conflict` when it was answered already */
export async function cancelTransfer(actor: Actor, id: string): Promise<{ agentId: string }> {
  return recordChange(authorOf(actor), async (tx) => {
    const { transfer, agent } = await lockTransfer(tx, id, "shared");
    if (transfer.createdById !== actor.personId && !mayOn(actor, agent, "agents:write")) {
      throw mayOn(actor, agent, "agents:read") || transfer.toId === actor.personId
        ? new AppError("forbidden", "who asked for the transfer cancels it")
        : notFound();
    }
    if (!can(actor, "agents:write") && !can(actor, "agents:write:own"))
      throw new AppError("forbidden", "you may not change agents");
    checkPending(transfer, agent);
    await settle(tx, id, "cancelled");
    return {
      result: { agentId: agent.id },
      events: [{ kind: "transfer_declined", agent: agent.id, ref: id, codes: ["cancelled"], scope: agent.ownerId }],
    };
  });
}

async function lockTransfer(
  tx: Tx,
  id: string,
  mode: "exclusive" | "shared",
): Promise<{ transfer: OwnershipTransfer; agent: Agent }> {
  await holdControl(tx, mode);
  await tx.$queryRaw`SELECT 1 FROM ownership_transfer WHERE id = ${id} FOR UPDATE`;
  const transfer = await tx.ownershipTransfer.findUnique({ where: { id }, include: { agent: true } });
  if (!transfer) throw notFound();
  const { agent, ...row } = transfer;
  return { transfer: row, agent };
}

function checkPending(transfer: OwnershipTransfer, agent: Agent): void {
  if (transfer.status !== "pending") throw new AppError("conflict", `the transfer is ${transfer.status} already`);
  if (agent.ownerId !== transfer.fromId)
    throw new AppError("conflict", "the agent has another owner by now: ask for a new transfer");
}

async function settle(tx: Tx, id: string, status: "accepted" | "declined" | "cancelled"): Promise<void> {
  await tx.ownershipTransfer.update({ where: { id }, data: { status, decidedAt: await databaseTime(tx) } });
}
