import { createHash } from "node:crypto";
import { canonicalize, type Json } from "@/lib/json";
import type { ArgumentRoles, Condition, Mandate, PolicySet, Tool } from "./schema";
import type { Finding, Outcome, Resource } from "./types";

/**
 * What is kept of a decision so that it can be judged again: the values that rules can rest on, and the names of what was there and is not kept. Few and short, so
 * that a million decisions come to few distinct ones. Free text, ids and whatever no rule names are left out.
 *
 * INVARIANT (left out is not absent): a value that the call had and that is not kept is named in `omitted`. What rests on it cannot be said; it is never taken as missing.
 *
 * Stored. Changing this needs a version bump, and facts to be collected anew.
 */
export type ReplayFacts = {
  v: 1;
  agent: string;
  tool: string;
  outcome: Outcome;
  /** Hash of the policy it was made under. */
  policy: string;
  /** True for an allow that spent an approval: its findings are no longer all there. */
  held?: true;
  /** The strictest of what was found that no draft touches: standing of agent and tool, budgets, an approval that was gone … */
  carried?: { effect: "deny" | "approval"; code: string };
  /** Guardrails that fired, in shadow or not. */
  fired: string[];
  arguments: { [name: string]: Json };
  resource: Resource;
  context: { [name: string]: Json };
  /** Attributes that were there and are not kept: `arguments/memo`, `context.traceId`, `resource.id`; `*` when too many to name. */
  omitted: string[];
  /** True when a value that every rule may look at (amount, recipients, address …) is too long to keep. */
  partial?: true;
};

/** What to keep of calls under a policy. */
export type Keep = {
  /** Pointers to keep, by tool, and by any tool. */
  rolesOf: (tool: Tool | undefined) => readonly string[];
  named: { arguments: readonly string[]; context: ReadonlySet<string>; resourceId: boolean };
  tools: ReadonlyMap<string, Tool>;
};

const longestRole = 1_000;
const longestNamed = 200;
const mostOmitted = 48;
/** Looked at by the mandate and by residency, whatever conditions say. */
const alwaysOfContext = ["purpose", "region"];

/**
 * What the rules in force can rest on, and those that may come into force.
 * @param mandates whose limits may name arguments too
 * @param drafts   rules that are being written
 */
export function keepFor(
  set: PolicySet,
  mandates: Iterable<Mandate>,
  drafts: Iterable<Pick<PolicySet, "tiers" | "guardrails">> = [],
): Keep {
  const attributes = new Set<string>();
  for (const rules of [set, ...drafts]) {
    for (const guardrail of rules.guardrails) namesIn(guardrail.when, attributes);
    for (const tier of rules.tiers) {
      for (const bands of [...Object.values(tier.effects), ...Object.values(tier.tools ?? {})]) {
        for (const band of bands ?? []) if (band.when) namesIn(band.when, attributes);
      }
    }
  }
  for (const mandate of mandates) {
    for (const limit of mandate.limits ?? []) if (limit.when) namesIn(limit.when, attributes);
  }
  const startingWith = (prefix: string) =>
    [...attributes].filter((name) => name.startsWith(prefix)).map((name) => name.slice(prefix.length));
  const roles = new WeakMap<Tool, readonly string[]>();
  return {
    tools: new Map(set.tools.map((tool) => [tool.name, tool])),
    rolesOf: (tool) => {
      if (!tool) return [];
      const known = roles.get(tool) ?? rolePointers(tool.argumentRoles);
      roles.set(tool, known);
      return known;
    },
    named: {
      arguments: startingWith("arguments").filter((pointer) => pointer.startsWith("/")),
      context: new Set([...alwaysOfContext, ...startingWith("context.")]),
      resourceId: attributes.has("resource.id"),
    },
  };
}

/** Every role but free text. */
function rolePointers(roles: ArgumentRoles = {}): string[] {
  const { content: _content, ...rest } = roles;
  return Object.values(rest).flat();
}

