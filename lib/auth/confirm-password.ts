import "server-only";

import { db } from "@/lib/db";
import { AppError } from "@/lib/errors";
import type { Actor } from "./actor";
import type { Origin } from "./open-session";
import { verifyPassword } from "./password";
import { refuseSignIn } from "./refuse-sign-in";
import { signInThrottle } from "./sign-in";

/**
 * Has the person behind a session prove that it is them. Guesses count as failed sign-ins.
 * @param about.path  JSON Pointer of the field with the password
 * @param about.doing what it was asked for, for the log
 * @throws AppError `invalid_request` at that path, `conflict` without a password, `too_many_requests`
 */
export async function confirmPassword(
  actor: Actor,
  given: string,
  origin: Origin,
  about: { path: string; doing: string },
): Promise<void> {
  const wait = signInThrottle().check(actor.email, origin.address, Date.now()).waitSeconds;
  if (wait > 0)
    throw new AppError("too_many_requests", "too many failed attempts: wait a quarter of an hour", {
      retryAfterSeconds: wait,
    });
  const person = await db.person.findUniqueOrThrow({ where: { id: actor.personId }, select: { passwordHash: true } });
  if (!person.passwordHash) throw new AppError("conflict", "this account has no password");
  if (await verifyPassword(given, person.passwordHash)) return;
  signInThrottle().failed(actor.email, origin.address, Date.now());
  await refuseSignIn("password", actor.email, `wrong current password while ${about.doing}`, origin);
  const message = "is not your current password";
  throw new AppError("invalid_request", `\`${about.path}\` is not valid: ${message}`, {
    fields: [{ path: about.path, message }],
  });
}
