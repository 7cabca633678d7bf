import { findAttribute } from "./attributes";
import { effectVerb, hoursText, list, whoMustApprove } from "./messages";
import {
  type Band,
  type BandThen,
  type Condition,
  type EffectClass,
  effectClasses,
  type HoursWindow,
  type Money,
  type Operator,
  type Tier,
} from "./schema";

/**
 * Policy in words, for people who read it rather than write it. It says what the bands say and judges nothing: what else narrows a
 * call (guardrails, the mandate, budgets, irreversible tools below T4) is said by those.
 */

export type BandWords = {
  effect: "allow" | "approval" | "deny";
  /** The most this band takes, inclusive. */
  upTo: Money | null;
  /** `the mandate names every recipient`; empty without a condition. With no limit either, the band takes everything left. */
  when: string;
  /** `one person of Finance must approve`; for `approval` only. */
  who: string;
};

/** The bands of one cell of the matrix, in the order in which they are tried. A class without bands is refused. */
export function describeBands(bands: readonly Band[] | undefined): BandWords[] {
  if (!bands || bands.length === 0) return [rest];
  const words = bands.map((band) => ({
    effect: effectOf(band.then),
    upTo:
      band.upTo === undefined || band.currency === undefined ? null : { amount: band.upTo, currency: band.currency },
    when: band.when ? describeCondition(band.when) : "",
    who: typeof band.then === "object" ? whoMustApprove(band.then.approval) : "",
  }));
  const last = words.at(-1);
  return last?.upTo === null && last.when === "" ? words : [...words, rest];
}

/** What no band takes is refused. */
const rest: BandWords = { effect: "deny", upTo: null, when: "", who: "" };

function effectOf(then: BandThen): BandWords["effect"] {
  return typeof then === "object" ? "approval" : then;
}

/** In one line what a tier lets an agent do: `Alone: read. Alone within limits: move money up to 500.00 EUR. Never: run code.` */
export function describeTier(tier: Tier): string {
  const groups: Record<"alone" | "within" | "approval" | "never", string[]> = {
    alone: [],
    within: [],
    approval: [],
    never: [],
  };
  for (const effect of effectClasses) {
    const reach = reachOf(tier.effects[effect]);
    const limit = tier.effects[effect]?.findLast((band) => band.then === "allow" && band.upTo !== undefined);
    groups[reach].push(
      reach === "within" && limit ? `${effectVerb(effect)} up to ${limit.upTo} ${limit.currency}` : effectVerb(effect),
    );
  }
  const lines = [
    ["Alone", groups.alone],
    ["Alone within limits", groups.within],
    ["With approval", groups.approval],
    ["Never", groups.never],
  ] as const;
  const acts = groups.within.length > 0 || groups.alone.some((verb) => verb !== effectVerb("read"));
  return [
    ...lines.filter(([, verbs]) => verbs.length > 0).map(([word, verbs]) => `${word}: ${list(verbs)}.`),
    ...(acts ? [tier.key === "T4" ? "Also where it cannot be undone." : "Nothing alone that cannot be undone."] : []),
  ].join(" ");
}

function reachOf(bands: readonly Band[] | undefined): "alone" | "within" | "approval" | "never" {
  const words = describeBands(bands);
  if (words.every((band) => band.effect === "allow")) return "alone";
  if (words.some((band) => band.effect === "allow")) return "within";
  return words.some((band) => band.effect === "approval") ? "approval" : "never";
}

/** Effect classes by what the tier says of them, for choosing tools. */
export function tierReach(tier: Tier): Record<EffectClass, "alone" | "within" | "approval" | "never"> {
  return Object.fromEntries(effectClasses.map((effect) => [effect, reachOf(tier.effects[effect])])) as ReturnType<
    typeof tierReach
  >;
}

export const operatorWords: Record<Operator, string> = {
  eq: "is",
  neq: "is not",
  in: "is one of",
  notIn: "is none of",
  lt: "is below",
  lte: "is at most",
  gt: "is above",
  gte: "is at least",
  between: "is between",
  startsWith: "starts with",
  glob: "matches",
  hostMatches: "matches",
  cidrMatches: "is in the network",
  matchesList: "is on the list",
  exists: "is given",
  withinHours: "is within",
};

/** A condition as a clause: `the mandate names every recipient and the amount is at most 500.00 EUR`. */
export function describeCondition(condition: Condition): string {
  if ("all" in condition) return condition.all.map(inner).join(" and ");
  if ("any" in condition) return condition.any.map(inner).join(" or ");
  if ("not" in condition) {
    const { not } = condition;
    if ("operator" in not && not.operator === "exists")
      return describeCondition({ ...not, value: not.value === false });
    return `not (${describeCondition(not)})`;
  }
  const { attribute, operator, value } = condition;
  const label = findAttribute(attribute)?.label ?? attribute;
  if (typeof value === "boolean" && (operator === "eq" || operator === "neq") && label.startsWith("whether ")) {
    const fact = label.slice("whether ".length);
    return value === (operator === "eq") ? fact : `it is not so that ${fact}`;
  }
  if (operator === "exists")
    return `${label} ${several.test(label) ? "are" : "is"} ${value === false ? "not given" : "given"}`;
  return `${label} ${operatorWords[operator]} ${describeValue(value)}`;
}

const several = /^the (?:resource's )?(?:recipients|regions|classes|hosts)\b/;

function inner(condition: Condition): string {
  return "all" in condition || "any" in condition ? `(${describeCondition(condition)})` : describeCondition(condition);
}

function describeValue(value: unknown): string {
  if (Array.isArray(value)) {
    if (value.length > 0 && isHours(value[0])) return hoursText(value as HoursWindow[]);
    const shown = value.slice(0, 5).map(describeValue);
    return value.length > 5 ? `${shown.join(", ")} and ${value.length - 5} more` : list(shown);
  }
  if (isHours(value)) return hoursText([value]);
  if (typeof value === "object" && value !== null) return `${(value as Money).amount} ${(value as Money).currency}`;
  return typeof value === "string" ? `“${value}”` : String(value);
}

function isHours(value: unknown): value is HoursWindow {
  return typeof value === "object" && value !== null && "timeZone" in value;
}
