import { type Attribute, namedAttributes } from "./attributes";
import {
  and,
  atom,
  type Expression,
  has,
  likePattern,
  member,
  not,
  or,
  relation,
  text,
  texts,
  yes,
} from "./cedar-expression";
import {
  type ConditionEnvironment,
  type Leaf,
  minorOf,
  type Prepared,
  prepareCondition,
  type Threshold,
} from "./conditions";
import { splitAtStars } from "./glob";
import type { Comparison, Condition, Money } from "./schema";

/**
 * Three-valued conditions in two-valued Cedar. Every condition becomes two expressions: `yes`, where it is certainly
 * true, and `no`, where it is certainly false; where neither holds it is missing. Kleene's `all`, `any` and `not` are
 * then Cedar's `&&`, `||` and an exchange of the two. No expression ever errs: each asks `has` first.
 */
export type Logic = { yes: Expression; no: Expression };

/** How an attribute stands in a request for Cedar. `open` is a value of unknown type, kept by type. */
export type CedarKind = "text" | "flag" | "texts" | "amount" | "open";
export type CedarPlace = { of: string; name: string; kind: CedarKind; always: boolean };

/** Whole numbers above this are not the same in every reader of JSON; a threshold above it is compared beforehand. */
export const mostMinorInCedar = BigInt(Number.MAX_SAFE_INTEGER);

/** What the exported text turned out to need of a request: the projection gives exactly this. */
export class CedarNeeds {
  /** Attributes of the request, by name. */
  readonly attributes = new Map<string, Attribute>();
  /** Currencies in which amounts are compared. */
  readonly currencies = new Set<string>();
  /** Named lists that stand as entities. */
  readonly lists = new Set<string>();
  /** Comparisons that Cedar cannot make, by the name under which their answer stands in `context.tests`. */
  readonly tests = new Map<string, Leaf>();
}

const byName = new Map(namedAttributes.map((attribute) => [attribute.name, attribute]));

/** Where an attribute stands. `action` is the tool (Cedar's resource) for what the catalogue knows, and the call for the rest. */
export function placeOf(attribute: Attribute): CedarPlace {
  const { name, kind, always } = attribute;
  if (!byName.has(name)) {
    const [of, member] = name.startsWith("context.")
      ? ["context.given", name.slice("context.".length)]
      : ["context.arguments", name.slice("arguments".length)];
    return { of, name: member, kind: "open", always: false };
  }
  const [group, field] = name.split(".") as [string, string];
  if (group === "principal") return { of: "principal", name: field, kind: "text", always };
  if (group === "action" && ["tool", "effect", "reversible", "source"].includes(field)) {
    return {
      of: "resource",
      name: field === "tool" ? "name" : field,
      kind: kind === "boolean" ? "flag" : "text",
      always,
    };
  }
  const of = { action: "context.call", resource: "context.target", mandate: "context.mandate" }[group] ?? "context";
  if (kind === "money") return { of, name: field, kind: "amount", always };
  if (kind === "boolean") return { of, name: field, kind: "flag", always };
  // The text that leaves may be there and unreadable, which only a set can say.
  return { of, name: field, kind: kind === "list" || name === "action.content" ? "texts" : "text", always };
}

/** @throws RangeError when the condition cannot be prepared; `validatePolicySet` has refused it before */
export function conditionLogic(condition: Condition, environment: ConditionEnvironment, needs: CedarNeeds): Logic {
  return preparedLogic(prepareCondition(condition, environment), environment, needs);
}

function preparedLogic(prepared: Prepared, environment: ConditionEnvironment, needs: CedarNeeds): Logic {
  switch (prepared.kind) {
    case "leaf":
      return comparisonLogic(prepared, environment, needs);
    case "not": {
      const inner = preparedLogic(prepared.part, environment, needs);
      return { yes: inner.no, no: inner.yes };
    }
    default: {
      const parts = prepared.parts.map((part) => preparedLogic(part, environment, needs));
      const [every, some] = [parts.map((part) => part.yes), parts.map((part) => part.no)];
      return prepared.kind === "all"
        ? { yes: and(...every), no: or(...some) }
        : { yes: or(...every), no: and(...some) };
    }
  }
}

function comparisonLogic(leaf: Leaf, environment: ConditionEnvironment, needs: CedarNeeds): Logic {
  const { comparison, attribute } = leaf;
  const { operator, value } = comparison;
  const native = nativeLogic(leaf, environment, needs);
  if (native === null) return testLogic(leaf, needs);
  if (placeOf(attribute).of !== "principal" && placeOf(attribute).of !== "resource")
    needs.attributes.set(attribute.name, attribute);
  const opposite = operator === "neq" || operator === "notIn" || (operator === "exists" && value === false);
  return opposite ? { yes: native.no, no: native.yes } : native;
}

/** A comparison whose answer the request brings along, because Cedar has no operator for it. Absent is missing. */
function testLogic(leaf: Leaf, needs: CedarNeeds): Logic {
  const { attribute, operator, value } = leaf.comparison;
  const said = `${attribute} ${operator} ${JSON.stringify(value)}`;
  const taken = (name: string) => {
    const other = needs.tests.get(name)?.comparison;
    return other !== undefined && JSON.stringify(other) !== JSON.stringify(leaf.comparison);
  };
  let name = said.length <= 200 ? said : `${attribute} ${operator} #1`;
  for (let count = 2; taken(name); count++) name = `${attribute} ${operator} #${count}`;
  needs.tests.set(name, leaf);
  const known = has("context.tests", name);
  const held = atom(member("context.tests", name));
  return { yes: and(known, held), no: and(known, not(held)) };
}

