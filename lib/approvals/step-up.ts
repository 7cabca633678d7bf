// A passkey's signature under one verdict on one action, and its check. Needs no database: whoever has the evidence and knows the address of the installation can make
// the check again. Stored (in the log with the vote, and in `step_up`): changing bytes or names here needs a new version in the domain. audit-log design §4.2.
import { hash } from "node:crypto";
import { assertionFault, type Site, type WebauthnFault } from "@/lib/auth/webauthn";

const domain = Buffer.from("countersign/webauthn-approval/v1\n");

/** What is signed. */
export type StepUpSubject = { /** `sha256:` and hex */ actionDigest: string; approvalId: string; verdict: string };

/** Everything that checking the signature again needs; bytes are base64url. */
export type StepUpEvidence = StepUpSubject & {
  /** 32 bytes that the server made for this signature alone. */
  nonce: string;
  credentialId: string;
  /** SubjectPublicKeyInfo, DER. */
  publicKey: string;
  authenticatorData: string;
  clientDataJSON: string;
  signature: string;
};

/**
 * SHA-256(domain ‖ action digest ‖ lp(approval id) ‖ lp(verdict) ‖ nonce), lp being a 4-byte big-endian length before the bytes.
 * @param nonce 32 bytes
 */
export function stepUpChallenge({ actionDigest, approvalId, verdict }: StepUpSubject, nonce: Uint8Array): Buffer {
  const digest = Buffer.from(actionDigest.replace(/^sha256:/, ""), "hex");
  return hash(
    "sha256",
    Buffer.concat([domain, digest, lengthPrefixed(approvalId), lengthPrefixed(verdict), nonce]),
    "buffer",
  );
}

/** Why the evidence does not show that the holder of this passkey, verified, gave this verdict on this action at this site; null when it does. */
export function stepUpFault(evidence: StepUpEvidence, site: Site): WebauthnFault | null {
  const nonce = Buffer.from(evidence.nonce, "base64url");
  if (nonce.length !== 32 || !/^sha256:[0-9a-f]{64}$/.test(evidence.actionDigest)) return "malformed";
  return assertionFault(
    {
      authenticatorData: Buffer.from(evidence.authenticatorData, "base64url"),
      clientData: Buffer.from(evidence.clientDataJSON, "base64url"),
      signature: Buffer.from(evidence.signature, "base64url"),
      publicKey: Buffer.from(evidence.publicKey, "base64url"),
    },
    stepUpChallenge(evidence, nonce),
    site,
  );
}

function lengthPrefixed(text: string): Buffer {
  const bytes = Buffer.from(text);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}
