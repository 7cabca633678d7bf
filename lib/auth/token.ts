// Bearer tokens: `cs_agt_…` is the credential of an agent, `cs_pat_…` the API token of a person.
//   cs_<kind>_<id>_<secret><check>
//   id      26 characters of base32: the public id of the row, without its prefix
//   secret  52 characters of base32: 256 random bits
//   check    7 characters of base32: CRC-32 of everything before it, so that secret scanners recognize a token without asking us
// Stored is only HMAC-SHA-256(pepper, secret); at 256 bits of randomness a slow hash would add nothing (ASVS 5.0, 6.5.2). Knows no database.
import { createHmac, type KeyObject, randomBytes, timingSafeEqual } from "node:crypto";
import { crc32 } from "node:zlib";
import { base32 } from "@/lib/ids";

export type TokenKind = "agt" | "pat";

/** What a token says: the id of its row, and the secret whose digest the row must hold. */
export type ParsedToken = { kind: TokenKind; id: string; digestInput: string };

const prefixOf = { agt: "crd", pat: "tok" } as const satisfies Record<TokenKind, string>;
const form = /^cs_(agt|pat)_([0-9a-hjkmnp-tv-z]{26})_([0-9a-hjkmnp-tv-z]{52})([0-9a-hjkmnp-tv-z]{7})$/;

/**
 * Makes a token for a row.
 * @param id     of the row: `crd_…` for an agent's credential, `tok_…` for a person's token
 * @param secret 32 random bytes
 * @returns the token, to be shown once, and what `tokenDigest` takes; neither may be stored
 */
export function makeToken(
  kind: TokenKind,
  id: string,
  secret: Uint8Array = randomBytes(32),
): { token: string; digestInput: string } {
  const prefix = `${prefixOf[kind]}_`;
  const digestInput = base32(secret);
  const open = `cs_${kind}_${id.slice(prefix.length)}_${digestInput}`;
  const token = open + check(open);
  if (!id.startsWith(prefix) || !form.test(token))
    throw new Error("makeToken: not an id of this kind, or not 32 bytes of secret");
  return { token, digestInput };
}

/** The parts of a token, or null when the text is not one (its check included). */
export function parseToken(text: string): ParsedToken | null {
  const match = form.exec(text);
  if (!match) return null;
  const [, kind, id, digestInput, given] = match as unknown as [string, TokenKind, string, string, string];
  if (check(text.slice(0, -given.length)) !== given) return null;
  return { kind, id: `${prefixOf[kind]}_${id}`, digestInput };
}

/** What is stored of a token: 32 bytes. @param pepper 32 bytes that are not in the database */
export function tokenDigest(pepper: Uint8Array | KeyObject, digestInput: string): Buffer {
  return createHmac("sha256", pepper).update(digestInput).digest();
}

/** Compares digests in constant time; unequal lengths are unequal, never an exception. */
export function sameDigest(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && timingSafeEqual(one, other);
}

/** Whether a text looks like one of our tokens, whatever its check says. */
export function looksLikeToken(text: string): TokenKind | null {
  return text.startsWith("cs_agt_") ? "agt" : text.startsWith("cs_pat_") ? "pat" : null;
}

function check(text: string): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(crc32(text));
  return base32(bytes);
}
