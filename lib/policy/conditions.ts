import { type CompiledRates, convertAmount, parseAmount } from "@/lib/money";
import { type Attribute, type AttributeValue, findAttribute, type RuleContext, type Scalar } from "./attributes";
import { compileGlob } from "./glob";
import { hostMatches, normalizeHost, parseHostPattern, parseTarget } from "./hosts";
import { compileHours } from "./hours";
import { networkContains, parseAddress, parseNetwork } from "./networks";
import type { Comparison, Condition, HoursWindow, Money, NamedList, Operator } from "./schema";
import { compileWords } from "./words";

/**
 * Three-valued conditions (T16). A comparison whose attribute is absent, or of another type than what it is compared
 * with, is MISSING: neither true nor false. `all`, `any` and `not` follow Kleene's strong logic. What MISSING means is
 * decided by the rule that asks: it does not match for `allow`, and does match for approval and deny.
 *
 * A list compares as its members do when they agree; when they differ the answer is MISSING. So a rule about
 * recipients lets a call pass only when it fits all of them, and stops it as soon as one of them is in doubt.
 */

export const FALSE = 0;
export const TRUE = 1;
export const MISSING = 2;
export type Tri = typeof FALSE | typeof TRUE | typeof MISSING;

/** Depth of nesting and number of comparisons one condition may have. */
export const mostDepth = 16;
export const mostComparisons = 1000;

export type ConditionEnvironment = {
  /** Named lists of the policy set, by name. */
  lists: Readonly<Record<string, NamedList>>;
};

/** One comparison, ready to run on a value. `money` and `withinHours` also look at the context. */
export type Leaf = {
  kind: "leaf";
  comparison: Comparison;
  attribute: Attribute;
  test: (value: AttributeValue, context: RuleContext | null) => Tri;
};
/** A condition checked and prepared once; `specialize` makes closures of it. */
export type Prepared = Leaf | { kind: "all" | "any"; parts: Prepared[] } | { kind: "not"; part: Prepared };

/** A condition as one closure, or the constant it comes to for every request. */
export type Test = { constant: Tri } | { constant: null; run: (context: RuleContext) => Tri };

/**
 * Checks a condition and prepares what does not depend on agent or request.
 * @throws RangeError with a sentence: unknown attribute or list, a value that does not fit the operator, too deep
 */
export function prepareCondition(condition: Condition, environment: ConditionEnvironment): Prepared {
  let comparisons = 0;
  const prepare = (part: Condition, depth: number): Prepared => {
    if (depth > mostDepth) throw new RangeError(`a condition may be nested ${mostDepth} levels deep`);
    if ("all" in part) return { kind: "all", parts: part.all.map((inner) => prepare(inner, depth + 1)) };
    if ("any" in part) return { kind: "any", parts: part.any.map((inner) => prepare(inner, depth + 1)) };
    if ("not" in part) return { kind: "not", part: prepare(part.not, depth + 1) };
    if (++comparisons > mostComparisons) throw new RangeError(`a condition may have ${mostComparisons} comparisons`);
    return prepareComparison(part, environment);
  };
  return prepare(condition, 1);
}

/**
 * Makes a closure of a prepared condition, after working out whatever is already known.
 * @param fixed the value of an attribute when it is known in advance; `null` when only a request can say
 */
export function specialize(
  prepared: Prepared,
  fixed: (attribute: Attribute) => { value: AttributeValue } | null,
): Test {
  if (prepared.kind === "leaf") {
    const { attribute, test } = prepared;
    const known = fixed(attribute);
    if (known !== null) return { constant: test(known.value, null) };
    return { constant: null, run: (context) => test(attribute.read(context), context) };
  }
  if (prepared.kind === "not") {
    const part = specialize(prepared.part, fixed);
    if (part.constant !== null) return { constant: negate(part.constant) };
    return { constant: null, run: (context) => negate(part.run(context)) };
  }
  const decisive = prepared.kind === "all" ? FALSE : TRUE;
  const neutral = prepared.kind === "all" ? TRUE : FALSE;
  const open: ((context: RuleContext) => Tri)[] = [];
  let missing = false;
  for (const inner of prepared.parts) {
    const part = specialize(inner, fixed);
    if (part.constant === null) open.push(part.run);
    else if (part.constant === decisive) return { constant: decisive };
    else if (part.constant === MISSING) missing = true;
  }
  if (open.length === 0) return { constant: missing ? MISSING : neutral };
  const [only] = open;
  if (open.length === 1 && !missing && only) return { constant: null, run: only };
  return {
    constant: null,
    run: (context) => {
      let inDoubt = missing;
      for (const run of open) {
        const answer = run(context);
        if (answer === decisive) return decisive;
        if (answer === MISSING) inDoubt = true;
      }
      return inDoubt ? MISSING : neutral;
    },
  };
}

