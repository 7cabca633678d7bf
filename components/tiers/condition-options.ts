import { findAttribute, namedAttributes } from "@/lib/policy/attributes";
import { operatorWords } from "@/lib/policy/describe";
import {
  agentStatuses,
  type Comparison,
  type Condition,
  type ConditionValue,
  effectClasses,
  environments,
  httpMethods,
  type Money,
  type Operator,
  riskClasses,
  type Tool,
  tierKeys,
} from "@/lib/policy/schema";

/** What the condition builder offers: attributes, the operators each takes, and the kind of value each operator asks for. */

export type AttributeOption = { value: string; label: string; hint: string; group: "named" | "argument" | "context" };

const contextWords: Record<string, string> = {
  purpose: "the purpose stated",
  onBehalfOf: "on whose behalf it acts",
  region: "the region it runs in",
  agentVersion: "the version the runtime says it runs",
  ip: "the address of the caller",
  instanceId: "the instance",
  sessionId: "the session",
};

/** The named attributes, then the arguments of the catalogue's tools by name, then what a request says around its call. */
export function attributeOptions(tools: readonly Tool[]): AttributeOption[] {
  const holders = new Map<string, string[]>();
  for (const tool of tools) {
    for (const pointer of argumentPointers(tool)) {
      const name = `arguments${pointer}`;
      holders.set(name, [...(holders.get(name) ?? []), tool.name]);
    }
  }
  return [
    ...namedAttributes.map(({ name, label }) => ({ value: name, label, hint: name, group: "named" as const })),
    ...[...holders].sort().map(([name, held]) => ({
      value: name,
      label: `the argument ${name.slice("arguments/".length)}`,
      hint: held.length > 2 ? `${held.slice(0, 2).join(", ")} and ${held.length - 2} more` : held.join(", "),
      group: "argument" as const,
    })),
    ...Object.entries(contextWords).map(([name, label]) => ({
      value: `context.${name}`,
      label,
      hint: `context.${name}`,
      group: "context" as const,
    })),
  ];
}

/** The pointers of a tool's top-level arguments, and of whatever its roles name. */
function argumentPointers(tool: Tool): string[] {
  const properties = tool.argumentSchema?.properties;
  const names = typeof properties === "object" && properties !== null ? Object.keys(properties) : [];
  const roles = Object.values(tool.argumentRoles ?? {}).flat();
  return [
    ...new Set([
      ...names.map((name) => `/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`),
      ...(roles as string[]),
    ]),
  ];
}

const order: Operator[] = ["lt", "lte", "gt", "gte", "between"];
const texts: Operator[] = ["eq", "neq", "in", "notIn", "startsWith", "glob", "matchesList"];
const places: Operator[] = ["hostMatches", "cidrMatches"];

/** The operators that fit an attribute, the usual one first. */
export function operatorsFor(name: string): Operator[] {
  const kind = findAttribute(name)?.kind ?? "any";
  if (kind === "time") return ["withinHours"];
  if (kind === "boolean") return ["eq", "neq", "exists"];
  if (kind === "money") return ["lte", "lt", "gt", "gte", "between", "eq", "neq", "exists"];
  if (kind === "number") return ["eq", "neq", ...order, "in", "notIn", "exists"];
  if (kind === "any") return [...texts, ...order, ...places, "exists"];
  const reaches = /host|links|region$|ip$|recipients/.test(name);
  return [
    ...(name === "action.content" ? (["matchesList"] as const) : []),
    ...texts,
    ...(reaches ? places : []),
    "exists",
  ].filter((operator, index, all) => all.indexOf(operator) === index) as Operator[];
}

/** As rules are read out, and more closely where two would read alike. */
export const operatorLabels: Record<Operator, string> = {
  ...operatorWords,
  glob: "matches the pattern",
  hostMatches: "matches the host",
};

/** Which field the value is edited in. `as` is the type of a single value, which matters where an argument may hold anything. */
export type ValueField =
  | { field: "given" | "boolean" | "money" | "moneyRange" | "hours" | "list" }
  | { field: "one" | "many" | "range"; as: "text" | "number" | "boolean"; free: boolean };

