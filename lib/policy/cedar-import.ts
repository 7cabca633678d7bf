import {
  checkParsePolicySet,
  type Expr,
  type PolicyJson,
  policySetTextToParts,
  policyToJson,
} from "@cedar-policy/cedar-wasm/nodejs";
import { currencyExponent, formatAmount } from "@/lib/money";
import { type Attribute, findAttribute, namedAttributes } from "./attributes";
import { placeOf } from "./cedar-conditions";
import type { CedarImportAnswer } from "./cedar-import-schema";
import { type ConditionEnvironment, prepareCondition } from "./conditions";
import {
  type ApprovalSpec,
  type Comparison,
  type Condition,
  comparison as comparisonSchema,
  type Guardrail,
  guardrail,
} from "./schema";

/**
 * Reads guardrails from a Cedar file: every `forbid` becomes one, and an `unless` about `context.approval` makes it ask.
 * Cedar's own parser reads the text. What the model cannot hold is said by line and never left out in silence; a policy
 * with one such part is not taken over at all. Where a value may be missing a guardrail counts, while Cedar asks `has`
 * first: what is read here is the same or stricter, never milder.
 */
export function importCedar(
  text: string,
  environment: ConditionEnvironment & { escalation: ApprovalSpec },
): CedarImportAnswer {
  const answer: CedarImportAnswer = { guardrails: [], problems: [] };
  const parsed = checkParsePolicySet({ staticPolicies: text });
  const parts = policySetTextToParts(text);
  if (parsed.type === "failure" || parts.type === "failure") {
    const errors = parsed.type === "failure" ? parsed.errors : parts.type === "failure" ? parts.errors : [];
    for (const { message, help, sourceLocations } of errors) {
      const line = lineAt(text, byteOffset(text, sourceLocations?.[0]?.start ?? 0));
      answer.problems.push({ line, message: help ? `${message}; ${help}` : message });
    }
    return answer;
  }
  for (const template of parts.policy_templates) {
    answer.problems.push({
      line: lineAt(text, text.indexOf(template)),
      message: "a template has slots and cannot be a guardrail",
    });
  }
  const ids = new Set<string>();
  let from = 0;
  for (const [index, policy] of parts.policies.entries()) {
    const start = text.indexOf(policy, from);
    from = start + policy.length;
    try {
      const made = readPolicy(policy, index, environment);
      if (ids.has(made.id))
        throw new Unreadable(`there is another policy with the id \`${made.id}\` in this file`, "@id");
      ids.add(made.id);
      answer.guardrails.push(made);
    } catch (error) {
      if (!(error instanceof Unreadable || error instanceof RangeError)) throw error;
      const within = error instanceof Unreadable && error.near !== "" ? Math.max(0, policy.indexOf(error.near)) : 0;
      answer.problems.push({ line: lineAt(text, start + within), message: error.message });
    }
  }
  if (parts.policies.length === 0 && answer.problems.length === 0)
    answer.problems.push({ line: 1, message: "there is no policy in this file" });
  return answer;
}

/** `near` is a piece of the policy's text that shows where. */
class Unreadable extends Error {
  constructor(
    message: string,
    readonly near = "",
  ) {
    super(message);
  }
}

function lineAt(text: string, offset: number): number {
  let line = 1;
  for (let at = text.indexOf("\n"); at >= 0 && at < offset; at = text.indexOf("\n", at + 1)) line++;
  return line;
}

/** Cedar counts bytes of UTF-8. */
function byteOffset(text: string, bytes: number): number {
  return Buffer.from(text, "utf8").subarray(0, bytes).toString("utf8").length;
}

