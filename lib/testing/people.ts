import "server-only";

import type { Actor } from "@/lib/auth/actor";
import { permissionsOf, type Role } from "@/lib/auth/permissions";
import { db } from "@/lib/db";
import { newId } from "@/lib/ids";

/** Adds an active person with these roles, and gives them as the actor they are when signed in. */
export async function testPerson(name: string, ...roles: Role[]): Promise<Actor> {
  const id = newId("per");
  const email = `${name.toLowerCase().replaceAll(/[^a-z]/g, ".")}@countersign.test`;
  await db.person.create({ data: { id, email, name, roles } });
  return {
    personId: id,
    email,
    name,
    roles,
    groups: [],
    permissions: permissionsOf(roles),
    via: "session",
    mayVote: true,
  };
}
