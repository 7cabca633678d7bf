import "server-only";

import { randomBytes } from "node:crypto";
import { db } from "@/lib/db";
import { AppError } from "@/lib/errors";
import { newId } from "@/lib/ids";

/** What an authenticator is asked to sign. The database says how long each one lives: 60 seconds for a verdict, 5 minutes for adding a passkey. */

/** The verdict on a request that a signature is for; nothing when a passkey is added. */
type About = { approvalId: string; verdict: string };

export type Challenge = { id: string; nonce: Buffer; expiresAt: Date };

/** Makes a challenge for one person, and forgets those of theirs that ended unused. */
export async function makeChallenge(personId: string, about?: About): Promise<Challenge> {
  const id = newId("pch");
  const nonce = randomBytes(32);
  await db.$executeRaw`DELETE FROM passkey_challenge WHERE person_id = ${personId} AND spent_at IS NULL AND expires_at <= clock_timestamp()`;
  // Two clicks at once are two challenges; more than a few are a program.
  const waiting = await db.passkeyChallenge.count({ where: { personId, spentAt: null } });
  if (waiting >= 20)
    throw new AppError("too_many_requests", "too many passkey requests: wait a minute", { retryAfterSeconds: 60 });
  const [row] = await db.$queryRaw<{ expiresAt: Date }[]>`
    INSERT INTO passkey_challenge (id, person_id, approval_id, verdict, nonce) VALUES (${id}, ${personId}, ${about?.approvalId ?? null}, ${about?.verdict ?? null}, ${nonce})
    RETURNING expires_at AS "expiresAt"`;
  return { id, nonce, expiresAt: row?.expiresAt as Date };
}

/**
 * Uses a challenge up, whatever comes of it: the answer that is checked against it is the only one.
 * @returns its nonce
 * @throws AppError `conflict` when it is another person's, for something else, used already, or over
 */
export async function spendChallenge(personId: string, id: string, about?: About): Promise<Buffer> {
  const [row] = await db.$queryRaw<{ nonce: Uint8Array }[]>`
    UPDATE passkey_challenge SET spent_at = clock_timestamp()
     WHERE id = ${id} AND person_id = ${personId} AND spent_at IS NULL AND expires_at > clock_timestamp()
       AND approval_id IS NOT DISTINCT FROM ${about?.approvalId ?? null} AND verdict IS NOT DISTINCT FROM ${about?.verdict ?? null}
    RETURNING nonce`;
  if (!row)
    throw new AppError(
      "conflict",
      "this passkey signature was used already, is too old, or is for something else; sign again",
    );
  return Buffer.from(row.nonce);
}
