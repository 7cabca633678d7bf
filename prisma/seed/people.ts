import "server-only";

import { recordChange } from "@/lib/audit/append";
import { aboutPerson } from "@/lib/auth/about-person";
import type { Actor } from "@/lib/auth/actor";
import { permissionsOf, type Role } from "@/lib/auth/permissions";
import { db } from "@/lib/db";
import { newId } from "@/lib/ids";
import { sampleTime } from "@/lib/sample-time";

/** The people of Larkfield Outdoor, a company that does not exist. */

type SamplePerson = { name: string; email: string; roles: Role[]; groups: string[] };

export const people = {
  ada: { name: "Ada Holm", email: "ada.holm@larkfield.example", roles: ["admin"], groups: [] },
  milo: { name: "Milo Brandt", email: "milo.brandt@larkfield.example", roles: ["owner"], groups: [] },
  sunniva: { name: "Sunniva Dahl", email: "sunniva.dahl@larkfield.example", roles: ["owner"], groups: [] },
  kofi: { name: "Kofi Asante", email: "kofi.asante@larkfield.example", roles: ["owner"], groups: [] },
  lucia: { name: "Lucía Ferrer", email: "lucia.ferrer@larkfield.example", roles: ["owner"], groups: [] },
  victor: { name: "Victor Lund", email: "victor.lund@larkfield.example", roles: ["owner"], groups: [] },
  hanna: { name: "Hanna Weiss", email: "hanna.weiss@larkfield.example", roles: ["approver"], groups: ["finance"] },
  oskar: { name: "Oskar Nyman", email: "oskar.nyman@larkfield.example", roles: ["approver"], groups: ["finance"] },
  rui: { name: "Rui Tavares", email: "rui.tavares@larkfield.example", roles: ["approver"], groups: ["operations"] },
  sofie: {
    name: "Sofie Larsen",
    email: "sofie.larsen@larkfield.example",
    roles: ["owner", "approver"],
    groups: ["operations", "finance"],
  },
  dela: { name: "Dela Okafor", email: "dela.okafor@larkfield.example", roles: ["approver"], groups: ["security"] },
  clara: {
    name: "Clara Novak",
    email: "clara.novak@larkfield.example",
    roles: ["approver"],
    groups: ["legal", "security"],
  },
  noor: { name: "Noor Haddad", email: "noor.haddad@larkfield.example", roles: ["compliance"], groups: [] },
  edwin: { name: "Edwin Park", email: "edwin.park@auditors.example", roles: ["auditor"], groups: [] },
  lena: { name: "Lena Vogel", email: "lena.vogel@larkfield.example", roles: ["viewer"], groups: [] },
} as const satisfies Record<string, SamplePerson>;

export type PersonKey = keyof typeof people;

const groups = { finance: "Finance", operations: "Operations", security: "Security", legal: "Legal" };

/**
 * Adds the people and groups in one change. An invitation cannot make a sample person, who comes in with one click and has no link, so the rows are written here, with
 * the entries an invitation has.
 */
export async function addPeople(): Promise<void> {
  await recordChange("system", async (tx) => {
    const events = [];
    const groupIds = new Map<string, string>();
    for (const [key, title] of Object.entries(groups)) {
      const id = newId("grp");
      groupIds.set(key, id);
      await tx.group.create({ data: { id, key, title } });
      events.push({ kind: "group_changed" as const, ref: id, payload: { how: "created", after: { key, title } } });
    }
    for (const { name, email, roles, groups: keys } of Object.values(people) as SamplePerson[]) {
      const id = newId("per");
      await tx.person.create({ data: { id, name, email, roles, sample: true, createdAt: sampleTime() } });
      await tx.groupMember.createMany({
        data: keys.map((key) => ({ personId: id, groupId: groupIds.get(key) ?? "" })),
      });
      events.push(await aboutPerson("person_added", id, { after: { name, email, roles, groups: keys } }));
    }
    return { result: undefined, events };
  });
}

/** The sample people as they act in the management plane, by key. */
export async function sampleActors(): Promise<Record<PersonKey, Actor>> {
  const rows = await db.person.findMany({
    where: { sample: true },
    include: { groups: { select: { group: { select: { key: true } } } } },
  });
  const actors = Object.entries(people).map(([key, { email }]) => {
    const row = rows.find((person) => person.email === email);
    if (!row) throw new Error(`the sample organization has no ${email}`);
    const actor: Actor = {
      personId: row.id,
      email,
      name: row.name,
      roles: row.roles,
      groups: row.groups.map(({ group }) => group.key),
      permissions: permissionsOf(row.roles),
      via: "session",
      mayVote: true,
    };
    return [key, actor] as const;
  });
  return Object.fromEntries(actors) as Record<PersonKey, Actor>;
}
