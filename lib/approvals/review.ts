import "server-only";

import { type Event, holdControl, recordChange } from "@/lib/audit/append";
import { type Actor, requirePermission } from "@/lib/auth/actor";
import { spendChallenge } from "@/lib/auth/passkey-challenge";
import { db, type Tx } from "@/lib/db";
import { AppError, type ErrorCode, notFound } from "@/lib/errors";
import { newId } from "@/lib/ids";
import { cardDigest } from "./card";
import { readCard } from "./past";
import { readApproval, readContent, type StoredApproval } from "./rows";
import type { Card, VoteInput, VoteResult } from "./schema";
import { applyVote, refusalOf, refusalSentence, type VoteRefusal } from "./state";
import type { StepUpEvidence } from "./step-up";
import { takeStepUp } from "./take-step-up";
import { maySee } from "./visible";

/**
 * Casts one vote on one request. What was shown is sealed: the vote names the digest of the card, and a card that has changed since is refused.
 * @param options.batch what the person decided it together with: digest and size of the whole, kept in the vote's entry
 * @param options.sampleAt the past time a vote of sample data stands for; refused in a log that is not an evaluation log
 * @throws AppError `not_found`, `forbidden` (no permission, a stake in it, not of the groups asked), `already_reviewed`, `approval_expired`,
 *   `conflict` (decided already, or content that cannot be shown cannot be approved), `state_changed` (the card is another now)
 */
export async function review(
  actor: Actor,
  id: string,
  input: VoteInput,
  options: { sampleAt?: Date; batch?: { digest: string; size: number } } = {},
): Promise<VoteResult> {
  requirePermission(actor, "approvals:vote");
  if (!actor.mayVote)
    throw new AppError("forbidden", "this token cannot vote; only its own person can make one that does");
  const content = await readContent(id);
  // Before the transaction, so that a signature is used up by whatever becomes of the vote.
  const { passkey, verdict } = input;
  const signature = passkey
    ? {
        signature: passkey,
        nonce: await spendChallenge(actor.personId, passkey.challengeId, { approvalId: id, verdict }),
      }
    : null;

  return recordChange({ personId: actor.personId }, async (tx) => {
    await holdControl(tx, "shared");
    const approval = await readApproval(tx, id, content, "lock");
    if (!approval || !maySee(actor, approval)) throw notFound();
    const now = options.sampleAt ? await sampleTime(tx, options.sampleAt) : approval.now;

    const vote = { personId: actor.personId, verdict: input.verdict, groups: await groupsOf(tx, actor.personId) };
    const refused = refusalOf(approval.state, approval.votes, vote, now);
    if (refused) throw refusal(refused);
    const card = await readCard(tx, approval, content);
    if (cardDigest(card) !== input.seenDigest)
      throw new AppError("state_changed", "the request is not the one you were shown; read it again before you decide");
    if (card.content !== "readable" && input.verdict === "approve")
      throw new AppError("conflict", "the content of this request cannot be shown, so it can only be denied");

    const next = applyVote(approval.state, approval.votes, vote, now);
    if (!next.ok) throw refusal(next.reason);
    const actionDigest = actionDigestOf(approval);
    const stepUp =
      approval.stepUp && verdict === "approve"
        ? await takeStepUp(tx, actor, { actionDigest, approvalId: id, verdict }, signature)
        : null;
    await tx.approvalVote.create({
      data: {
        id: newId("vot", now.getTime()),
        approvalId: id,
        personId: actor.personId,
        verdict: input.verdict,
        comment: input.comment || null,
        seenDigest: input.seenDigest,
        via: actor.via,
        createdAt: now,
        stepUpId: stepUp?.id ?? null,
      },
    });
    if (next.status !== "pending") {
      const statusReason = next.status === "denied" ? (input.comment ?? null) : null;
      await tx.approval.update({ where: { id }, data: { status: next.status, statusReason, decidedAt: now } });
    }
    await tx.$executeRaw`SELECT pg_notify('countersign_approval', ${id})`;
    return {
      result: { id, status: next.status, ...next.progress },
      events: eventsOf(approval, card, input, vote.groups, next.status, next.progress.granted, {
        ...options,
        stepUp: stepUp?.evidence,
      }),
    };
  });
}

function eventsOf(
  approval: StoredApproval,
  card: Card,
  input: VoteInput,
  groups: readonly string[],
  status: string,
  granted: number,
  {
    sampleAt,
    batch,
    stepUp,
  }: { sampleAt?: Date; batch?: { digest: string; size: number }; stepUp: StepUpEvidence | undefined },
): Event[] {
  const facts = {
    agent: approval.agentId,
    tool: approval.tool,
    effect: approval.effect,
    approvalId: approval.id,
    actionDigest: actionDigestOf(approval),
    policyHash: approval.policyHash,
    scope: approval.ownerId,
    sampleAt: sampleAt?.toISOString(),
  };
  const voted: Event = {
    ...facts,
    kind: "approval_voted",
    codes: [`vote.${input.verdict}`],
    payload: {
      verdict: input.verdict,
      comment: input.comment || undefined,
      seenDigest: input.seenDigest,
      // What of the card can read otherwise later; `shown-card.ts` puts it together again.
      shown: { agent: card.agent, owner: card.owner, unusual: card.unusual },
      groups: [...groups],
      batch,
      stepUp,
    },
  };
  if (status === "pending") return [voted];
  const decided: Event = {
    ...facts,
    kind: status === "approved" ? "approval_granted" : "approval_refused",
    payload: { granted, required: approval.quorum, groups: approval.groups },
  };
  return [voted, decided];
}

function actionDigestOf(approval: StoredApproval): string {
  return `sha256:${Buffer.from(approval.actionDigest).toString("hex")}`;
}

async function groupsOf(tx: Tx, personId: string): Promise<string[]> {
  const rows = await tx.groupMember.findMany({ where: { personId }, select: { group: { select: { key: true } } } });
  return rows.map((row) => row.group.key);
}

async function sampleTime(tx: Tx, at: Date): Promise<Date> {
  const [log] = await tx.$queryRaw<{ sample: boolean }[]>`SELECT sample FROM audit.log_identity`;
  if (!log?.sample) throw new AppError("forbidden", "only an evaluation log takes sample time");
  return at;
}

const codes: Partial<Record<VoteRefusal, ErrorCode>> = {
  already_reviewed: "already_reviewed",
  already_decided: "conflict",
  expired: "approval_expired",
};

function refusal(reason: VoteRefusal): AppError {
  return new AppError(codes[reason] ?? "forbidden", refusalSentence(reason));
}

/**
 * The digest of the card as it stands, for a caller that decides without a screen: the seed of sample data, and tests.
 * @throws AppError `not_found`
 */
export async function currentCardDigest(id: string): Promise<string> {
  const content = await readContent(id);
  const approval = await readApproval(db, id, content);
  if (!approval) throw notFound();
  return cardDigest(await readCard(db, approval, content));
}
