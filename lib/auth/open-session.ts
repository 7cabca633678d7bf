import "server-only";

import { recordChange } from "@/lib/audit/append";
import { AppError } from "@/lib/errors";
import { newId } from "@/lib/ids";
import { aboutPerson } from "./about-person";
import { absoluteDays } from "./session-limits";
import { newSessionToken } from "./session-token";

/** Where a sign-in came from, for the log and for the list of one's sessions. */
export type Origin = { address: string; userAgent: string };

/** How a person came in. */
export type Method = "password" | "single sign-on" | "sample person";

/**
 * Opens a session. Each sign-in gets a new token, and ends the session the browser had before, so that a token planted beforehand is worth nothing.
 * @param earlier digest of the session this browser brought along
 * @returns the token for the cookie; the database keeps only its digest
 * @throws AppError `unauthenticated` when the person was deactivated meanwhile
 */
export async function openSession(
  personId: string,
  method: Method,
  origin: Origin,
  earlier: Buffer | null = null,
): Promise<string> {
  const { token, digest } = newSessionToken();
  const id = newId("ses");
  const userAgent = origin.userAgent.slice(0, 400);
  return recordChange({ personId }, async (tx) => {
    const [person] = await tx.$queryRaw<
      { active: boolean }[]
    >`SELECT active FROM person WHERE id = ${personId} FOR SHARE`;
    if (!person?.active) throw new AppError("unauthenticated", "this account cannot sign in");
    if (earlier)
      await tx.$executeRaw`UPDATE session SET revoked_at = clock_timestamp() WHERE digest = ${earlier} AND revoked_at IS NULL`;
    await tx.$executeRaw`
      INSERT INTO session (id, digest, person_id, created_at, last_seen_at, expires_at, user_agent)
      VALUES (${id}, ${digest}, ${personId}, clock_timestamp(), clock_timestamp(), clock_timestamp() + make_interval(days => ${absoluteDays}::int), ${userAgent || null})`;
    return {
      result: token,
      events: [await aboutPerson("signed_in", personId, { session: id, method, address: origin.address, userAgent })],
    };
  });
}
