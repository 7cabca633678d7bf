import "server-only";

import { type Event, recordChange } from "@/lib/audit/append";
import type { Tx } from "@/lib/db";
import { AppError, notFound } from "@/lib/errors";
import { newId } from "@/lib/ids";
import type { Json } from "@/lib/json";
import { type Actor, requirePermission } from "./actor";
import type { ChangeGroupInput, CreateGroupInput, Group } from "./schema";

/** Approver groups: who is asked. Rules name a group by its key; who is in it is looked up when a vote is cast, so no decision rests on it. */

/** @throws AppError `conflict` when the key is taken, `invalid_request` for an unknown person */
export async function createGroup(actor: Actor, input: CreateGroupInput): Promise<Group> {
  requirePermission(actor, "groups:write");
  return recordChange({ personId: actor.personId }, async (tx) => {
    if (await tx.group.findUnique({ where: { key: input.key }, select: { id: true } })) {
      throw new AppError("conflict", "there is already a group with this key", {
        fields: [{ path: "/key", message: "there is already a group with this key" }],
      });
    }
    const id = newId("grp");
    await tx.group.create({ data: { id, key: input.key, title: input.title }, select: { id: true } });
    await setMembers(tx, actor, id, [], input.members);
    const after = await lockGroup(tx, id);
    return { result: after, events: [aboutGroup(id, { how: "created", after: shown(after) })] };
  });
}

/**
 * Changes title or members; what is left out stays.
 * @throws AppError `not_found`, `forbidden` when it would put the actor into or out of the group, `invalid_request` for an unknown person
 */
export async function changeGroup(actor: Actor, input: ChangeGroupInput): Promise<Group> {
  requirePermission(actor, "groups:write");
  return recordChange({ personId: actor.personId }, async (tx) => {
    const before = await lockGroup(tx, input.id);
    if (input.title !== undefined)
      await tx.group.update({ where: { id: input.id }, data: { title: input.title }, select: { id: true } });
    if (input.members)
      await setMembers(
        tx,
        actor,
        input.id,
        before.members.map((member) => member.id),
        input.members,
      );
    const after = await lockGroup(tx, input.id);
    return { result: after, events: [aboutGroup(input.id, { before: shown(before), after: shown(after) })] };
  });
}

/** Removes an empty group. A rule that still names it then finds nobody to ask, and its requests expire. @throws AppError `not_found`, `conflict` while it has members */
export async function deleteGroup(actor: Actor, id: string): Promise<void> {
  requirePermission(actor, "groups:write");
  await recordChange({ personId: actor.personId }, async (tx) => {
    const before = await lockGroup(tx, id);
    if (before.members.length > 0) throw new AppError("conflict", "this group has members: remove them first");
    await tx.group.delete({ where: { id }, select: { id: true } });
    return { result: undefined, events: [aboutGroup(id, { how: "deleted", before: shown(before) })] };
  });
}

function aboutGroup(id: string, payload: { [name: string]: Json }): Event {
  return { kind: "group_changed", ref: id, payload };
}

/** People by id: names are looked up when the entry is read, and erased with the person. */
function shown(group: Group): Json {
  return { key: group.key, title: group.title, members: group.members.map((member) => member.id) };
}

async function lockGroup(tx: Tx, id: string): Promise<Group> {
  await tx.$queryRaw`SELECT 1 FROM approver_group WHERE id = ${id} FOR UPDATE`;
  const group = await tx.group.findUnique({
    where: { id },
    select: {
      id: true,
      key: true,
      title: true,
      members: {
        select: { person: { select: { id: true, name: true, email: true, active: true } } },
        orderBy: { person: { name: "asc" } },
      },
    },
  });
  if (!group) throw notFound();
  return { ...group, members: group.members.map(({ person }) => person) };
}

async function setMembers(
  tx: Tx,
  actor: Actor,
  groupId: string,
  before: readonly string[],
  after: readonly string[],
): Promise<void> {
  if (before.includes(actor.personId) !== after.includes(actor.personId))
    throw new AppError("forbidden", "nobody changes their own groups: ask another administrator");
  const found = await tx.person.findMany({ where: { id: { in: [...after] } }, select: { id: true } });
  const unknown = after.find((id) => !found.some((person) => person.id === id));
  if (unknown)
    throw new AppError("invalid_request", `\`/members\` is not valid: there is no person \`${unknown}\``, {
      fields: [{ path: "/members", message: `there is no person \`${unknown}\`` }],
    });
  await tx.groupMember.deleteMany({ where: { groupId, personId: { notIn: [...after] } } });
  await tx.groupMember.createMany({
    data: after.filter((id) => !before.includes(id)).map((personId) => ({ groupId, personId })),
  });
}
