import "server-only";

import { createSecretKey, type KeyObject } from "node:crypto";
import { parseToken, sameDigest, tokenDigest } from "@/lib/auth/token";
import { env } from "@/lib/env";
import { AppError } from "@/lib/errors";
import type { CredentialFacts, Snapshot } from "@/lib/policy/snapshot";

/** The pepper as a key object: a raw buffer costs several times as much per call. */
let pepper: KeyObject | undefined;
const absent = Buffer.alloc(32);

/**
 * The credential that a request carries, or null. Every cause of null takes the same work and gets the same answer.
 * @param authorization value of the header
 * @param now epoch ms
 */
export function credentialOf(
  authorization: string | undefined,
  snapshot: Snapshot,
  now: number,
): CredentialFacts | null {
  if (authorization === undefined) return null;
  const verified = seen.get(snapshot)?.get(authorization);
  if (verified) return isLive(verified, now) ? verified : null;

  pepper ??= createSecretKey(env().pepper);
  const token = authorization.startsWith("Bearer ") ? parseToken(authorization.slice(7)) : null;
  const found = token?.kind === "agt" ? snapshot.credentials.get(token.id) : undefined;
  const matches = sameDigest(tokenDigest(pepper, token?.digestInput ?? ""), found?.digest ?? absent);
  if (!found || !matches) return null;
  const known = seen.get(snapshot) ?? new Map<string, CredentialFacts>();
  if (known.size < 10_000) seen.set(snapshot, known.set(authorization, found));
  return isLive(found, now) ? found : null;
}

/** Headers that were verified under a snapshot: a busy agent's secret is digested once for each change of control, not on every call. */
const seen = new WeakMap<Snapshot, Map<string, CredentialFacts>>();

/** Whether a credential of a snapshot still holds. */
export function isLive(credential: CredentialFacts, now: number): boolean {
  return credential.expiresAt === null || credential.expiresAt > now;
}

/** One text for every cause: unknown, wrong, expired, revoked. */
export function badCredential(): AppError {
  return new AppError("unauthenticated", "the credential is missing, wrong, expired or revoked");
}
