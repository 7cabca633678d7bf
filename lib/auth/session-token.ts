import "server-only";

import { createHash, randomBytes } from "node:crypto";
import { decode } from "next-auth/jwt";
import { env } from "@/lib/env";

/**
 * What a browser holds: a cookie encrypted by next-auth, with one thing in it, a random token. The database has its SHA-256.
 * Nothing about the person is in the cookie, so nothing in it can be out of date.
 */

/** A new token and its digest. 256 bits, base64url. */
export function newSessionToken(): { token: string; digest: Buffer } {
  const token = randomBytes(32).toString("base64url");
  return { token, digest: sessionDigest(token) };
}

/** SHA-256; the token has the randomness that a slow hash would have to make up for. */
export function sessionDigest(token: string): Buffer {
  return createHash("sha256").update(token).digest();
}

/** Digest of the session a cookie value stands for, or null when it was not made by us or is older than the absolute limit. */
export async function sessionOfCookie(value: string | null | undefined): Promise<Buffer | null> {
  if (!value || value.length > 4096) return null;
  try {
    const claims = await decode({ token: value, secret: env().authSecret });
    return typeof claims?.sid === "string" ? sessionDigest(claims.sid) : null;
  } catch {
    return null;
  }
}
