import "server-only";

import { changeControl } from "@/lib/audit/append";
import { AppError } from "@/lib/errors";
import { sampleTime } from "@/lib/sample-time";
import { aboutPerson } from "./about-person";
import { type Actor, requirePermission } from "./actor";
import { lockPerson } from "./change-person";
import { endAll } from "./end-session";
import { keepAnAdministrator } from "./last-administrator";
import { voidLinks } from "./one-time-link";
import type { Person } from "./schema";

/**
 * Ends a person's access: sessions, tokens and links at once, and every decision of the agents they own rests on it from now on. When this returns,
 * no request of theirs is answered and no process decides by their being here.
 * @throws AppError `not_found`, `forbidden` for oneself, `conflict` when already deactivated or the last administrator
 */
export async function deactivatePerson(actor: Actor, input: { id: string; reason: string }): Promise<Person> {
  requirePermission(actor, "people:write");
  if (actor.personId === input.id)
    throw new AppError("forbidden", "nobody deactivates themselves: ask another administrator");
  return changeControl({ personId: actor.personId }, async (tx) => {
    const person = await lockPerson(tx, input.id);
    if (!person.active) throw new AppError("conflict", "this person is already deactivated");
    if (person.roles.includes("admin")) await keepAnAdministrator(tx, input.id);
    await tx.$executeRaw`UPDATE person SET active = false, deactivated_at = coalesce(${sampleTime() ?? null}::timestamptz, clock_timestamp()) WHERE id = ${input.id}`;
    const sessions = await endAll(tx, input.id);
    const tokens = await tx.$queryRaw<
      { id: string }[]
    >`UPDATE api_token SET revoked_at = clock_timestamp() WHERE person_id = ${input.id} AND revoked_at IS NULL RETURNING id`;
    await voidLinks(tx, input.id);
    const ended = { sessions: sessions.map((one) => one.id).sort(), tokens: tokens.map((one) => one.id).sort() };
    return {
      result: { ...person, active: false },
      changes: [{ kind: "person", ref: input.id }],
      events: [await aboutPerson("person_deactivated", input.id, { reason: input.reason, ended })],
    };
  });
}

/**
 * Lets a person in again, with the roles and groups they had. Their old sessions, tokens and links stay ended.
 * @throws AppError `not_found`, `conflict` when already active
 */
export async function reactivatePerson(actor: Actor, id: string): Promise<Person> {
  requirePermission(actor, "people:write");
  return changeControl({ personId: actor.personId }, async (tx) => {
    const person = await lockPerson(tx, id);
    if (person.active) throw new AppError("conflict", "this person is already active");
    await tx.$executeRaw`UPDATE person SET active = true, deactivated_at = NULL WHERE id = ${id}`;
    return {
      result: { ...person, active: true },
      changes: [{ kind: "person", ref: id }],
      events: [await aboutPerson("person_reactivated", id)],
    };
  });
}
