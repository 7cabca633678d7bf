import "server-only";

import { db } from "@/lib/db";
import { AppError } from "@/lib/errors";
import { acceptWithSubject } from "./accept-link";
import type { Origin } from "./open-session";
import { refuseSignIn } from "./refuse-sign-in";

export type Identity = { issuer: string; subject: string; email: string | null; name: string | null };

/**
 * The person of an identity at the provider: the one it is tied to, or the one whose one-time link this browser brought along, who is tied to it now.
 * An email address never ties anything, verified or not.
 * @param invited token of a one-time link, or null
 * @returns the person's id, or null for every kind of "no"
 */
export async function signInWithSubject(
  identity: Identity,
  invited: string | null,
  origin: Origin,
): Promise<string | null> {
  const subject = `${identity.issuer}|${identity.subject}`;
  try {
    if (invited) return await acceptWithSubject(invited, subject, identity);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    await refuseSignIn("single sign-on", subject, error.message, origin);
    return null;
  }
  const person = await db.person.findUnique({ where: { oidcSubject: subject }, select: { id: true, active: true } });
  if (person?.active) return person.id;
  await refuseSignIn(
    "single sign-on",
    subject,
    person ? "the account is deactivated" : "the identity belongs to nobody here",
    origin,
  );
  return null;
}