function readPolicy(
  policy: string,
  index: number,
  environment: ConditionEnvironment & { escalation: ApprovalSpec },
): Guardrail {
  const parsed = policyToJson(policy);
  if (parsed.type === "failure") throw new Unreadable(parsed.errors[0]?.message ?? "this policy cannot be read");
  const { json } = parsed;
  if (json.effect !== "forbid")
    throw new Unreadable(
      "a guardrail only asks or denies, so a `permit` has no place here; what agents may do stands in tiers and mandates",
      "permit",
    );
  const conditions = scopeOf(json);
  let approval: ApprovalSpec | null = null;
  for (const { kind, body } of json.conditions) {
    const asked = kind === "unless" ? approvalOf(body, json, environment.escalation) : null;
    if (asked !== null) {
      if (approval !== null) throw new Unreadable("a guardrail has one rule of who must approve", "unless");
      approval = asked;
      continue;
    }
    const read = conditionOf(body);
    conditions.push(kind === "when" ? read : { not: read });
  }
  const when = together(conditions);
  prepareCondition(when, environment);
  const { id = "", name, message } = json.annotations ?? {};
  const title = name || id || `Policy ${index + 1}`;
  const made = guardrail.safeParse({
    id: slugOf(id.replace(/^guardrail\./, "")) || `cedar-${index + 1}`,
    name: title.slice(0, 120),
    when,
    effect: approval === null ? "deny" : { approval },
    message: (message || title).slice(0, 500),
  });
  if (!made.success) throw new Unreadable(`${made.error.issues[0]?.path.join("/")}: ${made.error.issues[0]?.message}`);
  return made.data;
}

function slugOf(id: string): string {
  return id
    .toLowerCase()
    .replaceAll(/[^a-z0-9._-]+/g, "-")
    .replace(/^[^a-z0-9]+/, "")
    .slice(0, 128);
}

// ── Scope ───────────────────────────────────────────────────────────────────────────────────────────────────────

function scopeOf({ principal, action, resource }: PolicyJson): Condition[] {
  const conditions: Condition[] = [];
  const one = (attribute: string, id: string): Comparison => ({ attribute, operator: "eq", value: id });
  if (principal.op === "==" && "entity" in principal)
    conditions.push(one("principal.agentId", idOf(principal.entity, "Agent")));
  else if (
    principal.op !== "All" &&
    !(principal.op === "is" && isType(principal.entity_type, "Agent") && !principal.in)
  )
    throw new Unreadable(
      'who it is about is said with `principal == Countersign::Agent::"…"` or by attributes of the principal',
      "principal",
    );
  if (action.op !== "All" && !(action.op === "==" && "entity" in action && idOf(action.entity, "Action") === "call"))
    throw new Unreadable(
      'there is one action, `Countersign::Action::"call"`; which tool is called is the resource',
      "action",
    );
  if (resource.op === "==" && "entity" in resource) conditions.push(one("action.tool", idOf(resource.entity, "Tool")));
  // A mandate names the tools of one agent, who stands beside it: whatever it leaves out is denied anyway.
  else if (resource.op === "in" && "entity" in resource && principal.op === "==") idOf(resource.entity, "Mandate");
  else if (resource.op !== "All" && !(resource.op === "is" && isType(resource.entity_type, "Tool") && !resource.in))
    throw new Unreadable(
      'which tool it is about is said with `resource == Countersign::Tool::"…"` or by its attributes',
      "resource",
    );
  return conditions;
}

type Uid = { __entity: { type: string; id: string } } | { type: string; id: string };

function idOf(entity: Uid, type: string): string {
  const uid = "__entity" in entity ? entity.__entity : entity;
  if (!isType(uid.type, type))
    throw new Unreadable(`\`${uid.type}\` is not known here, \`Countersign::${type}\` is`, uid.type);
  return uid.id;
}

function isType(name: string, type: string): boolean {
  return name === `Countersign::${type}`;
}

// ── Approval ────────────────────────────────────────────────────────────────────────────────────────────────────