function negate(value: Tri): Tri {
  return value === MISSING ? MISSING : value === TRUE ? FALSE : TRUE;
}

// ── Comparisons ─────────────────────────────────────────────────────────────────────────────────────────────────

type ScalarTest = (value: Scalar) => Tri;

function prepareComparison(comparison: Comparison, environment: ConditionEnvironment): Leaf {
  const attribute = findAttribute(comparison.attribute);
  if (attribute === undefined) throw new RangeError(`there is no attribute \`${comparison.attribute}\``);
  return { kind: "leaf", comparison, attribute, test: testFor(attribute, comparison, environment) };
}

function testFor(attribute: Attribute, comparison: Comparison, environment: ConditionEnvironment): Leaf["test"] {
  const { operator, value } = comparison;
  if (operator === "exists") {
    if (value !== undefined && typeof value !== "boolean") throw wrongValue(operator, "`true`, `false` or nothing");
    const present = value === false ? FALSE : TRUE;
    return (held) => (held === undefined ? negate(present) : present);
  }
  if (attribute.kind === "time" || operator === "withinHours") return hoursTest(attribute, comparison);
  if (attribute.kind === "money") return moneyTest(comparison);
  const test = scalarTest(attribute, comparison, environment);
  return (held) => {
    if (held === undefined) return MISSING;
    return typeof held === "object" ? agreed(held, test) : test(held);
  };
}

/** What all members answer, or MISSING when they differ or there are none. */
function agreed(values: readonly Scalar[], test: ScalarTest): Tri {
  let common: Tri | null = null;
  for (const value of values) {
    const answer = test(value);
    if (common === null) common = answer;
    else if (common !== answer) return MISSING;
  }
  return common ?? MISSING;
}

function scalarTest(
  attribute: Attribute,
  { operator, value }: Comparison,
  environment: ConditionEnvironment,
): ScalarTest {
  switch (operator) {
    case "eq":
    case "neq": {
      if (!isScalar(value)) throw wrongValue(operator, "one text, number or `true`/`false`");
      requireKind(attribute, operator, [typeof value]);
      return answering(operator === "neq", (held) => (typeof held === typeof value ? held === value : null));
    }
    case "in":
    case "notIn": {
      const members = scalars(value);
      if (members === null) throw wrongValue(operator, "a list of texts, numbers or `true`/`false`");
      const types = new Set(members.map((member) => typeof member));
      requireKind(attribute, operator, [...types]);
      const set = new Set(members);
      return answering(operator === "notIn", (held) => (types.has(typeof held) ? set.has(held) : null));
    }
    case "lt":
    case "lte":
    case "gt":
    case "gte":
    case "between":
      return orderTest(attribute, operator, value);
    case "startsWith":
      return textTest(attribute, operator, value, (prefix) => (held) => held.startsWith(prefix));
    case "glob":
      return textTest(attribute, operator, value, compileGlob);
    case "hostMatches":
      return anyOf(attribute, operator, value, (text) => hostTest([text]));
    case "cidrMatches":
      return anyOf(attribute, operator, value, (text) => networkTest([text]));
    case "matchesList": {
      if (typeof value !== "string") throw wrongValue(operator, "the name of a list");
      const list = Object.hasOwn(environment.lists, value) ? environment.lists[value] : undefined;
      if (list === undefined) throw new RangeError(`there is no list \`${value}\``);
      requireKind(attribute, operator, ["string"]);
      return compileList(list);
    }
    default:
      throw new RangeError(`\`${operator}\` does not fit \`${attribute.name}\``);
  }
}

/** `null` from the question means the types do not meet: MISSING, and its opposite is MISSING too. */
function answering(opposite: boolean, question: (held: Scalar) => boolean | null): ScalarTest {
  return (held) => {
    const answer = question(held);
    return answer === null ? MISSING : answer !== opposite ? TRUE : FALSE;
  };
}

function textTest(
  attribute: Attribute,
  operator: Operator,
  value: unknown,
  compile: (pattern: string) => (text: string) => boolean,
): ScalarTest {
  return anyOf(attribute, operator, value, (pattern) => {
    const matches = compile(pattern);
    return (held) => (typeof held !== "string" ? MISSING : matches(held) ? TRUE : FALSE);
  });
}

/** One pattern or several, any of which may match. */
function anyOf(
  attribute: Attribute,
  operator: Operator,
  value: unknown,
  compile: (pattern: string) => ScalarTest,
): ScalarTest {
  const patterns = typeof value === "string" ? [value] : value;
  if (!isTexts(patterns) || patterns.length === 0) throw wrongValue(operator, "a text or a list of texts");
  requireKind(attribute, operator, ["string"]);
  const tests = patterns.map(compile);
  const [only] = tests;
  if (tests.length === 1 && only) return only;
  return (held) => {
    let inDoubt = false;
    for (const test of tests) {
      const answer = test(held);
      if (answer === TRUE) return TRUE;
      if (answer === MISSING) inDoubt = true;
    }
    return inDoubt ? MISSING : FALSE;
  };
}

