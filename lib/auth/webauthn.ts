// What an authenticator says, checked: a new passkey, and a signature by one that is known. Knows no database and no clock, so that the same check can be made again
// anywhere. WebAuthn Level 3, §6.1 (authenticator data), §7.1 and §7.2 (ceremonies), §5.8.1 (client data).
import { createPublicKey, hash, type KeyObject, verify } from "node:crypto";
import { z } from "zod";

/** Whose passkeys these are: the domain they are bound to, and the one origin that may use them. */
export type Site = { id: string; origin: string };

/** @param publicUrl origin that people use */
export function siteOf(publicUrl: string): Site {
  const { hostname, origin } = new URL(publicUrl);
  return { id: hostname, origin };
}

/** Why something an authenticator said is not taken. */
export type WebauthnFault =
  | "malformed"
  | "another_ceremony"
  | "another_challenge"
  | "another_origin"
  | "another_site"
  | "person_not_verified"
  | "unknown_algorithm"
  | "wrong_signature";

export type NewPasskey = {
  credentialId: Buffer;
  /** SubjectPublicKeyInfo, DER. */
  publicKey: Buffer;
  counter: number;
};

export type Assertion = { authenticatorData: Buffer; clientData: Buffer; signature: Buffer; publicKey: Buffer };

/** COSE numbers of the signatures we can check: ES256, EdDSA with Ed25519, RS256. */
export const algorithms = [-7, -8, -257] as const;

/**
 * A passkey that was just made. There is no attestation: which product made it is not asked, that it is bound to this site and verified its person is.
 * @param challenge 32 bytes that the server made for this
 */
export function readNewPasskey(
  given: { authenticatorData: Buffer; clientData: Buffer },
  challenge: Buffer,
  site: Site,
): NewPasskey | WebauthnFault {
  const fault =
    clientFault(given.clientData, "webauthn.create", challenge, site) ??
    authenticatorFault(given.authenticatorData, site);
  if (fault) return fault;
  const { authenticatorData: data } = given;
  const flags = data.readUInt8(32);
  if (!(flags & attested) || data.length < 55) return "malformed";
  const keyAt = 55 + data.readUInt16BE(53);
  const credentialId = data.subarray(55, keyAt);
  if (credentialId.length !== keyAt - 55 || credentialId.length === 0 || credentialId.length > 1023) return "malformed";
  const key = keyOfCose(data.subarray(keyAt), Boolean(flags & extended));
  if (!key) return "unknown_algorithm";
  return {
    credentialId: Buffer.from(credentialId),
    publicKey: key.export({ format: "der", type: "spki" }),
    counter: counterOf(data),
  };
}

/**
 * Why an assertion is not this key's signature of this challenge at this site by a verified person, or null when it is.
 * @param challenge 32 bytes
 */
export function assertionFault(given: Assertion, challenge: Buffer, site: Site): WebauthnFault | null {
  const fault =
    clientFault(given.clientData, "webauthn.get", challenge, site) ?? authenticatorFault(given.authenticatorData, site);
  if (fault) return fault;
  const key = readKey({ key: given.publicKey, format: "der", type: "spki" });
  if (!key) return "unknown_algorithm";
  const signed = Buffer.concat([given.authenticatorData, hash("sha256", given.clientData, "buffer")]);
  const digest = key.asymmetricKeyType === "ed25519" ? null : "sha256";
  return verify(digest, signed, key, given.signature) ? null : "wrong_signature";
}

/** How often the authenticator says it signed; 0 when it does not count. */
export function counterOf(authenticatorData: Buffer): number {
  return authenticatorData.readUInt32BE(33);
}

const present = 0x01;
const verified = 0x04;
const attested = 0x40;
const extended = 0x80;

const clientDataShape = z.object({
  type: z.string(),
  challenge: z.string(),
  origin: z.string(),
  crossOrigin: z.boolean().optional(),
  topOrigin: z.string().optional(),
});