/** Reads `context has approval && context.approval.quorum >= 2 && …`; `null` when the expression is about something else. */
function approvalOf(body: Expr, { annotations = {} }: PolicyJson, escalation: ApprovalSpec): ApprovalSpec | null {
  const parts = conjuncts(body);
  if (!parts.some((part) => pathOf(part)?.startsWith("context.approval") || isHas(part, "context", "approval"))) {
    if (!JSON.stringify(body).includes('"approval"')) return null;
  }
  const spec: ApprovalSpec = { ...escalation, quorum: 1, groups: [], stepUp: false };
  for (const part of parts) {
    if (isHas(part, "context", "approval")) continue;
    if (pathOf(part) === "context.approval.stepUp") {
      spec.stepUp = true;
      continue;
    }
    const node = part as Record<string, { left: Expr; right: Expr }>;
    const [least, all] = [node[">="], node.containsAll];
    const quorum = least && pathOf(least.left) === "context.approval.quorum" ? literal(least.right) : undefined;
    const groups = all && pathOf(all.left) === "context.approval.groups" ? textSet(all.right) : undefined;
    if (typeof quorum === "number") spec.quorum = quorum;
    else if (groups) spec.groups = groups.sort();
    else
      throw new Unreadable(
        "an approval is asked with `context has approval`, `context.approval.quorum >= n`, `context.approval.groups.containsAll([…])` and `context.approval.stepUp`, joined by `&&`",
        "context.approval",
      );
  }
  for (const [name, field] of [
    ["expiresIn", "expiresIn"],
    ["sla", "sla"],
  ] as const) {
    const value = annotations[name];
    if (value === undefined) continue;
    if (!/^[0-9]{1,8}$/.test(value)) throw new Unreadable(`\`@${name}\` is a number of seconds`, `@${name}`);
    spec[field] = Number(value);
  }
  return spec;
}

function conjuncts(expression: Expr): Expr[] {
  return "&&" in expression && expression["&&"]
    ? [
        ...conjuncts((expression["&&"] as { left: Expr }).left),
        ...conjuncts((expression["&&"] as { right: Expr }).right),
      ]
    : [expression];
}

// ── Conditions ──────────────────────────────────────────────────────────────────────────────────────────────────

/** Every call has a tool. */
const always: Condition = { attribute: "action.tool", operator: "exists" };
/** Neither adds nor takes away: what only guards an attribute that a comparison beside it looks at. */
const nothing: Condition = { ...always };

function together(conditions: Condition[]): Condition {
  const parts = conditions.filter((part) => part !== nothing && part !== always);
  const [only] = parts;
  if (only === undefined) return always;
  return parts.length === 1 ? only : { all: parts };
}

function conditionOf(expression: Expr): Condition {
  const [[operator, held] = ["", undefined]] = Object.entries(expression);
  const { left, right, arg, pattern } = (held ?? {}) as { left?: Expr; right?: Expr; arg?: Expr; pattern?: Pattern };
  switch (operator) {
    case "&&": {
      return together(conjuncts(expression).map(conditionOf));
    }
    case "||":
      return { any: [conditionOf(left as Expr), conditionOf(right as Expr)] };
    case "!": {
      const inner = conditionOf(arg as Expr);
      return { not: inner };
    }
    case "Value": {
      const value = literal(expression);
      if (value === true) return always;
      if (value === false) return { not: always };
      break;
    }
    case "has":
      return presence(expression);
    case "==":
    case "!=": {
      const [path, value] = pathOf(left as Expr) === null ? [right, left] : [left, right];
      return compared(path as Expr, operator === "==" ? "eq" : "neq", literalOrRefuse(value as Expr));
    }
    case "<":
    case "<=":
    case ">":
    case ">=":
      return ordered(operator, left as Expr, right as Expr);
    case "contains":
    case "containsAll":
    case "containsAny":
      return membership(operator, left as Expr, right as Expr);
    case "like":
      return liked(left as Expr, pattern ?? []);
    case "isEmpty":
      return { not: exists(arg as Expr) };
    case ".": {
      const path = pathOf(expression);
      if (path?.startsWith(testsPath)) return testOf(path.slice(testsPath.length));
      return compared(expression, "eq", true);
    }
  }
  throw new Unreadable(
    `the model has nothing for ${operatorWords[operator] ?? `\`${operator}\``}`,
    nearOf[operator] ?? operator,
  );
}

const operatorWords: Record<string, string> = {
  "if-then-else": "`if … then … else`",
  in: "membership of entities (`in`) inside a condition",
  is: "`is` inside a condition",
  "+": "arithmetic",
  "-": "arithmetic",
  "*": "arithmetic",
  neg: "arithmetic",
  Record: "a record as a value",
  getTag: "tags",
  hasTag: "tags",
};
const nearOf: Record<string, string> = { "if-then-else": "if", neg: "-", in: " in ", is: " is ", Value: "" };

const testsPath = "context.tests\u0000";

/** The name of a test is the comparison itself, as the export writes it. */
function testOf(name: string): Comparison {
  const match = /^(\S+) (\S+) (.+)$/s.exec(name);
  try {
    const read = comparisonSchema.safeParse({
      attribute: match?.[1],
      operator: match?.[2],
      value: JSON.parse(match?.[3] ?? ""),
    });
    if (read.success) return read.data;
  } catch {
    // Said below.
  }
  throw new Unreadable(`\`context.tests\` holds comparisons by their own text, and \`${name}\` is none`, name);
}

