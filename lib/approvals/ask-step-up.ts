import "server-only";

import { type Actor, requirePermission } from "@/lib/auth/actor";
import { makeChallenge } from "@/lib/auth/passkey-challenge";
import { type KnownPasskey, knownPasskeys } from "@/lib/auth/passkeys";
import { siteOf } from "@/lib/auth/webauthn";
import { db } from "@/lib/db";
import { env } from "@/lib/env";
import { AppError, notFound } from "@/lib/errors";
import { readApproval, readContent } from "./rows";
import { refusalOf, refusalSentence } from "./state";
import { stepUpChallenge } from "./step-up";
import { maySee } from "./visible";

export type StepUpOptions = {
  challengeId: string;
  /** base64url of 32 bytes: what the passkey signs. */
  challenge: string;
  siteId: string;
  known: KnownPasskey[];
  /** Until when the signature is taken. */
  expiresAt: string;
};

/**
 * What the browser needs to have an approval signed with a passkey: for this person, this request and its action, once, within 60 seconds.
 * @throws AppError `not_found`, `forbidden` (no permission, not in a browser session, a stake in it), `conflict` (nothing to sign, or no passkey to sign with)
 */
export async function askStepUp(actor: Actor, id: string): Promise<StepUpOptions> {
  requirePermission(actor, "approvals:vote");
  if (actor.via !== "session") throw new AppError("forbidden", "a passkey signs in the browser only");
  const approval = await readApproval(db, id, await readContent(id));
  if (!approval || !maySee(actor, approval)) throw notFound();
  const voter = { personId: actor.personId, groups: actor.groups };
  const refused = refusalOf(approval.state, approval.votes, voter, approval.now);
  if (refused) throw new AppError("forbidden", refusalSentence(refused));
  if (!approval.stepUp) throw new AppError("conflict", "the rule of this request asks for no passkey");
  const known = await knownPasskeys(actor);
  if (known.length === 0) throw new AppError("conflict", "you have no passkey yet; add one in the settings");
  const verdict = "approve";
  const challenge = await makeChallenge(actor.personId, { approvalId: id, verdict });
  const actionDigest = `sha256:${Buffer.from(approval.actionDigest).toString("hex")}`;
  return {
    challengeId: challenge.id,
    challenge: stepUpChallenge({ actionDigest, approvalId: id, verdict }, challenge.nonce).toString("base64url"),
    siteId: siteOf(env().publicUrl).id,
    known,
    expiresAt: challenge.expiresAt.toISOString(),
  };
}
