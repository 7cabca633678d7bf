import "server-only";

import type { Actor } from "@/lib/auth/actor";
import type { PasskeySignature } from "@/lib/auth/schema";
import { counterOf, faultSentence, siteOf } from "@/lib/auth/webauthn";
import type { Tx } from "@/lib/db";
import { env } from "@/lib/env";
import { AppError } from "@/lib/errors";
import { newId } from "@/lib/ids";
import { type StepUpEvidence, type StepUpSubject, stepUpFault } from "./step-up";

/** A signature whose challenge has been used up for it. */
export type SpentSignature = { signature: PasskeySignature; nonce: Buffer };

/**
 * INVARIANT (a session or a token alone approves nothing that asks for a passkey): checks the signature under one verdict and keeps it as evidence.
 * @param given null when none came with the vote
 * @returns id of the evidence for the vote, and the evidence for the log
 * @throws AppError `forbidden` when there is none, or it is not this person's valid signature of exactly this
 */
export async function takeStepUp(
  tx: Tx,
  actor: Actor,
  subject: StepUpSubject,
  given: SpentSignature | null,
): Promise<{ id: string; evidence: StepUpEvidence }> {
  if (actor.via !== "session")
    throw new AppError("forbidden", "the rule asks for a passkey signature, which is given in the browser only");
  if (!given)
    throw new AppError("forbidden", "the rule asks for a passkey signature with the approval, and none was given");
  const { signature, nonce } = given;
  const credentialId = new Uint8Array(Buffer.from(signature.credentialId, "base64url"));
  const passkey = await tx.passkey.findFirst({ where: { credentialId, personId: actor.personId } });
  if (!passkey) throw new AppError("forbidden", "this passkey is not one of yours; add it in the settings");
  const evidence: StepUpEvidence = {
    ...subject,
    nonce: nonce.toString("base64url"),
    credentialId: signature.credentialId,
    publicKey: Buffer.from(passkey.publicKey).toString("base64url"),
    authenticatorData: signature.authenticatorData,
    clientDataJSON: signature.clientDataJSON,
    signature: signature.signature,
  };
  const fault = stepUpFault(evidence, siteOf(env().publicUrl));
  if (fault) throw new AppError("forbidden", faultSentence(fault));

  const authenticatorData = Buffer.from(signature.authenticatorData, "base64url");
  const counter = counterOf(authenticatorData);
  const used = await tx.$executeRaw`
    UPDATE passkey SET counter = ${counter}, last_used_at = clock_timestamp()
     WHERE id = ${passkey.id} AND (counter < ${counter} OR (counter = 0 AND ${counter} = 0))`;
  if (used === 0)
    throw new AppError(
      "forbidden",
      "this passkey's counter went back: it may have been copied; remove it and add another",
    );
  const id = newId("sup");
  await tx.stepUp.create({
    data: {
      id,
      challengeId: signature.challengeId,
      approvalId: subject.approvalId,
      personId: actor.personId,
      verdict: subject.verdict,
      actionDigest: new Uint8Array(Buffer.from(subject.actionDigest.slice("sha256:".length), "hex")),
      nonce: new Uint8Array(nonce),
      credentialId,
      publicKey: passkey.publicKey,
      authenticatorData: new Uint8Array(authenticatorData),
      clientData: new Uint8Array(Buffer.from(signature.clientDataJSON, "base64url")),
      signature: new Uint8Array(Buffer.from(signature.signature, "base64url")),
    },
  });
  return { id, evidence };
}