function presence(expression: Expr): Condition {
  const { left, attr } = (expression as { has: { left: Expr; attr: string | string[] } }).has;
  const base = pathOf(left) ?? "";
  const attrs = typeof attr === "string" ? [attr] : attr;
  if (base === "context.tests") return nothing;
  const whole = [base, ...attrs].join(".");
  // Records that are always there, and the parts of a value that say of what type it is.
  if (/^context\.(?:call|target|mandate|arguments|given|tests)$/.test(whole)) return always;
  const path = base === "context.arguments" ? `${base}\u0000${attrs.join(".")}` : whole;
  return { attribute: attributeAt(path).name, operator: "exists" };
}

function exists(of: Expr): Condition {
  return { attribute: attributeAt(pathOrRefuse(of)).name, operator: "exists" };
}

function compared(of: Expr, operator: "eq" | "neq", value: string | number | boolean): Condition {
  const path = pathOrRefuse(of);
  const currency = currencyAt(path);
  if (currency !== null) return { attribute: "action.amount", operator, value: amount(value, currency) };
  return { attribute: attributeAt(path).name, operator, value };
}

function ordered(operator: "<" | "<=" | ">" | ">=", left: Expr, right: Expr): Condition {
  const turned = pathOf(left) === null;
  const path = pathOrRefuse(turned ? right : left);
  const value = literalOrRefuse(turned ? left : right);
  const names = { "<": "lt", "<=": "lte", ">": "gt", ">=": "gte" } as const;
  const opposite = { "<": ">", "<=": ">=", ">": "<", ">=": "<=" } as const;
  const name = names[turned ? opposite[operator] : operator];
  const currency = currencyAt(path);
  if (currency !== null) return { attribute: "action.amount", operator: name, value: amount(value, currency) };
  return { attribute: attributeAt(path).name, operator: name, value };
}

function membership(operator: "contains" | "containsAll" | "containsAny", left: Expr, right: Expr): Condition {
  const list = listName(left) ?? listName(right);
  const [leftPath, rightPath] = [pathOf(left), pathOf(right)];
  if (list !== null) {
    const of = listName(left) === null ? leftPath : rightPath;
    if (of === null) throw new Unreadable("a list is compared with an attribute", list);
    return { attribute: attributeAt(of).name, operator: "matchesList", value: list };
  }
  // A set of ours around the value, or a set of the call around a value of ours.
  const path = leftPath ?? rightPath;
  if (path === null || (leftPath !== null && rightPath !== null))
    throw new Unreadable(`\`${operator}\` compares an attribute with values written down`, operator);
  const given = leftPath === null ? left : right;
  const values = operator === "contains" && leftPath !== null ? [literalOrRefuse(given)] : setOf(given);
  if (operator === "containsAll" && leftPath !== null && values.length > 1)
    throw new Unreadable("the model cannot ask that a call names all of several values", operator);
  const attribute = attributeAt(path).name;
  const [only] = values;
  const typed = path.endsWith(".numbers") ? values.map(Number) : values;
  return values.length === 1 && only !== undefined
    ? { attribute, operator: "eq", value: typed[0] as string }
    : { attribute, operator: "in", value: typed };
}

type Pattern = ("Wildcard" | { Literal: string })[];

function liked(of: Expr, pattern: Pattern): Condition {
  const value = pattern
    .map((part) => (part === "Wildcard" ? "*" : part.Literal.replaceAll(/[\\*]/g, (character) => `\\${character}`)))
    .join("");
  return { attribute: attributeAt(pathOrRefuse(of)).name, operator: "glob", value };
}

// ── Attributes and values ───────────────────────────────────────────────────────────────────────────────────────

/** By where they stand in a request for Cedar. */
const byPlace = new Map<string, Attribute>(
  namedAttributes.map((attribute) => {
    const { of, name } = placeOf(attribute);
    return [`${of}.${name}`, attribute];
  }),
);

