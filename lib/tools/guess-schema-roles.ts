// Which arguments probably carry which meaning, by the names and formats of a schema. A proposal for a person to confirm, never a rule.
import type { Json } from "@/lib/json";
import { pointer } from "@/lib/json";
import { type ArgumentRoles, argumentRoles } from "@/lib/policy/schema";
import { type Role, roleOfName, takesSeveral } from "./guess-roles";
import { isObject, type JsonObject } from "./import-reading";

const mostLevels = 3;
const mostMembers = 500;

/**
 * @param schema a reduced argument schema; members of nested objects are looked at to a depth of three, lists of texts count, lists of objects do not
 * @returns roles with JSON Pointers into the arguments; empty when no name and no format says anything
 */
export function guessSchemaRoles(schema: Json | undefined): ArgumentRoles {
  if (!isObject(schema)) return {};
  const found = new Map<Role, string[]>();
  collect(schema, schema, [], found, { left: mostMembers });
  const roles: Record<string, string | string[]> = {};
  for (const [role, pointers] of found) {
    const [first, ...others] = pointers;
    if (first !== undefined) roles[role] = takesSeveral(role) && others.length > 0 ? pointers.slice(0, 16) : first;
  }
  // What a pointer cannot be (an empty name, one too long) is not proposed.
  return argumentRoles.safeParse(roles).data ?? {};
}

function collect(
  schema: JsonObject,
  root: JsonObject,
  path: string[],
  found: Map<Role, string[]>,
  budget: { left: number },
): void {
  if (!isObject(schema.properties) || path.length > mostLevels) return;
  for (const [name, given] of Object.entries(schema.properties)) {
    if (--budget.left < 0) return;
    if (name === "") continue;
    const member = resolved(given, root);
    const here = [...path, name];
    const role = roleOf(name, member, root);
    if (role) found.set(role, [...(found.get(role) ?? []), pointer(here)]);
    else if (isObject(member)) collect(member, root, here, found, budget);
  }
}

function roleOf(name: string, member: Json, root: JsonObject): Role | null {
  const named = roleOfName(name);
  const text = isText(member, root);
  if (named === "amount") return text || isNumber(member) ? named : null;
  if (named !== null) return text && (takesSeveral(named) || !isList(member)) ? named : null;
  const format = isObject(member) ? formatOf(member, root) : null;
  if (format === "email" || format === "idn-email") return "recipient";
  if (format === "uri" || format === "url" || format === "iri") return "url";
  return null;
}

function formatOf(member: JsonObject, root: JsonObject): string | null {
  const of = isList(member) ? resolved(member.items, root) : member;
  return isObject(of) && typeof of.format === "string" ? of.format : null;
}

/** A text or a list of texts; a schema without a type may be one. */
function isText(member: Json, root: JsonObject): boolean {
  if (!isObject(member)) return false;
  if (isList(member)) {
    const items = resolved(member.items, root);
    return isObject(items) && types(items).includes("string");
  }
  return types(member).includes("string") || (member.type === undefined && member.properties === undefined);
}

function isNumber(member: Json): boolean {
  return isObject(member) && types(member).some((type) => type === "number" || type === "integer");
}

function isList(member: Json): boolean {
  return isObject(member) && types(member).includes("array");
}

function types(member: JsonObject): Json[] {
  return Array.isArray(member.type) ? member.type : [member.type ?? null];
}

/** A member that is a reference, once followed. */
function resolved(member: Json | undefined, root: JsonObject): Json {
  if (!isObject(member) || typeof member.$ref !== "string") return member ?? null;
  const [, section = "", name = ""] = /^#\/(\$defs|definitions)\/(.+)$/.exec(member.$ref) ?? [];
  const held = root[section];
  return isObject(held) && Object.hasOwn(held, name) ? (held[name] ?? null) : null;
}