function clientFault(bytes: Buffer, type: string, challenge: Buffer, site: Site): WebauthnFault | null {
  const said = clientDataShape.safeParse(parseJson(bytes)).data;
  if (!said) return "malformed";
  if (said.type !== type) return "another_ceremony";
  if (said.challenge !== challenge.toString("base64url")) return "another_challenge";
  const elsewhere = said.origin !== site.origin || said.crossOrigin === true || said.topOrigin !== undefined;
  return elsewhere ? "another_origin" : null;
}

function authenticatorFault(data: Buffer, site: Site): WebauthnFault | null {
  if (data.length < 37) return "malformed";
  if (!data.subarray(0, 32).equals(hash("sha256", site.id, "buffer"))) return "another_site";
  const flags = data.readUInt8(32);
  return flags & present && flags & verified ? null : "person_not_verified";
}

function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
}

type Part = string | number;

/**
 * COSE keys as authenticators write them. CTAP2 prescribes one encoding for each, so the bytes between the numbers of the key are fixed and nothing has to be parsed.
 * A text is such bytes in hex, a number is that many bytes of the key. RFC 9053 §2, §7; CTAP 2.1 §8 (canonical CBOR).
 */
const coseKeys: { parts: Part[]; jwk: (numbers: string[]) => Record<string, string> }[] = [
  { parts: ["a5010203262001215820", 32, "225820", 32], jwk: ([x = "", y = ""]) => ({ kty: "EC", crv: "P-256", x, y }) },
  { parts: ["a4010103272006215820", 32], jwk: ([x = ""]) => ({ kty: "OKP", crv: "Ed25519", x }) },
  { parts: ["a401030339010020590100", 256, "2143010001"], jwk: ([n = ""]) => ({ kty: "RSA", n, e: "AQAB" }) },
];

/** @param more whether something else may follow the key */
function keyOfCose(bytes: Buffer, more: boolean): KeyObject | null {
  for (const { parts, jwk } of coseKeys) {
    const numbers = takeNumbers(bytes, parts, more);
    if (numbers) return readKey({ key: jwk(numbers), format: "jwk" });
  }
  return null;
}

function takeNumbers(bytes: Buffer, parts: readonly Part[], more: boolean): string[] | null {
  const numbers: string[] = [];
  let at = 0;
  for (const part of parts) {
    const length = typeof part === "number" ? part : part.length / 2;
    const taken = bytes.subarray(at, at + length);
    at += length;
    if (taken.length !== length || (typeof part === "string" && taken.toString("hex") !== part)) return null;
    if (typeof part === "number") numbers.push(taken.toString("base64url"));
  }
  return more || at === bytes.length ? numbers : null;
}

/** Null for what is not a key, and for one whose signatures we do not check. */
function readKey(given: Parameters<typeof createPublicKey>[0]): KeyObject | null {
  try {
    const key = createPublicKey(given);
    const curve = key.asymmetricKeyDetails?.namedCurve;
    const known =
      key.asymmetricKeyType === "ed25519" ||
      key.asymmetricKeyType === "rsa" ||
      (key.asymmetricKeyType === "ec" && curve === "prime256v1");
    return known ? key : null;
  } catch {
    return null;
  }
}

/** A fault as a sentence for the person at the browser. */
export function faultSentence(fault: WebauthnFault): string {
  return sentences[fault];
}

const sentences: Record<WebauthnFault, string> = {
  malformed: "the passkey's answer cannot be read; try again",
  another_ceremony: "the passkey answered another question; try again",
  another_challenge: "the passkey signed something else; read the request again and try again",
  another_origin: "the passkey was used on another address than this installation's own",
  another_site: "the passkey belongs to another site",
  person_not_verified: "the passkey did not verify you by PIN, fingerprint or face, which is needed here",
  unknown_algorithm: "this kind of passkey is not supported; use one with ES256, Ed25519 or RS256",
  wrong_signature: "the signature is not of this passkey",
};