function attributeAt(path: string): Attribute {
  const found = byPlace.get(path) ?? findAttribute(openName(path));
  if (found) return found;
  const said = path.replace("\u0000", "");
  throw new Unreadable(`there is no attribute \`${said}\``, said.split(".").at(-1));
}

/** `arguments/to` for what stands in `context.arguments`, whose values are kept by type; an empty text for nothing. */
function openName(path: string): string {
  const open = path.replace(/\.(?:texts|numbers|flags)$/, "");
  if (open.startsWith("context.arguments\u0000")) return `arguments${open.slice("context.arguments\u0000".length)}`;
  if (open.startsWith("context.given.")) return `context.${open.slice("context.given.".length)}`;
  if (/^context\.call\.amount\.[A-Z]{3}$/.test(open)) return "action.amount";
  return open === "context.purpose" ? open : "";
}

/** `context.call.recipients`; the first member of `context.arguments` and `context.tests` follows a NUL. */
function pathOf(expression: Expr): string | null {
  const node = expression as { Var?: string; "."?: { left: Expr; attr: string } };
  if (node.Var !== undefined) return node.Var;
  const access = node["."];
  if (access === undefined) return null;
  const base = pathOf(access.left);
  if (base === null) return null;
  return base === "context.arguments" || base === "context.tests"
    ? `${base}\u0000${access.attr}`
    : `${base}.${access.attr}`;
}

function pathOrRefuse(expression: Expr): string {
  const path = pathOf(expression);
  if (path === null)
    throw new Unreadable(
      `a comparison is between an attribute and a value written down, which \`${operatorText(expression)}\` is not`,
      operatorText(expression),
    );
  return path;
}

/** A word or sign that shows where an expression stands in the text. */
function operatorText(expression: Expr): string {
  const [name = ""] = Object.keys(expression);
  return (
    { neg: "-", "if-then-else": "if", Var: String((expression as { Var?: string }).Var), Value: "{" }[name] ?? name
  );
}

function isHas(expression: Expr, base: string, name: string): boolean {
  const held = (expression as { has?: { left: Expr; attr: string | string[] } }).has;
  return (
    held !== undefined && pathOf(held.left) === base && (Array.isArray(held.attr) ? held.attr[0] : held.attr) === name
  );
}

function currencyAt(path: string): string | null {
  const currency = /^context\.call\.amount\.([A-Z]{3})$/.exec(path)?.[1];
  return currency ?? null;
}

function amount(minor: unknown, currency: string): { amount: string; currency: string } {
  if (currencyExponent(currency) === undefined)
    throw new Unreadable(`\`${currency}\` is not a currency of ISO 4217`, currency);
  if (typeof minor !== "number" || !Number.isSafeInteger(minor) || minor < 0)
    throw new Unreadable("an amount is compared with whole minor units, 0 or more", currency);
  return { amount: formatAmount(BigInt(minor), currency), currency };
}

function literal(expression: Expr): unknown {
  return (expression as { Value?: unknown }).Value;
}

function literalOrRefuse(expression: Expr): string | number | boolean {
  const value = literal(expression);
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") return value;
  throw new Unreadable(
    `a comparison is between an attribute and a text, number or \`true\`/\`false\` written down, which \`${operatorText(expression)}\` is not`,
    operatorText(expression),
  );
}

function setOf(expression: Expr): (string | number | boolean)[] {
  const members = (expression as { Set?: Expr[] }).Set;
  const value = literal(expression);
  if (members) return members.map(literalOrRefuse);
  if (Array.isArray(value)) return value.map((member) => literalOrRefuse({ Value: member } as Expr));
  throw new Unreadable('values are written down in brackets, such as `["a", "b"]`');
}

function textSet(expression: Expr): string[] | undefined {
  const values = setOf(expression);
  return values.every((value) => typeof value === "string") ? (values as string[]) : undefined;
}

/** `Countersign::List::"people".values` */
function listName(expression: Expr): string | null {
  const access = (expression as { "."?: { left: Expr; attr: string } })["."];
  const entity =
    access?.attr === "values"
      ? (literal(access.left) as { __entity?: { type: string; id: string } } | undefined)
      : undefined;
  return entity?.__entity && isType(entity.__entity.type, "List") ? entity.__entity.id : null;
}
