import "server-only";

import { recordChange } from "@/lib/audit/append";
import type { Tx } from "@/lib/db";
import { AppError, notFound } from "@/lib/errors";
import { aboutPerson } from "./about-person";
import { type Actor, requirePermission } from "./actor";
import { keepAnAdministrator } from "./last-administrator";
import type { ChangePersonInput, Person } from "./schema";

/**
 * Changes a person's name, roles or groups; what is left out stays. It takes effect with their next request.
 * @throws AppError `not_found`, `forbidden` for one's own roles and groups, `conflict` for the last administrator, `invalid_request` for an unknown group
 */
export async function changePerson(actor: Actor, input: ChangePersonInput): Promise<Person> {
  requirePermission(actor, "people:write");
  if (actor.personId === input.id && (input.roles || input.groups))
    throw new AppError("forbidden", "nobody changes their own roles or groups: ask another administrator");
  return recordChange({ personId: actor.personId }, async (tx) => {
    const before = await lockPerson(tx, input.id);
    if (input.roles && before.roles.includes("admin") && !input.roles.includes("admin"))
      await keepAnAdministrator(tx, input.id);
    const name = input.name ?? before.name;
    const roles = input.roles ?? before.roles;
    const groups = input.groups ?? before.groups;
    await tx.person.update({ where: { id: input.id }, data: { name, roles }, select: { id: true } });
    if (input.groups) {
      await tx.groupMember.deleteMany({ where: { personId: input.id } });
      await joinGroups(tx, input.id, input.groups);
    }
    const shown = (one: { name: string; roles: string[]; groups: string[] }) => ({
      name: one.name,
      roles: one.roles,
      groups: one.groups,
    });
    const after = { ...before, name, roles, groups };
    return {
      result: after,
      events: [await aboutPerson("person_changed", input.id, { before: shown(before), after: shown(after) })],
    };
  });
}

/** Locks a person for a change. @throws AppError `not_found` */
export async function lockPerson(tx: Tx, id: string): Promise<Person> {
  await tx.$queryRaw`SELECT 1 FROM person WHERE id = ${id} FOR NO KEY UPDATE`;
  const person = await tx.person.findUnique({
    where: { id },
    select: {
      id: true,
      email: true,
      name: true,
      roles: true,
      active: true,
      groups: { select: { group: { select: { key: true } } } },
    },
  });
  if (!person) throw notFound();
  return { ...person, groups: person.groups.map(({ group }) => group.key).sort() };
}

/** @throws AppError `invalid_request` at `/groups` for a key that is no group */
export async function joinGroups(tx: Tx, personId: string, keys: readonly string[]): Promise<void> {
  const groups = await tx.group.findMany({ where: { key: { in: [...keys] } }, select: { id: true, key: true } });
  const unknown = keys.find((key) => !groups.some((group) => group.key === key));
  if (unknown)
    throw new AppError("invalid_request", `\`/groups\` is not valid: there is no group \`${unknown}\``, {
      fields: [{ path: "/groups", message: `there is no group \`${unknown}\`` }],
    });
  if (groups.length > 0)
    await tx.groupMember.createMany({ data: groups.map((group) => ({ groupId: group.id, personId })) });
}
