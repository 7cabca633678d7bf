// Roles are data: one table from role to permissions, one pure question. Every page, action and route declares one of these permissions.
// `:own` means the object must be the person's own (agent they own or back up); the data-access function checks that, never the caller.

export const roles = ["admin", "owner", "approver", "compliance", "auditor", "viewer"] as const;
export type Role = (typeof roles)[number];

export const permissions = [
  "overview:read",
  "agents:read", // all agents; an owner without it sees only their own
  "agents:read:own",
  "agents:write", // any agent
  "agents:write:own",
  "credentials:write",
  "credentials:write:own",
  "tools:read",
  "tools:write",
  "policy:read",
  "policy:write",
  "policy:publish",
  "approvals:read", // all requests; without it only those one may vote on, or whose agent one owns
  "approvals:read:own",
  "approvals:vote",
  "audit:read",
  "audit:read:own",
  "payload:read", // decrypt arguments and reasoning; every look is an entry
  "payload:read:own",
  "incidents:read",
  "incidents:write",
  "people:read",
  "people:write",
  "groups:write",
  "tokens:write:own",
  "stop:engage",
  "stop:engage:own",
  "settings:write",
] as const;
export type Permission = (typeof permissions)[number];

const everyone: Permission[] = ["overview:read", "tools:read", "policy:read", "people:read", "tokens:write:own"];

const table: Record<Role, readonly Permission[]> = {
  admin: permissions.filter((permission) => permission !== "approvals:vote" && !permission.startsWith("payload:")),
  owner: [
    ...everyone,
    "agents:read:own",
    "agents:write:own",
    "credentials:write:own",
    "approvals:read:own",
    "audit:read:own",
    "payload:read:own",
    "incidents:read",
    "stop:engage:own",
  ],
  approver: [...everyone, "agents:read", "approvals:read:own", "approvals:vote", "incidents:read", "audit:read:own"],
  compliance: [
    ...everyone,
    "agents:read",
    "policy:publish", // the second person, where there is one administrator
    "approvals:read",
    "audit:read",
    "payload:read",
    "incidents:read",
    "incidents:write",
    "stop:engage",
  ],
  auditor: [...everyone, "agents:read", "approvals:read", "audit:read", "payload:read", "incidents:read"],
  viewer: ["overview:read", "agents:read", "tools:read", "policy:read"],
};

/** The permissions of a person with these roles. Unknown role names grant nothing. */
export function permissionsOf(held: readonly string[]): ReadonlySet<Permission> {
  return new Set(held.flatMap((role) => table[role as Role] ?? []));
}

/** The permissions worth offering: an `:own` one says nothing beside the same without it. */
export function widest(held: ReadonlySet<Permission>): Permission[] {
  return permissions.filter(
    (one) => held.has(one) && !(one.endsWith(":own") && held.has(one.slice(0, -":own".length) as Permission)),
  );
}
