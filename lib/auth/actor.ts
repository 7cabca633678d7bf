import { AppError } from "@/lib/errors";
import type { Permission } from "./permissions";

/** Who does something in the management plane. Every data-access function takes one. */
export type Actor = {
  personId: string;
  email: string;
  name: string;
  roles: readonly string[];
  /** Keys of the approver groups the person is in. */
  groups: readonly string[];
  /** What this person may do here: of their roles, cut down to the scopes of the token when one was used. */
  permissions: ReadonlySet<Permission>;
  /** How they came in. `bootstrap` is the installation's own token; it is nobody and can never vote. `none` is a stranger at a public route. */
  via: "session" | "token" | "bootstrap" | "none";
  /** True for a session, and for a token that its person made for voting. */
  mayVote: boolean;
};

/** Whether the actor has a permission. */
export function can(actor: Actor, permission: Permission): boolean {
  return actor.permissions.has(permission);
}

/** @throws AppError `forbidden` when the actor lacks the permission, or every one of them where several would do */
export function requirePermission(actor: Actor, ...anyOf: Permission[]): void {
  if (!anyOf.some((permission) => can(actor, permission))) {
    throw new AppError("forbidden", `this needs the permission \`${anyOf.join("` or `")}\``);
  }
}
