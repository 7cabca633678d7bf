// Which arguments of a recorded call probably carry which meaning, by their names. A proposal for a person to confirm, never a rule.
import type { Json } from "@/lib/json";
import { pointer } from "@/lib/json";
import type { ArgumentRoles } from "@/lib/policy/schema";

export type Role = "amount" | "currency" | "recipient" | "url" | "method" | "region" | "dataClass" | "content";

const names: Record<Role, readonly string[]> = {
  amount: ["amount", "total", "price", "sum"],
  currency: ["currency", "currencycode", "ccy"],
  recipient: [
    "to",
    "cc",
    "bcc",
    "recipient",
    "recipients",
    "email",
    "emails",
    "participants",
    "invitees",
    "attendees",
    "payee",
    "iban",
    "user",
    "username",
    "channel",
    "account",
    "beneficiary",
  ],
  url: ["url", "uri", "link", "href", "website", "endpoint", "webhook"],
  method: ["method", "httpmethod", "verb"],
  region: ["region", "location", "datacenter", "zone"],
  dataClass: ["dataclass", "classification", "sensitivity"],
  content: [
    "body",
    "content",
    "message",
    "text",
    "subject",
    "description",
    "html",
    "note",
    "comment",
    "query",
    "command",
    "script",
  ],
};
const several: ReadonlySet<Role> = new Set(["recipient", "url", "dataClass", "content"]);

/**
 * @param args arguments of one call; members of nested objects are looked at to a depth of three
 * @returns roles with JSON Pointers into the arguments; empty when no name says anything
 */
export function guessRoles(args: Json | undefined): ArgumentRoles {
  const found = new Map<Role, string[]>();
  collect(args, [], found);
  const roles: Record<string, string | string[]> = {};
  for (const [role, pointers] of found) {
    const [first, ...others] = pointers;
    if (first !== undefined) roles[role] = several.has(role) && others.length > 0 ? pointers.slice(0, 16) : first;
  }
  return roles as ArgumentRoles;
}

function collect(value: Json | undefined, path: string[], found: Map<Role, string[]>): void {
  if (typeof value !== "object" || value === null || Array.isArray(value) || path.length > 3) return;
  for (const [name, member] of Object.entries(value)) {
    const here = [...path, name];
    const role = roleOf(name, member);
    if (role) found.set(role, [...(found.get(role) ?? []), pointer(here)]);
    else collect(member, here, found);
  }
}

/** The meaning an argument's name speaks of, whatever its value. */
export function roleOfName(name: string): Role | null {
  const plain = name.toLowerCase().replaceAll(/[^a-z0-9]/g, "");
  return (Object.keys(names) as Role[]).find((role) => names[role].includes(plain)) ?? null;
}

/** Whether several arguments may carry the meaning. */
export function takesSeveral(role: Role): boolean {
  return several.has(role);
}

function roleOf(name: string, value: Json): Role | null {
  const plain = name.toLowerCase().replaceAll(/[^a-z0-9]/g, "");
  for (const [role, known] of Object.entries(names) as [Role, readonly string[]][]) {
    if (!known.includes(plain)) continue;
    const fits =
      role === "amount"
        ? typeof value === "number" || typeof value === "string"
        : role === "recipient"
          ? isText(value)
          : typeof value === "string" || (several.has(role) && isText(value));
    if (fits) return role;
  }
  return null;
}

function isText(value: Json): boolean {
  return typeof value === "string" || (Array.isArray(value) && value.every((one) => typeof one === "string"));
}
