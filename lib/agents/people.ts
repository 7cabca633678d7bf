import "server-only";

import { permissionsOf } from "@/lib/auth/permissions";
import type { Tx } from "@/lib/db";
import { AppError } from "@/lib/errors";
import type { Person } from "@/lib/generated/prisma/client";

/** Whether a person's roles let them answer for an agent. */
export function canOwn(person: { active: boolean; roles: readonly string[] }): boolean {
  const permissions = permissionsOf(person.roles);
  return person.active && (permissions.has("agents:write:own") || permissions.has("agents:write"));
}

/**
 * The person an agent is given to, by email.
 * @param path JSON Pointer of the field, for the refusal
 * @throws AppError `invalid_request` at that field when nobody active with the role for it has the address
 */
export async function findOwner(tx: Tx, email: string, path: string): Promise<Person> {
  const person = await tx.person.findUnique({ where: { email } });
  const message = !person?.active
    ? "nobody active has this address"
    : canOwn(person)
      ? null
      : "this person does not have the role `owner`";
  if (!person || message)
    throw new AppError("invalid_request", `\`${path}\` is not valid: ${message}`, {
      fields: [{ path, message: message ?? "" }],
    });
  return person;
}