export function valueField({ attribute, operator, value }: Comparison): ValueField {
  const kind = findAttribute(attribute)?.kind ?? "any";
  if (operator === "exists") return { field: "given" };
  if (operator === "withinHours") return { field: "hours" };
  if (operator === "matchesList") return { field: "list" };
  if (kind === "money") return { field: operator === "between" ? "moneyRange" : "money" };
  if (kind === "boolean") return { field: "boolean" };
  const ordered = order.includes(operator);
  const free = kind === "any" && (operator === "eq" || operator === "neq" || operator === "in" || operator === "notIn");
  const sample = Array.isArray(value) ? value[0] : value;
  const as =
    ordered || kind === "number"
      ? "number"
      : free && typeof sample === "number"
        ? "number"
        : free && typeof sample === "boolean"
          ? "boolean"
          : "text";
  if (operator === "between") return { field: "range", as: "number", free: false };
  const several = operator === "in" || operator === "notIn" || Array.isArray(value);
  return { field: several ? "many" : "one", as, free };
}

/** A value to begin with when attribute or operator change; what was there is kept where it still fits. */
export function valueFor(
  next: { attribute: string; operator: Operator },
  before: ConditionValue | undefined,
  currency: string,
): ConditionValue | undefined {
  const kind = findAttribute(next.attribute)?.kind ?? "any";
  const { operator } = next;
  if (operator === "exists") return undefined;
  if (operator === "withinHours")
    return isHours(before)
      ? before
      : { timeZone: "UTC", days: ["mon", "tue", "wed", "thu", "fri"], from: "08:00", to: "18:00" };
  if (kind === "money") {
    const one: Money = isMoney(before)
      ? before
      : Array.isArray(before) && isMoney(before[0])
        ? before[0]
        : { amount: "500", currency };
    return operator === "between" ? [one, { ...one, amount: String(Math.max(Number(one.amount) * 2, 1)) }] : one;
  }
  if (kind === "boolean") return typeof before === "boolean" ? before : true;
  const scalar = Array.isArray(before) ? before[0] : before;
  const kept =
    typeof scalar === "string" || typeof scalar === "number" || typeof scalar === "boolean" ? scalar : undefined;
  if (operator === "between") {
    const low = typeof kept === "number" ? kept : 0;
    return [low, low + 100];
  }
  if (order.includes(operator) || kind === "number") return typeof kept === "number" ? kept : 0;
  const choices = choicesFor(next.attribute);
  const first = choices && !choices.includes(String(kept)) ? choices[0] : kept;
  if (operator === "in" || operator === "notIn") {
    const list = Array.isArray(before)
      ? (before.filter((one) => typeof one !== "object") as (string | number | boolean)[])
      : [];
    return list.length > 0 &&
      list.every((one) => kind === "any" || typeof one === "string") &&
      (!choices || list.every((one) => choices.includes(String(one))))
      ? list
      : first === undefined || first === ""
        ? []
        : [kind === "any" ? first : String(first)];
  }
  if (operator === "eq" || operator === "neq") return kind === "any" ? (first ?? "") : String(first ?? "");
  return typeof first === "string" && operator !== "matchesList" ? first : "";
}

/** The values an attribute can have, where they are a closed set. */
export function choicesFor(attribute: string): readonly string[] | undefined {
  return Object.hasOwn(closedSets, attribute) ? closedSets[attribute] : undefined;
}

const closedSets: Record<string, readonly string[]> = {
  "principal.tier": tierKeys,
  "principal.environment": environments,
  "principal.status": agentStatuses,
  "principal.riskClass": riskClasses,
  "action.effect": effectClasses,
  "action.method": httpMethods.filter((method) => method !== "*"),
  "resource.method": httpMethods.filter((method) => method !== "*"),
};

/** A comparison to begin a new line with. */
export const firstComparison: Comparison = { attribute: "action.effect", operator: "eq", value: "read" };

// ── Trees ───────────────────────────────────────────────────────────────────────────────────────────────────────

export type Group = { all: Condition[] } | { any: Condition[] };

export function isGroup(condition: Condition): condition is Group {
  return "all" in condition || "any" in condition;
}

export function partsOf(group: Group): { joined: "all" | "any"; parts: Condition[] } {
  return "all" in group ? { joined: "all", parts: group.all } : { joined: "any", parts: group.any };
}

export function groupOf(joined: "all" | "any", parts: Condition[]): Condition | undefined {
  if (parts.length <= 1) return parts[0];
  return joined === "all" ? { all: parts } : { any: parts };
}

/** The opposite: a negation is taken off rather than doubled. */
export function negated(condition: Condition): Condition {
  return "not" in condition ? condition.not : { not: condition };
}

function isMoney(value: unknown): value is Money {
  return typeof value === "object" && value !== null && "amount" in value;
}

function isHours(value: unknown): boolean {
  return (
    typeof (Array.isArray(value) ? value[0] : value) === "object" &&
    "timeZone" in ((Array.isArray(value) ? value[0] : value) as object)
  );
}
