import type { StepUpOptions } from "@/lib/approvals/ask-step-up";
import type { KnownPasskey, PasskeyOptions } from "@/lib/auth/passkeys";
import type { AddPasskeyInput, PasskeySignature } from "@/lib/auth/schema";

/** The two ceremonies between this browser and an authenticator. WebAuthn Level 3, §7; bytes travel as base64url. */

/** What came of it; `because` is a sentence for the person. */
export type Ceremony<Answer> = { ok: true; answer: Answer } | { ok: false; because: string };

/** Has an authenticator make a passkey for this site. */
export function makePasskey(options: PasskeyOptions): Promise<Ceremony<Omit<AddPasskeyInput, "name">>> {
  return tried(async () => {
    const credential = await navigator.credentials.create({
      publicKey: {
        rp: { id: options.siteId, name: "Countersign" },
        user: {
          id: new TextEncoder().encode(options.person.id),
          name: options.person.email,
          displayName: options.person.name,
        },
        challenge: fromBase64url(options.challenge),
        pubKeyCredParams: options.algorithms.map((alg) => ({ type: "public-key", alg })),
        excludeCredentials: options.known.map(descriptor),
        authenticatorSelection: { residentKey: "preferred", userVerification: "required" },
        attestation: "none",
        timeout: 300_000,
      },
    });
    const response = (credential as PublicKeyCredential).response as AuthenticatorAttestationResponse;
    return {
      challengeId: options.challengeId,
      authenticatorData: toBase64url(response.getAuthenticatorData()),
      clientDataJSON: toBase64url(response.clientDataJSON),
      transports: response.getTransports(),
    };
  });
}

/** Has one of the person's passkeys sign a challenge. @param signal ends it, such as when its dialog closes */
export function signWithPasskey(options: StepUpOptions, signal: AbortSignal): Promise<Ceremony<PasskeySignature>> {
  return tried(async () => {
    const credential = await navigator.credentials.get({
      publicKey: {
        rpId: options.siteId,
        challenge: fromBase64url(options.challenge),
        allowCredentials: options.known.map(descriptor),
        userVerification: "required",
        timeout: 60_000,
      },
      signal,
    });
    const { rawId, response } = credential as PublicKeyCredential;
    const { authenticatorData, clientDataJSON, signature } = response as AuthenticatorAssertionResponse;
    return {
      challengeId: options.challengeId,
      credentialId: toBase64url(rawId),
      authenticatorData: toBase64url(authenticatorData),
      clientDataJSON: toBase64url(clientDataJSON),
      signature: toBase64url(signature),
    };
  });
}

function descriptor({ id, transports }: KnownPasskey): PublicKeyCredentialDescriptor {
  return { type: "public-key", id: fromBase64url(id), transports: transports as AuthenticatorTransport[] };
}

async function tried<Answer>(ceremony: () => Promise<Answer>): Promise<Ceremony<Answer>> {
  if (!("PublicKeyCredential" in window)) return { ok: false, because: "This browser has no passkeys." };
  try {
    return { ok: true, answer: await ceremony() };
  } catch (error) {
    return { ok: false, because: reasons[(error as Error).name] ?? "The passkey could not be used. Try again." };
  }
}

/** By the names of exceptions that the standard gives. Browsers do not tell a refusal from a time-out, on purpose. */
const reasons: Record<string, string> = {
  NotAllowedError: "The passkey was not used: it was cancelled, or a minute went by. Try again.",
  AbortError: "The passkey was not used. Try again.",
  InvalidStateError: "This device or security key holds a passkey of yours already.",
  SecurityError: "Passkeys work on the address this installation is published under only. Open Countersign there.",
  NotSupportedError: "This device or security key cannot make a passkey that is supported here.",
  ConstraintError: "This device or security key cannot verify you by PIN, fingerprint or face.",
};

function toBase64url(bytes: ArrayBuffer): string {
  const text = String.fromCharCode(...new Uint8Array(bytes));
  return btoa(text).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

function fromBase64url(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (character) => character.charCodeAt(0));
}
