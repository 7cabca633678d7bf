import "server-only";

import { recordChange } from "@/lib/audit/append";
import type { Actor } from "@/lib/auth/actor";
import { AppError } from "@/lib/errors";
import { newId } from "@/lib/ids";
import { sampleTime } from "@/lib/sample-time";
import { authorOf, lockAgentShared } from "./access";
import { findOwner } from "./people";
import { fieldError } from "./register";

/**
 * Asks somebody to become the owner. Nothing changes before they accept.
 * @throws AppError `not_found`, `forbidden`, `conflict` (retired, or a request is pending), `invalid_request` at `/ownerEmail`
 */
export async function requestTransfer(
  actor: Actor,
  agentId: string,
  input: { ownerEmail: string; reason: string },
): Promise<{ id: string }> {
  return recordChange(authorOf(actor), async (tx) => {
    const agent = await lockAgentShared(tx, actor, agentId, "agents:write");
    if (agent.status === "retired") throw new AppError("conflict", "the agent is retired and stays with its owner");
    const to = await findOwner(tx, input.ownerEmail, "/ownerEmail");
    if (to.id === agent.ownerId) throw fieldError("/ownerEmail", "this person is the owner already");
    const pending = await tx.ownershipTransfer.findFirst({
      where: { agentId, status: "pending" },
      select: { id: true },
    });
    if (pending) throw new AppError("conflict", "a transfer of this agent is waiting for an answer: cancel it first");

    const id = newId("trf");
    await tx.ownershipTransfer.create({
      data: {
        id,
        agentId,
        fromId: agent.ownerId,
        toId: to.id,
        reason: input.reason,
        createdById: actor.personId,
        createdAt: sampleTime(),
      },
    });
    return {
      result: { id },
      events: [
        {
          kind: "transfer_requested",
          agent: agentId,
          ref: id,
          scope: agent.ownerId,
          payload: { to: to.id, reason: input.reason },
        },
      ],
    };
  });
}
