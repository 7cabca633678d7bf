import "server-only";

import { recordChange } from "@/lib/audit/append";
import { AppError } from "@/lib/errors";
import { aboutPerson } from "./about-person";
import type { Actor } from "./actor";
import { confirmPassword } from "./confirm-password";
import { endAll } from "./end-session";
import type { Origin } from "./open-session";
import { hashPassword, passwordProblem } from "./password";
import type { ChangePasswordInput } from "./schema";

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
  await confirmPassword(actor, input.current, origin, { path: "/current", doing: "changing it" });
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