function amountLogic(currency: string, holds: (amount: string) => Expression, needs: CedarNeeds): Logic {
  needs.attributes.set("action.amount", byName.get("action.amount") as Attribute);
  needs.currencies.add(currency);
  const known = and(has("context.call", "amount"), has("context.call.amount", currency));
  const held = holds(member("context.call.amount", currency));
  return { yes: and(known, held), no: and(known, not(held)) };
}

/** The logic of the operator without its negation; `null` where Cedar cannot hold it. */
function nativeLogic(
  { comparison, attribute }: Leaf,
  environment: ConditionEnvironment,
  needs: CedarNeeds,
): Logic | null {
  const { operator, value } = comparison;
  const place = placeOf(attribute);
  const present = place.always ? yes : has(place.of, place.name);
  if (attribute.kind === "time") return null;
  if (operator === "exists") return { yes: present, no: not(present) };
  if (place.kind === "amount") return moneyLogic(comparison, needs);
  const held = member(place.of, place.name);
  if (operator === "eq" || operator === "neq") return membership(place, held, present, [value as Scalar]);
  if (operator === "in" || operator === "notIn") return membership(place, held, present, value as Scalar[]);
  if (operator === "matchesList") {
    const list = environment.lists[value as string];
    if (list?.kind !== "exact") return null;
    needs.lists.add(value as string);
    return inSet(place, held, present, `Countersign::List::${text(value as string)}.values`, false);
  }
  if ((operator === "startsWith" || operator === "glob") && place.kind === "text") {
    const patterns = (Array.isArray(value) ? value : [value]) as string[];
    const like = or(
      ...patterns.map((pattern) =>
        relation(`${held} like ${likePattern(operator === "glob" ? splitAtStars(pattern) : [pattern, ""])}`),
      ),
    );
    return { yes: and(present, like), no: and(present, not(like)) };
  }
  return null;
}

type Scalar = string | number | boolean;

function membership(place: CedarPlace, held: string, present: Expression, values: readonly Scalar[]): Logic | null {
  if (place.kind === "flag") {
    const some = or(...values.map((value) => (value === true ? atom(held) : not(atom(held)))));
    return { yes: and(present, some), no: and(present, not(some)) };
  }
  const types = new Set(values.map((value) => typeof value));
  // A value of one type is not compared with one of another, which a set of one type cannot say of both.
  if (types.size > 1) return null;
  if (place.kind === "text" && values.length === 1) {
    const equal = relation(`${held} == ${text(values[0] as string)}`);
    return { yes: and(present, equal), no: and(present, not(equal)) };
  }
  const literals = types.has("boolean") ? `[${values.join(", ")}]` : texts(values.map(String));
  const field = types.has("boolean") ? "flags" : types.has("number") ? "numbers" : "texts";
  return inSet(place, held, present, literals, values.length === 1, field);
}

/** A text, or every member of a set, within a set; certainly outside when none of them is. */
function inSet(
  { kind }: CedarPlace,
  held: string,
  present: Expression,
  set: string,
  single: boolean,
  field = "texts",
): Logic {
  if (kind === "text") {
    const inside = atom(`${set}.contains(${held})`);
    return { yes: and(present, inside), no: and(present, not(inside)) };
  }
  const open = kind === "open";
  const values = open ? `${held}.${field}` : held;
  const known = and(present, open ? has(held, field) : not(atom(`${values}.isEmpty()`)));
  const some = single ? atom(`${values}.contains(${set.slice(1, -1)})`) : atom(`${values}.containsAny(${set})`);
  return { yes: and(known, atom(`${set}.containsAll(${values})`)), no: and(known, not(some)) };
}

const signs = { lt: "<", lte: "<=", gt: ">", gte: ">=", eq: "==", neq: "==" } as const;

function moneyLogic({ operator, value }: Comparison, needs: CedarNeeds): Logic | null {
  const bounds = (operator === "between" ? (value as Money[]) : [value as Money]).map(minorOf);
  // An amount is cut off where JSON ends to be exact: below that every comparison holds, at it none can be told.
  if (bounds.some(({ minor }) => minor >= mostMinorInCedar)) return null;
  if (operator === "between") {
    const [low, high] = bounds as [Threshold, Threshold];
    const from = amountLogic(low.currency, (amount) => relation(`${amount} >= ${low.minor}`), needs);
    const to = amountLogic(high.currency, (amount) => relation(`${amount} <= ${high.minor}`), needs);
    // Missing as soon as one end cannot be compared.
    const known = and(or(from.yes, from.no), or(to.yes, to.no));
    return low.currency === high.currency
      ? { yes: and(from.yes, to.yes), no: or(from.no, to.no) }
      : { yes: and(from.yes, to.yes), no: and(known, or(from.no, to.no)) };
  }
  const [bound] = bounds as [Threshold];
  const sign = signs[operator as keyof typeof signs];
  return amountLogic(bound.currency, (amount) => relation(`${amount} ${sign} ${bound.minor}`), needs);
}