function namesIn(condition: Condition, names: Set<string>): void {
  if ("all" in condition) for (const part of condition.all) namesIn(part, names);
  else if ("any" in condition) for (const part of condition.any) namesIn(part, names);
  else if ("not" in condition) namesIn(condition.not, names);
  else names.add(condition.attribute);
}

/** A decision as the log holds it. */
export type RecordedDecision = {
  agent: string;
  tool: string;
  outcome: Outcome;
  policy: string;
  approvalId: string | null;
  /** Fields of the payload. */
  content: { [name: string]: Json };
};

/** Facts as they are stored, and what rules in shadow would have done. */
export type StoredFacts = { facts: string; shape: string; shadow: string[] | null; wouldBe: string | null };

/** Takes from a decision what is kept of it. */
export function replayFacts(decision: RecordedDecision, keep: Keep): StoredFacts {
  const { content } = decision;
  const findings = (Array.isArray(content.findings) ? content.findings : []) as unknown as Finding[];
  const tool = keep.tools.get(decision.tool);
  const pruned = pruneArguments(objectOf(content.arguments), tool, keep);
  const { omitted } = pruned;
  let partial = pruned.partial;

  const context: ReplayFacts["context"] = {};
  for (const [name, value] of Object.entries(objectOf(content.context))) {
    if (value === null || name === neverThere) continue;
    if (keep.named.context.has(name) && lengthOf(value) <= longestNamed) context[name] = value;
    else {
      omitted.push(`context.${name}`);
      if (alwaysOfContext.includes(name)) partial = true;
    }
  }
  const { id, ...resource } = objectOf(content.resource) as { [name: string]: Json };
  if (id !== undefined && id !== null) {
    if (keep.named.resourceId && lengthOf(id) <= longestNamed) Object.assign(resource, { id });
    else omitted.push("resource.id");
  }
  if (lengthOf(resource) > longestRole) partial = true;

  const held = decision.outcome === "allow" && decision.approvalId !== null;
  const carried = carriedFrom(findings);
  const facts: ReplayFacts = {
    v: 1,
    agent: decision.agent,
    tool: decision.tool,
    outcome: decision.outcome,
    policy: decision.policy,
    ...(held ? { held: true as const } : {}),
    ...(carried ? { carried } : {}),
    fired: [...new Set(findings.filter(({ layer }) => layer === "guardrail").map(({ ruleId }) => ruleId))].sort(),
    arguments: partial ? {} : pruned.kept,
    resource: partial ? {} : (resource as Resource),
    context: partial ? {} : context,
    omitted: partial ? [] : omitted.length > mostOmitted ? ["*"] : omitted.sort(),
    ...(partial ? { partial: true as const } : {}),
  };
  const text = canonicalize(facts);
  const shadow = findings
    .filter(({ mode, effect }) => mode === "shadow" && effect !== "allow")
    .map(({ effect, ruleId }) => `${effect}:${ruleId}`);
  return {
    facts: text,
    shape: uuidOf(text),
    shadow: shadow.length > 0 ? [...new Set(shadow)].sort() : null,
    wouldBe: typeof content.wouldBe === "string" ? content.wouldBe : null,
  };
}

/** A member of `context` that no facts ever have, so that a comparison with it is missing. */
export const neverThere = "x_never_there";

/** Layers that a draft changes, or that mandate and facts say again. Everything else stays as it was found. */
const judgedAgain = new Set(["guardrail", "tier", "mandate", "default"]);
/** Said again from amount and budget. */
const saidAgain = new Set(["budget.currency_unknown", "budget.amount_unknown"]);

function carriedFrom(findings: readonly Finding[]): ReplayFacts["carried"] {
  let carried: ReplayFacts["carried"];
  for (const { layer, effect, code, mode } of findings) {
    if (effect === "allow" || mode === "shadow" || judgedAgain.has(layer) || saidAgain.has(code)) continue;
    if (!carried || (effect === "deny" && carried.effect !== "deny")) carried = { effect, code };
  }
  return carried;
}

// ── Arguments ───────────────────────────────────────────────────────────────────────────────────────────────────

