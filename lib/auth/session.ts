import "server-only";

import { cookies, headers } from "next/headers";
import { forbidden, redirect } from "next/navigation";
import { cache } from "react";
import { db } from "@/lib/db";
import { env } from "@/lib/env";
import { type Actor, can } from "./actor";
import { signInCookies } from "./cookies";
import { type Permission, permissionsOf } from "./permissions";
import { returnPath } from "./return-path";
import { idleHours } from "./session-limits";
import { sessionOfCookie } from "./session-token";

/**
 * Who is signed in. Every request looks the session up in the database, so revoking it or deactivating the person ends access at once
 * (ASVS 5.0, 7.4.1, 7.4.2). Times are the database's.
 */

/** The person whose browser sent this request, or null. Read once per request, however many components ask. */
export const currentActor = cache(async (): Promise<Actor | null> => {
  const value = (await cookies()).get(signInCookies(env().publicUrl).session)?.value;
  return actorOfSession(await sessionOfCookie(value));
});

/** The session of this request, for the list of one's own sessions. */
export const currentSessionDigest = cache(
  async (): Promise<Buffer | null> =>
    sessionOfCookie((await cookies()).get(signInCookies(env().publicUrl).session)?.value),
);

/**
 * The signed-in person, for pages and layouts. Signed-out browsers go to the sign-in page and come back; without one of the
 * permissions the answer is the 403 page.
 */
export async function requireActor(...anyOf: Permission[]): Promise<Actor> {
  const actor = await currentActor();
  if (!actor) {
    const to = askedPath((await headers()).get("x-countersign-path"));
    redirect(to === "/" ? "/sign-in" : `/sign-in?to=${encodeURIComponent(to)}`);
  }
  if (anyOf.length > 0 && !anyOf.some((permission) => can(actor, permission))) forbidden();
  return actor;
}

/** The page that was asked for, as the server in front names it; a navigation inside the console marks its requests with `_rsc`. */
function askedPath(given: string | null): string {
  const url = URL.parse(given ?? "/", "http://localhost");
  url?.searchParams.delete("_rsc");
  return returnPath(url ? `${url.pathname}${url.search}` : "/");
}

type Row = {
  sessionId: string;
  id: string;
  email: string;
  name: string;
  roles: string[];
  groups: string[];
  stale: boolean;
};

/** The person of a session that is neither revoked nor too old nor idle too long, while the person is active. */
export async function actorOfSession(digest: Buffer | null): Promise<Actor | null> {
  if (!digest) return null;
  const [row] = await db.$queryRaw<Row[]>`
    SELECT s.id AS "sessionId", p.id, p.email, p.name, p.roles,
           ARRAY(SELECT g.key FROM approver_group_member m JOIN approver_group g ON g.id = m.group_id WHERE m.person_id = p.id ORDER BY g.key) AS groups,
           s.last_seen_at < clock_timestamp() - interval '1 minute' AS stale
      FROM session s JOIN person p ON p.id = s.person_id
     WHERE s.digest = ${digest} AND s.revoked_at IS NULL AND p.active
       AND s.expires_at > clock_timestamp() AND s.last_seen_at > clock_timestamp() - make_interval(hours => ${idleHours}::int)`;
  if (!row) return null;
  if (row.stale)
    await db.$executeRaw`UPDATE session SET last_seen_at = clock_timestamp() WHERE id = ${row.sessionId} AND revoked_at IS NULL`;
  return {
    personId: row.id,
    email: row.email,
    name: row.name,
    roles: row.roles,
    groups: row.groups,
    permissions: permissionsOf(row.roles),
    via: "session",
    mayVote: true,
  };
}
