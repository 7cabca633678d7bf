import "server-only";

import { recordChange } from "@/lib/audit/append";
import type { Tx } from "@/lib/db";
import { notFound } from "@/lib/errors";
import { aboutPerson } from "./about-person";
import type { Actor } from "./actor";

/** Ends sessions. The next request with their cookie is signed out. */

/** Signs a browser out. Ending what has already ended changes nothing and is no entry. */
export async function endSession(digest: Buffer, personId: string): Promise<void> {
  await recordEnd(
    personId,
    "signed out",
    (tx) =>
      tx.$queryRaw`UPDATE session SET revoked_at = clock_timestamp() WHERE digest = ${digest} AND person_id = ${personId} AND revoked_at IS NULL RETURNING id`,
  );
}

/** Ends one of one's own sessions. @throws AppError `not_found` for anybody else's, exactly as for none */
export async function endOwnSession(actor: Actor, id: string): Promise<void> {
  const ended = await recordEnd(
    actor.personId,
    "ended from the account page",
    (tx) =>
      tx.$queryRaw`UPDATE session SET revoked_at = clock_timestamp() WHERE id = ${id} AND person_id = ${actor.personId} AND revoked_at IS NULL RETURNING id`,
  );
  if (ended === 0) throw notFound();
}

/** Signs out everywhere, or everywhere else. @param keep digest of the session to keep @returns how many were ended */
export async function endOwnSessions(actor: Actor, keep: Buffer | null): Promise<number> {
  return recordEnd(actor.personId, keep ? "signed out everywhere else" : "signed out everywhere", (tx) =>
    endAll(tx, actor.personId, keep),
  );
}

/** Ends every session of a person inside another change. */
export function endAll(tx: Tx, personId: string, keep: Buffer | null = null): Promise<{ id: string }[]> {
  return tx.$queryRaw`UPDATE session SET revoked_at = clock_timestamp() WHERE person_id = ${personId} AND revoked_at IS NULL AND digest IS DISTINCT FROM ${keep} RETURNING id`;
}

const nothingEnded = Symbol("nothing ended");

async function recordEnd(personId: string, how: string, end: (tx: Tx) => Promise<{ id: string }[]>): Promise<number> {
  try {
    return await recordChange({ personId }, async (tx) => {
      const ended = (await end(tx)).map((row) => row.id).sort();
      if (ended.length === 0) throw nothingEnded; // rolls back: no change, no entry
      return { result: ended.length, events: [await aboutPerson("signed_out", personId, { how, sessions: ended })] };
    });
  } catch (error) {
    if (error === nothingEnded) return 0;
    throw error;
  }
}
