import type { Json } from "@/lib/json";
import { compileHours } from "./hours";
import type { Comparison, Condition, Mandate, PolicySet, Tool } from "./schema";
import type { PolicyRequest, Principal } from "./types";

/**
 * Requests to try a policy with: the friendliest an agent could make with a tool, and what is changed in it one thing at a
 * time. They are only ever judged, so nothing here has to be a real account or address.
 */

/** Whom and what a probe reaches: what the mandate names, what nobody named, or nothing. */
export type Reach = "named" | "unnamed" | "nothing";

export const reaches: readonly Reach[] = ["unnamed", "nothing", "named"];

/** What a probe says beside its tool. A value of `undefined` leaves the place empty. */
export type Wish = { attribute: string; value: Json };

/**
 * @param wishes attributes to set, of those a caller can set: `context.…`, `arguments/…`, `resource.…`, `action.…`
 * @returns `null` when there is no such request: the mandate names nobody to reach, or an attribute cannot be set
 */
export function probeRequest(
  principal: Principal,
  mandate: Mandate,
  tool: Tool,
  reach: Reach,
  wishes: readonly Wish[] = [],
): PolicyRequest | null {
  const roles = tool.argumentRoles ?? {};
  const request = {
    principal,
    action: { tool: tool.name },
    arguments: {} as { [key: string]: Json },
    context: {} as { [key: string]: Json },
    resource: undefined as { [key: string]: Json } | undefined,
  };
  const set = (pointers: string | string[] | undefined, value: Json | undefined) => {
    const [first] = [pointers ?? []].flat();
    if (first !== undefined && value !== undefined) setAt(request.arguments, first, value);
  };
  if (reach !== "nothing") {
    if (roles.recipient === undefined && roles.url === undefined && reach === "named") return null;
    const recipient = reach === "named" ? exampleOf(mandate.recipients?.[0]) : "nobody.named";
    const place = reach === "named" ? placeOf(mandate) : { url: "https://nobody-named.invalid/", method: undefined };
    if (roles.recipient !== undefined && recipient === undefined) return null;
    if (roles.url !== undefined && place === undefined) return null;
    set(roles.recipient, recipient);
    if (roles.url !== undefined) {
      set(roles.url, place?.url);
      if (place?.method !== undefined) {
        if (roles.method !== undefined) set(roles.method, place.method);
        else request.resource = { method: place.method };
      }
    }
  }
  const region = mandate.regions?.[0];
  if (roles.region !== undefined) set(roles.region, region);
  else if (region !== undefined) request.context.region = region;
  set(roles.dataClass, mandate.dataClasses?.[0]);
  if (mandate.purposes?.[0] !== undefined) request.context.purpose = mandate.purposes[0];

  for (const { attribute, value } of wishes) {
    const [space, name = ""] = attribute.split(/[./](.*)/s);
    if (space === "arguments") setAt(request.arguments, `/${name}`, value);
    else if (space === "context") request.context[name] = value;
    else if (space === "resource") request.resource = { ...request.resource, [name]: value };
    else {
      const pointer = { "action.region": roles.region, "action.method": roles.method, "action.content": roles.content };
      const found = [(pointer as Record<string, string | string[] | undefined>)[attribute] ?? []].flat()[0];
      if (found === undefined) return null;
      setAt(request.arguments, found, value);
    }
  }
  return request as PolicyRequest;
}

/** The same request with an amount. */
export function withAmount(request: PolicyRequest, tool: Tool, amount: string, currency: string): PolicyRequest {
  const roles = tool.argumentRoles ?? {};
  const copy = structuredClone(request.arguments);
  if (roles.amount !== undefined) setAt(copy, roles.amount, amount);
  if (roles.currency !== undefined) setAt(copy, roles.currency, currency);
  return { ...request, arguments: copy };
}

/** An instant at which the agent works: now, or the next beginning of its hours. */
export function workingTime(mandate: Mandate, now: number): number {
  if (mandate.hours === undefined) return now;
  try {
    const hours = compileHours(mandate.hours);
    let at = now;
    for (let step = 0; step < 32; step++) {
      const { inside, until } = hours(at);
      if (inside) return at;
      at = until;
    }
  } catch {
    // Malformed hours: every time is as good, because nothing is allowed then.
  }
  return now;
}

/**
 * Attributes that make a condition true, as far as a caller can set them; one list for each way.
 * What cannot be set (`not`, what the mandate knows, money) is left to the other probes.
 */
export function waysToMeet(condition: Condition, set: PolicySet): Wish[][] {
  if ("all" in condition) {
    return condition.all
      .map((part) => waysToMeet(part, set))
      .reduce((before, part) => before.flatMap((wishes) => part.map((more) => [...wishes, ...more])).slice(0, 8), [[]]);
  }
  if ("any" in condition) return condition.any.flatMap((part) => waysToMeet(part, set)).slice(0, 8);
  if ("not" in condition) return [[]];
  const value = valueFor(condition, set);
  return value === undefined ? [[]] : [[{ attribute: condition.attribute, value }]];
}

function valueFor({ attribute, operator, value }: Comparison, set: PolicySet): Json | undefined {
  if (!/^(?:arguments\/|context\.|resource\.|action\.(?:region|method|content)$)/.test(attribute)) return undefined;
  const [first] = [value as Json].flat();
  switch (operator) {
    case "eq":
    case "in":
    case "gte":
    case "lte":
    case "between":
    case "startsWith":
      return first;
    case "exists":
      return value === false ? undefined : "x";
    case "glob":
    case "hostMatches":
      return exampleOf(String(first));
    case "matchesList":
      return exampleOf(set.lists?.[String(value)]?.values[0]);
    case "neq":
    case "notIn":
      return "x";
    default:
      return undefined;
  }
}

/** A text that a pattern matches. */
function exampleOf(pattern: string | undefined): string | undefined {
  return pattern?.replaceAll(/(?<!\\)\*/g, "x").replaceAll(/\\([*\\])/g, "$1");
}

function placeOf(mandate: Mandate): { url: string; method?: string } | undefined {
  const rule = mandate.hosts?.[0];
  if (rule === undefined) return undefined;
  const host = rule.host === "*" ? "x.invalid" : rule.host.replace(/^\*\./, "x.");
  const path = rule.path.replace(/\/\*\*$/, "/").replaceAll("*", "x");
  return {
    url: `https://${host}${path.startsWith("/") ? path : `/${path}`}`,
    ...(rule.method === "*" ? {} : { method: rule.method }),
  };
}

function setAt(target: { [key: string]: Json }, pointer: string, value: Json): void {
  const keys = pointer
    .split("/")
    .slice(1)
    .map((key) => key.replaceAll("~1", "/").replaceAll("~0", "~"));
  let at = target;
  for (const key of keys.slice(0, -1)) {
    const inner = at[key];
    if (typeof inner !== "object" || inner === null || Array.isArray(inner)) at[key] = {};
    at = at[key] as { [key: string]: Json };
  }
  at[keys.at(-1) as string] = value;
}
