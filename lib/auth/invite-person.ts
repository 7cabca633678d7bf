import "server-only";

import { recordChange } from "@/lib/audit/append";
import { AppError, notFound } from "@/lib/errors";
import { newId } from "@/lib/ids";
import { aboutPerson } from "./about-person";
import { type Actor, requirePermission } from "./actor";
import { joinGroups } from "./change-person";
import { makeLink } from "./one-time-link";
import type { Invitation, InviteInput, Person } from "./schema";

/**
 * Adds a person, who comes in with a one-time link. The link is answered once.
 * @throws AppError `conflict` when somebody has the address, `invalid_request` for an unknown group
 */
export async function invitePerson(actor: Actor, input: InviteInput): Promise<Person & { invitation: Invitation }> {
  requirePermission(actor, "people:write");
  const id = newId("per");
  return recordChange({ personId: actor.personId }, async (tx) => {
    if (await tx.person.findUnique({ where: { email: input.email }, select: { id: true } })) {
      throw new AppError("conflict", "somebody already has this address", {
        fields: [{ path: "/email", message: "somebody already has this address" }],
      });
    }
    await tx.person.create({
      data: { id, email: input.email, name: input.name, roles: input.roles },
      select: { id: true },
    });
    await joinGroups(tx, id, input.groups);
    const invitation = await makeLink(tx, id);
    const { name, email, roles, groups } = input;
    return {
      result: { id, email, name, roles, groups, active: true, invitation },
      events: [await aboutPerson("person_added", id, { after: { name, email, roles, groups } })],
    };
  });
}

/**
 * Makes a new one-time link for a person who lost theirs, or their password. Using it ends their sessions; making it is in the log with who made it.
 * @throws AppError `not_found`, `conflict` when the person is deactivated or a sample
 */
export async function renewInvitation(actor: Actor, id: string): Promise<Invitation> {
  requirePermission(actor, "people:write");
  return recordChange({ personId: actor.personId }, async (tx) => {
    const person = await tx.person.findUnique({ where: { id }, select: { active: true, sample: true } });
    if (!person) throw notFound();
    if (!person.active) throw new AppError("conflict", "this person is deactivated: reactivate them first");
    if (person.sample) throw new AppError("conflict", "sample people come in with one click and have no link");
    return {
      result: await makeLink(tx, id),
      events: [await aboutPerson("person_changed", id, { how: "a new one-time link was made" })],
    };
  });
}