/** The held value may be a host, a host with a port, or a URL. */
function hostTest(patterns: readonly string[]): ScalarTest {
  const parsed = patterns.map(parseHostPattern);
  return (held) => {
    if (typeof held !== "string") return MISSING;
    const target = parseTarget(held) ?? addressTarget(held);
    if (target === null) return MISSING;
    return parsed.some((pattern) => hostMatches(pattern, target.host, target.port)) ? TRUE : FALSE;
  };
}

function addressTarget(text: string): { host: string; port: null } | null {
  const host = text.includes(":") && !text.startsWith("[") ? normalizeHost(`[${text}]`) : null;
  return host === null ? null : { host, port: null };
}

function networkTest(networks: readonly string[]): ScalarTest {
  const parsed = networks.map(parseNetwork);
  return (held) => {
    const address = typeof held === "string" ? parseAddress(held.replace(/^\[(.*)\]$/, "$1")) : null;
    if (address === null) return MISSING;
    return parsed.some((network) => networkContains(network, address)) ? TRUE : FALSE;
  };
}

const compiledLists = new WeakMap<NamedList, ScalarTest>();

function compileList(list: NamedList): ScalarTest {
  const made = compiledLists.get(list);
  if (made) return made;
  const test = listTest(list);
  compiledLists.set(list, test);
  return test;
}

function listTest(list: NamedList): ScalarTest {
  const ofText = (matches: (text: string) => boolean): ScalarTest => {
    return (held) => (typeof held !== "string" ? MISSING : matches(held) ? TRUE : FALSE);
  };
  switch (list.kind) {
    case "exact": {
      const values = new Set(list.values);
      return ofText((text) => values.has(text));
    }
    case "glob": {
      const globs = list.values.map((value) => compileGlob(value));
      return ofText((text) => globs.some((matches) => matches(text)));
    }
    case "words":
      return ofText(compileWords(list.values));
    case "host":
      return hostTest(list.values);
    case "cidr":
      return networkTest(list.values);
  }
}

/** @throws RangeError when a value of the list is not what its kind asks for */
export function checkList(list: NamedList): void {
  listTest(list);
}

// ── Order: numbers and decimal texts, exactly ───────────────────────────────────────────────────────────────────

function orderTest(attribute: Attribute, operator: Operator, value: unknown): ScalarTest {
  requireKind(attribute, operator, ["number"]);
  const [low, high] = bounds<Scalar>(operator, value, isDecimal, "a number");
  return (held) => {
    if (typeof held === "boolean") return MISSING;
    return inOrder(operator, compareDecimals(held, low), high === undefined ? null : compareDecimals(held, high));
  };
}

function bounds<T>(
  operator: Operator,
  value: unknown,
  fits: (bound: unknown) => boolean,
  what: string,
): [T, T | undefined] {
  if (operator !== "between") {
    if (!fits(value)) throw wrongValue(operator, what);
    return [value as T, undefined];
  }
  if (!Array.isArray(value) || value.length !== 2 || !value.every(fits))
    throw wrongValue(operator, `two of ${what}, low and high`);
  return [value[0] as T, value[1] as T];
}

/** `toHigh` is used by `between` alone, which includes both ends. `null` where two values cannot be compared. */
function inOrder(operator: Operator, toLow: number | null, toHigh: number | null): Tri {
  if (toLow === null) return MISSING;
  switch (operator) {
    case "lt":
      return toLow < 0 ? TRUE : FALSE;
    case "lte":
      return toLow <= 0 ? TRUE : FALSE;
    case "gt":
      return toLow > 0 ? TRUE : FALSE;
    case "gte":
      return toLow >= 0 ? TRUE : FALSE;
    default:
      return toHigh === null ? MISSING : toLow >= 0 && toHigh <= 0 ? TRUE : FALSE;
  }
}

const decimalPattern = /^(-?)(0|[1-9][0-9]{0,39})(?:\.([0-9]{1,40}))?$/;

function isDecimal(value: unknown): boolean {
  return typeof value === "number" ? Number.isFinite(value) : typeof value === "string" && decimalPattern.test(value);
}

/** Below 0, 0 or above 0; `null` when one of them is not a decimal. Texts are never turned into floating point. */
function compareDecimals(left: Scalar, right: Scalar): number | null {
  if (typeof left === "number" && typeof right === "number") return left - right;
  const first = scaled(String(left));
  const second = scaled(String(right));
  if (first === null || second === null) return null;
  return first < second ? -1 : first > second ? 1 : 0;
}

