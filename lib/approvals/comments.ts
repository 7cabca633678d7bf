import "server-only";

import { recordChange } from "@/lib/audit/append";
import type { Actor } from "@/lib/auth/actor";
import { db } from "@/lib/db";
import { AppError, notFound } from "@/lib/errors";
import { newId } from "@/lib/ids";
import { readApproval } from "./rows";
import type { ApprovalComment, ApprovalThread, CommentInput } from "./schema";
import { statusAt } from "./state";
import { maySee, sideOf } from "./visible";

const mostComments = 200;

/**
 * What was asked and answered on a request, oldest first, and whether the actor may join in.
 * @throws AppError `not_found` for a request that does not exist or may not be known
 */
export async function readThread(actor: Actor, id: string): Promise<ApprovalThread> {
  const approval = await readApproval(db, id, "erased");
  if (!approval || !maySee(actor, approval)) throw notFound();
  const rows = await db.approvalComment.findMany({
    where: { approvalId: id },
    include: { person: { select: { name: true } } },
    orderBy: [{ createdAt: "asc" }, { id: "asc" }],
  });
  const open = statusAt(approval.state, approval.now) === "pending";
  return {
    items: rows.map(({ id: comment, personId, person, side, text, createdAt }) => ({
      id: comment,
      person: { id: personId, name: person.name },
      side: side === "owner" ? "owner" : "approver",
      text,
      at: createdAt.toISOString(),
    })),
    mySide: open ? sideOf(actor, approval) : null,
  };
}

/**
 * Asks the other side something, or answers. It decides nothing: no vote, no quorum and no clock changes.
 * @throws AppError `not_found` · `forbidden` for who is neither asked to judge nor owns the agent · `conflict` when it is decided, or has too many comments
 */
export async function addComment(actor: Actor, id: string, { text }: CommentInput): Promise<ApprovalComment> {
  return recordChange({ personId: actor.personId }, async (tx) => {
    const approval = await readApproval(tx, id, "erased", "lock");
    if (!approval || !maySee(actor, approval)) throw notFound();
    const side = sideOf(actor, approval);
    if (!side) throw new AppError("forbidden", "only who is asked to judge it and the owners of the agent may comment");
    if (statusAt(approval.state, approval.now) !== "pending")
      throw new AppError("conflict", "this request is already decided");
    if ((await tx.approvalComment.count({ where: { approvalId: id } })) >= mostComments)
      throw new AppError("conflict", `a request has at most ${mostComments} comments`);
    const comment = newId("cmt");
    const createdAt = approval.now;
    await tx.approvalComment.create({
      data: { id: comment, approvalId: id, personId: actor.personId, side, text, createdAt },
    });
    await tx.$executeRaw`SELECT pg_notify('countersign_approval', ${id})`;
    return {
      result: {
        id: comment,
        person: { id: actor.personId, name: actor.name },
        side,
        text,
        at: createdAt.toISOString(),
      },
      events: [
        {
          kind: "approval_commented",
          agent: approval.agentId,
          tool: approval.tool,
          effect: approval.effect,
          approvalId: id,
          ref: comment,
          scope: approval.ownerId,
          payload: { comment: text, side },
        },
      ],
    };
  });
}
