import "server-only";

import { recordChange } from "@/lib/audit/append";
import { db } from "@/lib/db";
import { AppError } from "@/lib/errors";
import { aboutPerson } from "./about-person";
import type { Actor } from "./actor";
import { endAll } from "./end-session";
import type { Origin } from "./open-session";
import { hashPassword, passwordProblem, verifyPassword } from "./password";
import { refuseSignIn } from "./refuse-sign-in";
import type { ChangePasswordInput } from "./schema";
import { signInThrottle } from "./sign-in";

/**
 * Changes one's own password and ends one's other sessions. Guesses of the current one count as failed sign-ins.
 * @param keep digest of the session that asks
 * @throws AppError `invalid_request` at `/current` or `/password`, `conflict` without a password, `too_many_requests`, `forbidden` for tokens
 */
export async function changePassword(
  actor: Actor,
  input: ChangePasswordInput,
  keep: Buffer | null,
  origin: Origin,
): Promise<void> {
  if (actor.via !== "session") throw new AppError("forbidden", "a password is changed in the browser");
  const wait = signInThrottle().check(actor.email, origin.address, Date.now()).waitSeconds;
  if (wait > 0)
    throw new AppError("too_many_requests", "too many failed attempts: wait a quarter of an hour", {
      retryAfterSeconds: wait,
    });
  const person = await db.person.findUniqueOrThrow({ where: { id: actor.personId }, select: { passwordHash: true } });
  if (!person.passwordHash) throw new AppError("conflict", "this account has no password");
  if (!(await verifyPassword(input.current, person.passwordHash))) {
    signInThrottle().failed(actor.email, origin.address, Date.now());
    await refuseSignIn("password", actor.email, "wrong current password while changing it", origin);
    throw invalid("/current", "is not your current password");
  }
  const problem = passwordProblem(input.password, actor);
  if (problem) throw invalid("/password", problem);
  const passwordHash = await hashPassword(input.password);
  await recordChange({ personId: actor.personId }, async (tx) => {
    await tx.person.update({ where: { id: actor.personId }, data: { passwordHash }, select: { id: true } });
    const ended = await endAll(tx, actor.personId, keep);
    return {
      result: undefined,
      events: [
        await aboutPerson("person_changed", actor.personId, {
          how: "changed their password",
          sessionsEnded: ended.length,
        }),
      ],
    };
  });
}

function invalid(path: string, message: string): AppError {
  return new AppError("invalid_request", `\`${path}\` is not valid: ${message}`, { fields: [{ path, message }] });
}