function scaled(text: string): bigint | null {
  const match = decimalPattern.exec(text);
  if (match === null) return null;
  const magnitude = BigInt((match[2] as string) + (match[3] ?? "").padEnd(40, "0"));
  return match[1] === "-" ? -magnitude : magnitude;
}

// ── Money and hours, which look at the context ──────────────────────────────────────────────────────────────────

function moneyTest({ operator, value }: Comparison): Leaf["test"] {
  if (!["lt", "lte", "gt", "gte", "between", "eq", "neq"].includes(operator)) {
    throw new RangeError(`\`${operator}\` does not fit an amount`);
  }
  const what = 'an amount with its currency, such as `{ "amount": "500.00", "currency": "EUR" }`';
  const [low, high] = bounds<Money>(operator, value, isMoney, what).map((bound) => bound && minorOf(bound as Money));
  if (low === undefined) throw wrongValue(operator, what);
  return (_held, context) => {
    const amount = context?.derived.amount;
    if (context === null || amount?.state !== "known") return MISSING;
    const toLow = compareMoney(amount.minor, amount.currency, low, context);
    const toHigh = high === undefined ? null : compareMoney(amount.minor, amount.currency, high, context);
    if (operator === "eq" || operator === "neq") {
      return toLow === null ? MISSING : (toLow === 0) === (operator === "eq") ? TRUE : FALSE;
    }
    return inOrder(operator, toLow, toHigh);
  };
}

export type Threshold = { minor: bigint; currency: string };

/** @throws RangeError when the currency is unknown or the amount has more decimals than it */
export function minorOf(value: Money): Threshold {
  const parsed = parseAmount(value.amount, value.currency);
  if (parsed.ok) return { minor: parsed.minor, currency: value.currency };
  throw new RangeError(
    parsed.reason === "currency_unknown"
      ? `\`${value.currency}\` is not a currency of ISO 4217`
      : `\`${value.amount}\` is not an amount in ${value.currency}`,
  );
}

/** Below 0, 0 or above 0, through the dated rates when the currencies differ; `null` without a current rate. */
export function compareMoney(
  minor: bigint,
  currency: string,
  threshold: Threshold,
  context: { readonly now: number; readonly rates: CompiledRates | undefined; notAfter: number },
): number | null {
  let converted = minor;
  if (currency !== threshold.currency) {
    const conversion = convertAmount(minor, currency, threshold.currency, context.rates, context.now);
    if (conversion === null) return null;
    converted = conversion.minor;
    if (conversion.notAfter < context.notAfter) context.notAfter = conversion.notAfter;
  }
  return converted < threshold.minor ? -1 : converted > threshold.minor ? 1 : 0;
}

function hoursTest(attribute: Attribute, { operator, value }: Comparison): Leaf["test"] {
  if (attribute.kind !== "time" || operator !== "withinHours") {
    throw new RangeError("`withinHours` compares `time.now`, and `time.now` is compared by `withinHours` alone");
  }
  const windows = Array.isArray(value) ? value : [value];
  if (windows.length === 0 || !windows.every(isHoursWindow))
    throw wrongValue(operator, "weekly hours with a time zone");
  const hours = compileHours(windows);
  return (held, context) => {
    if (typeof held !== "number" || context === null) return MISSING;
    const { inside, until } = hours(held);
    if (until < context.notAfter) context.notAfter = until;
    return inside ? TRUE : FALSE;
  };
}

// ── Shapes ──────────────────────────────────────────────────────────────────────────────────────────────────────

function isScalar(value: unknown): value is Scalar {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean";
}

function scalars(value: unknown): Scalar[] | null {
  return Array.isArray(value) && value.length > 0 && value.every(isScalar) ? value : null;
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((member) => typeof member === "string");
}

function isMoney(value: unknown): value is Money {
  return typeof value === "object" && value !== null && "amount" in value && "currency" in value;
}

function isHoursWindow(value: unknown): value is HoursWindow {
  return typeof value === "object" && value !== null && "timeZone" in value;
}

/** Text attributes are not compared with numbers, and so on; what the arguments hold may be anything. */
function requireKind(attribute: Attribute, operator: Operator, types: readonly string[]): void {
  const { kind, name } = attribute;
  const fits =
    kind === "any" ||
    (kind === "text" || kind === "list"
      ? types.every((type) => type === "string")
      : kind === "boolean"
        ? types.every((type) => type === "boolean")
        : types.every((type) => type === "number"));
  if (!fits) throw new RangeError(`\`${name}\` cannot be compared with that value by \`${operator}\``);
}

function wrongValue(operator: Operator, what: string): RangeError {
  return new RangeError(`\`${operator}\` needs ${what}`);
}