type Pruned = { kept: { [name: string]: Json }; omitted: string[]; partial: boolean };

function pruneArguments(values: { [name: string]: Json }, tool: Tool | undefined, keep: Keep): Pruned {
  const roles = keep.rolesOf(tool);
  const content = [tool?.argumentRoles?.content ?? []].flat();
  const wanted = [...roles, ...keep.named.arguments];
  const omitted: string[] = [];
  let partial = false;

  const prune = (value: Json, path: string): Json | undefined => {
    if (value === null) return undefined;
    const role = roles.includes(path);
    if (role || keep.named.arguments.includes(path) || (Array.isArray(value) && leadsTo(wanted, path))) {
      const fits = lengthOf(value) <= (role || Array.isArray(value) ? longestRole : longestNamed);
      if (fits) return value;
      if (role || roles.some((pointer) => pointer.startsWith(`${path}/`))) partial = true;
      omitted.push(`arguments${path}`);
      return undefined;
    }
    if (isObject(value) && leadsTo(wanted, path)) return pruneMembers(value, path);
    if (typeof value === "boolean" || isChoice(tool, path, value)) return value;
    if (content.includes(path) && Array.isArray(value) && value.length === 0) return value;
    omitted.push(`arguments${path}`);
    return undefined;
  };
  const pruneMembers = (members: { [name: string]: Json }, path: string): { [name: string]: Json } => {
    const kept: { [name: string]: Json } = Object.create(null);
    for (const [name, value] of Object.entries(members)) {
      const left = prune(value, `${path}/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`);
      if (left !== undefined) kept[name] = left;
    }
    return kept;
  };
  return { kept: pruneMembers(values, ""), omitted, partial };
}

function leadsTo(pointers: readonly string[], path: string): boolean {
  return pointers.some((pointer) => pointer.startsWith(`${path}/`));
}

/** One of few values, by the schema of the tool. */
function isChoice(tool: Tool | undefined, path: string, value: Json): boolean {
  if (typeof value !== "string" && typeof value !== "number") return false;
  const properties = objectOf(tool?.argumentSchema?.properties);
  const choices = objectOf(properties[path.slice(1)]).enum;
  return Array.isArray(choices) && choices.includes(value);
}

/**
 * Whether a fact that a condition names was there and is not kept.
 * @param attribute as in conditions
 * @param tool      of the catalogue, for what its text and links are read from
 */
export function isOmitted(attribute: string, facts: ReplayFacts, tool: Tool): boolean {
  if (facts.omitted.length === 0) return false;
  const { omitted } = facts;
  if (attribute.startsWith("arguments/")) {
    return omitted.some((name) => name === "*" || name === attribute || attribute.startsWith(`${name}/`));
  }
  if (readsContent.has(attribute)) {
    return [tool.argumentRoles?.content ?? []]
      .flat()
      .some((pointer) => isOmitted(`arguments${pointer}`, facts, tool) && !isKept(facts, pointer));
  }
  if (attribute.startsWith("context.") || attribute === "resource.id")
    return omitted.includes(attribute) || omitted.includes("*");
  return false;
}

function isKept(facts: ReplayFacts, pointer: string): boolean {
  return Object.hasOwn(facts.arguments, pointer.slice(1));
}

const readsContent = new Set(["action.content", "action.links", "mandate.linksKnown"]);

/** Whether an attribute is one that facts may be without. */
export function mayBeOmitted(attribute: string): boolean {
  return (
    attribute.startsWith("arguments/") ||
    attribute.startsWith("context.") ||
    attribute === "resource.id" ||
    readsContent.has(attribute)
  );
}

function uuidOf(text: string): string {
  const hex = createHash("sha256").update(text).digest("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20, 32)}`;
}

function lengthOf(value: Json): number {
  return typeof value === "string" ? value.length : typeof value === "object" ? JSON.stringify(value).length : 0;
}

function isObject(value: Json | undefined): value is { [name: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function objectOf(value: unknown): { [name: string]: Json } {
  return isObject(value as Json | undefined) ? (value as { [name: string]: Json }) : {};
}
