import type { Json } from "@/lib/json";
import type { ArgumentRoles, Tool } from "@/lib/policy/schema";
import { isObject } from "./import-reading";

/** An argument the catalogue knows of, with a value to begin from. */
export type ArgumentOffer = { name: string; value: Json; required: boolean; role: keyof ArgumentRoles | null };

const most = 60;

/** Top-level arguments of a tool: those its schema names, and those its roles point to. Required ones first. */
export function argumentOffers({ argumentSchema, argumentRoles = {}, currency }: Tool): ArgumentOffer[] {
  const properties = isObject(argumentSchema?.properties) ? argumentSchema.properties : {};
  const required = Array.isArray(argumentSchema?.required) ? argumentSchema.required : [];
  const roles = new Map<string, keyof ArgumentRoles>();
  for (const [role, pointers] of Object.entries(argumentRoles) as [keyof ArgumentRoles, string | string[]][])
    for (const pointer of [pointers].flat()) {
      const [name = "", ...below] = pointer.slice(1).split("/");
      if (name !== "" && below.length === 0) roles.set(name.replaceAll("~1", "/").replaceAll("~0", "~"), role);
    }
  return [...new Set([...Object.keys(properties), ...roles.keys()])]
    .slice(0, most)
    .map((name) => {
      const role = roles.get(name) ?? null;
      return {
        name,
        role,
        required: required.includes(name),
        value: startingValue(properties[name], role, currency),
      };
    })
    .sort((one, other) => Number(other.required) - Number(one.required));
}

function startingValue(schema: Json | undefined, role: keyof ArgumentRoles | null, currency: string | undefined): Json {
  if (isObject(schema)) {
    if (schema.default !== undefined) return schema.default;
    if (Array.isArray(schema.enum) && schema.enum[0] !== undefined) return schema.enum[0];
    const [type] = [schema.type].flat();
    if (type === "number" || type === "integer") return role === "amount" ? 100 : 0;
    if (type === "boolean") return false;
    if (type === "array") return [];
    if (type === "object") return {};
  }
  if (role === "amount") return "100.00";
  if (role === "currency") return currency ?? "EUR";
  return "";
}
