import { compileRates, currencyExponent } from "@/lib/money";
import { compileArgumentSchema } from "./argument-schema";
import { type Attribute, findAttribute } from "./attributes";
import { mostMinorUnits } from "./budget-windows";
import { checkList, FALSE, minorOf, prepareCondition, specialize, TRUE } from "./conditions";
import { compileHostAllowlist } from "./hosts";
import { compileHours } from "./hours";
import { compileRecipientAllowlist } from "./recipients";
import {
  type Band,
  type Comparison,
  type Condition,
  type Guardrail,
  type Mandate,
  type PolicySet,
  type Tier,
  type Tool,
  tierKeys,
} from "./schema";

/**
 * Says in sentences what is wrong with a policy set or a mandate that has the right shape. Errors are refused at save:
 * what the engine could only judge by failing. Warnings are shown: what works, and is probably not meant.
 */

/** `path` is a JSON Pointer into the set or mandate; `message` a sentence without full stop. */
export type PolicyProblem = { severity: "error" | "warning"; path: string; message: string };

/** @param set parsed by the `policySet` schema */
export function validatePolicySet(set: PolicySet): PolicyProblem[] {
  const problems = new Problems();
  const names = new Map(set.tools.map((tool) => [tool.name, tool]));
  checkLists(set, problems);
  problems.attempt("/rates", () => set.rates && compileRates(set.rates));
  if (set.rates && currencyExponent(set.rates.base) === undefined)
    problems.error("/rates/base", unknownCurrency(set.rates.base));
  checkTiers(set, names, problems);
  checkGuardrails(set, names, problems);
  checkTools(set, problems);
  return problems.found;
}

/**
 * @param mandate parsed by the `mandate` schema
 * @param set     the policy set it is used with
 */
export function validateMandate(mandate: Mandate, set: PolicySet): PolicyProblem[] {
  const problems = new Problems();
  const names = new Map(set.tools.map((tool) => [tool.name, tool]));
  mandate.tools.forEach((name, index) => {
    if (!names.has(name))
      problems.warning(`/tools/${index}`, `\`${name}\` is not in the catalogue, so every call of it is denied`);
  });
  mandate.hosts?.forEach((rule, index) => {
    problems.attempt(`/hosts/${index}`, () => compileHostAllowlist([rule]));
  });
  mandate.recipients?.forEach((entry, index) => {
    problems.attempt(`/recipients/${index}`, () => compileRecipientAllowlist([entry]));
    if (/^\*+$/.test(entry)) problems.warning(`/recipients/${index}`, "this makes every recipient a known one");
  });
  mandate.hours?.forEach((window, index) => {
    problems.attempt(`/hours/${index}`, () => compileHours([window]));
  });
  mandate.budgets?.forEach((budget, index) => {
    const path = `/budgets/${index}`;
    if (budget.amount !== undefined && budget.currency !== undefined) {
      const money = { amount: budget.amount, currency: budget.currency };
      problems.attempt(path, () => {
        if (minorOf(money).minor > mostMinorUnits) throw new RangeError("a budget this large cannot be counted");
      });
    }
    unknownTools(budget.tools ?? [], names, `${path}/tools`, problems);
  });
  mandate.limits?.forEach((limit, index) => {
    const path = `/limits/${index}`;
    unknownTools([limit.tool], names, path, problems);
    if (limit.when === undefined && limit.upTo === undefined)
      problems.error(path, "a limit needs a condition or an amount");
    checkThreshold(limit, path, problems);
    if (limit.when) checkCondition(limit.when, `${path}/when`, set, problems);
  });
  return problems.found;
}

class Problems {
  readonly found: PolicyProblem[] = [];

  error(path: string, message: string): void {
    this.found.push({ severity: "error", path, message });
  }

  warning(path: string, message: string): void {
    this.found.push({ severity: "warning", path, message });
  }

  /** Runs a compiler of the engine; what it refuses is an error in its own words. */
  attempt(path: string, compile: () => unknown): boolean {
    try {
      compile();
      return true;
    } catch (error) {
      this.error(path, error instanceof Error ? error.message : String(error));
      return false;
    }
  }
}

function unknownTools(
  tools: readonly string[],
  names: ReadonlyMap<string, Tool>,
  path: string,
  problems: Problems,
): void {
  const missing = tools.filter((name) => !names.has(name));
  if (missing.length > 0)
    problems.warning(
      path,
      `not in the catalogue: ${missing
        .slice(0, 5)
        .map((name) => `\`${name}\``)
        .join(", ")}`,
    );
}

function unknownCurrency(code: string): string {
  return `\`${code}\` is not a currency of ISO 4217`;
}

// ── Lists ───────────────────────────────────────────────────────────────────────────────────────────────────────

function checkLists(set: PolicySet, problems: Problems): void {
  for (const [name, list] of Object.entries(set.lists ?? {})) {
    if (list.values.length === 0)
      problems.warning(`/lists/${name}`, `the list \`${name}\` is empty, so nothing is on it`);
    else problems.attempt(`/lists/${name}`, () => checkList(list));
  }
}

// ── Tiers and bands ─────────────────────────────────────────────────────────────────────────────────────────────

function checkTiers(set: PolicySet, names: ReadonlyMap<string, Tool>, problems: Problems): void {
  const seen = new Set<string>();
  set.tiers.forEach((tier, index) => {
    const path = `/tiers/${index}`;
    if (seen.has(tier.key)) problems.error(path, `the tier ${tier.key} is there twice`);
    seen.add(tier.key);
    for (const [effect, bands] of Object.entries(tier.effects))
      checkBands(bands, `${path}/effects/${effect}`, tier, set, problems);
    for (const [tool, bands] of Object.entries(tier.tools ?? {})) {
      const at = `${path}/tools/${tool.replaceAll("~", "~0").replaceAll("/", "~1")}`;
      if (!names.has(tool)) problems.warning(at, `\`${tool}\` is not in the catalogue, so these bands are never used`);
      checkBands(bands, at, tier, set, problems);
    }
  });
  for (const key of tierKeys) {
    if (!seen.has(key)) problems.warning("/tiers", `there is no tier ${key}; agents in it are denied everything`);
  }
}

function checkBands(bands: readonly Band[], path: string, tier: Tier, set: PolicySet, problems: Problems): void {
  if (bands.length === 0) {
    problems.warning(
      path,
      `${tier.key} has no band here, so everything of this kind is denied; say so with a band that denies`,
    );
    return;
  }
  const currencies = new Set<string>();
  bands.forEach((band, index) => {
    const at = `${path}/${index}`;
    checkThreshold(band, at, problems);
    if (band.currency) currencies.add(band.currency);
    if (band.when) checkCondition(band.when, `${at}/when`, set, problems);
    const constant = constantOf(band.when, set);
    if (constant === FALSE) problems.warning(at, "this band never fits, because its condition cannot be met");
    if (band.when && constant === TRUE)
      problems.warning(at, "the condition of this band is always met and can be left out");
    compareWithEarlier(bands, index, at, problems);
  });
  const last = bands[bands.length - 1] as Band;
  if (last.upTo !== undefined || last.when !== undefined) {
    problems.error(
      path,
      `the bands of ${tier.key} leave a gap: the last one needs neither amount nor condition, so that it says what holds for the rest`,
    );
  }
  if (currencies.size > 1 && set.rates === undefined) {
    problems.warning(
      path,
      `these bands are in ${[...currencies].sort().join(" and ")} and there are no exchange rates, so each asks about the other's amounts`,
    );
  }
}

/** `upTo` and `currency` come together, and fit each other. */
function checkThreshold(
  part: { upTo?: string | undefined; currency?: string | undefined },
  path: string,
  problems: Problems,
): void {
  if (part.upTo === undefined) {
    if (part.currency !== undefined) problems.error(`${path}/currency`, "a currency without an amount says nothing");
    return;
  }
  if (part.currency === undefined) {
    problems.error(path, `the threshold ${part.upTo} has no currency`);
    return;
  }
  const money = { amount: part.upTo, currency: part.currency };
  problems.attempt(path, () => minorOf(money));
}

/** A band is hidden by an earlier one that fits whatever it fits; with the same reach and another effect the two contradict each other. */
function compareWithEarlier(bands: readonly Band[], index: number, at: string, problems: Problems): void {
  const band = bands[index] as Band;
  for (let before = 0; before < index; before++) {
    const earlier = bands[before] as Band;
    const sameCondition = canonical(earlier.when) === canonical(band.when);
    if (earlier.when !== undefined && !sameCondition) {
      checkOrder(earlier, band, before, at, problems);
      continue;
    }
    if (!reachesAsFar(earlier, band)) {
      checkOrder(earlier, band, before, at, problems);
      continue;
    }
    const sameReach = sameCondition && earlier.upTo === band.upTo && earlier.currency === band.currency;
    if (sameReach && canonical(earlier.then) !== canonical(band.then))
      problems.error(at, `this band contradicts band ${before + 1}, which fits the same calls and says something else`);
    else problems.warning(at, `this band is never reached: band ${before + 1} fits everything it would fit`);
    return;
  }
}

const strictness = (then: Band["then"]) => (then === "allow" ? 0 : then === "deny" ? 2 : 1);

function checkOrder(earlier: Band, band: Band, before: number, at: string, problems: Problems): void {
  const larger = earlier.upTo !== undefined && !reachesAsFar(earlier, band);
  if (larger && canonical(earlier.when) === canonical(band.when) && strictness(band.then) < strictness(earlier.then)) {
    problems.warning(at, `larger amounts pass more easily here than the smaller ones of band ${before + 1}`);
  }
}

function reachesAsFar(earlier: Band, band: Band): boolean {
  if (earlier.upTo === undefined) return true;
  if (band.upTo === undefined || earlier.currency !== band.currency || band.currency === undefined) return false;
  try {
    return (
      minorOf({ amount: band.upTo, currency: band.currency }).minor <=
      minorOf({ amount: earlier.upTo, currency: band.currency }).minor
    );
  } catch {
    return false;
  }
}

// ── Guardrails and conditions ───────────────────────────────────────────────────────────────────────────────────

function checkGuardrails(set: PolicySet, names: ReadonlyMap<string, Tool>, problems: Problems): void {
  const ids = new Set<string>();
  const byCondition = new Map<string, { guardrail: Guardrail; index: number }[]>();
  set.guardrails.forEach((guardrail, index) => {
    const key = canonical(guardrail.when);
    const same = byCondition.get(key);
    if (same) same.push({ guardrail, index });
    else byCondition.set(key, [{ guardrail, index }]);
  });
  set.guardrails.forEach((guardrail, index) => {
    const path = `/guardrails/${index}`;
    if (ids.has(guardrail.id)) problems.error(`${path}/id`, `there is another rule with the id \`${guardrail.id}\``);
    ids.add(guardrail.id);
    if (!checkCondition(guardrail.when, `${path}/when`, set, problems)) return;
    if (constantOf(guardrail.when, set) === FALSE || contradicts(guardrail.when)) {
      problems.warning(path, `the rule “${guardrail.name}” can never fire, because its condition cannot be met`);
    }
    for (const name of toolsNeeded(guardrail.when)) {
      if (!names.has(name))
        problems.warning(path, `the rule “${guardrail.name}” is about \`${name}\`, which is not in the catalogue`);
    }
    const hidden = hiddenBy(guardrail, index, byCondition);
    if (hidden)
      problems.warning(
        path,
        `the rule “${guardrail.name}” changes nothing: wherever it fires, “${hidden.name}” already decides as strictly`,
      );
    for (const attribute of firesWhenAbsent(guardrail.when)) {
      problems.warning(
        path,
        `the rule “${guardrail.name}” also fires wherever ${attribute.label} is missing; add “exists” if it should not`,
      );
    }
  });
}

function checkCondition(condition: Condition, path: string, set: PolicySet, problems: Problems): boolean {
  return problems.attempt(path, () => prepareCondition(condition, { lists: set.lists ?? {} }));
}

function constantOf(condition: Condition | undefined, set: PolicySet): number | null {
  if (condition === undefined) return null;
  try {
    return specialize(prepareCondition(condition, { lists: set.lists ?? {} }), () => null).constant;
  } catch {
    return null;
  }
}

/** Whether an `all` asks one attribute for two different values at once. */
function contradicts(condition: Condition): boolean {
  const wanted = new Map<string, Set<unknown>>();
  for (const { attribute, operator, value } of conjuncts(condition)) {
    if (operator !== "eq" && operator !== "in") continue;
    const values = new Set<unknown>(Array.isArray(value) ? value : [value]);
    const before = wanted.get(attribute);
    const both = before === undefined ? values : new Set([...values].filter((one) => before.has(one)));
    if (both.size === 0) return true;
    wanted.set(attribute, both);
  }
  return false;
}

function toolsNeeded(condition: Condition): string[] {
  return conjuncts(condition).flatMap(({ attribute, operator, value }) => {
    if (attribute !== "action.tool" || (operator !== "eq" && operator !== "in")) return [];
    return (Array.isArray(value) ? value : [value]).filter((name) => typeof name === "string");
  });
}

/** The comparisons that all have to hold. */
function conjuncts(condition: Condition): Comparison[] {
  if ("all" in condition) return condition.all.flatMap(conjuncts);
  return "attribute" in condition ? [condition] : [];
}

/** An enforced rule that fires wherever this one does: the same condition, or one of its comparisons alone. */
function hiddenBy(
  guardrail: Guardrail,
  index: number,
  byCondition: ReadonlyMap<string, { guardrail: Guardrail; index: number }[]>,
): Guardrail | null {
  const keys = new Set([canonical(guardrail.when), ...conjuncts(guardrail.when).map(canonical)]);
  for (const key of keys) {
    for (const other of byCondition.get(key) ?? []) {
      if (other.index === index || other.guardrail.mode === "shadow") continue;
      const equal =
        covers(other.guardrail.effect, guardrail.effect) && covers(guardrail.effect, other.guardrail.effect);
      const sameCondition = key === canonical(guardrail.when);
      // Of two that say exactly the same, only the later is the idle one.
      if (equal && sameCondition && guardrail.mode === other.guardrail.mode && other.index > index) continue;
      if (covers(other.guardrail.effect, guardrail.effect)) return other.guardrail;
    }
  }
  return null;
}

function covers(stricter: Guardrail["effect"], effect: Guardrail["effect"]): boolean {
  if (stricter === "deny") return true;
  if (effect === "deny") return false;
  const [more, less] = [stricter.approval, effect.approval];
  return (
    more.quorum >= less.quorum &&
    more.expiresIn <= less.expiresIn &&
    (more.stepUp || !less.stepUp) &&
    less.groups.every((group) => more.groups.includes(group))
  );
}

/** Attributes that may be absent and that nothing in the same `all` asks to exist. */
function firesWhenAbsent(condition: Condition): Attribute[] {
  const all = conjuncts(condition);
  const needed = new Set(
    all.filter(({ operator, value }) => operator === "exists" && value !== false).map(({ attribute }) => attribute),
  );
  const optional = all.flatMap(({ attribute, operator }) => {
    const found = operator === "exists" || needed.has(attribute) ? undefined : findAttribute(attribute);
    return found && !found.always && !impliedBy(found, needed) ? [found] : [];
  });
  // Another comparison of the same `all` that is about something always there keeps the rule narrow enough to be meant.
  return optional.length === all.length ? optional : [];
}

/** What the mandate knows about the text exists when the text does, and so on. */
function impliedBy({ name }: Attribute, needed: ReadonlySet<string>): boolean {
  if (name === "mandate.linksKnown") return needed.has("action.content");
  if (name === "mandate.recipientKnown") return needed.has("action.recipients");
  return name === "action.currency" && needed.has("action.amount");
}

// ── Tools ───────────────────────────────────────────────────────────────────────────────────────────────────────

function checkTools(set: PolicySet, problems: Problems): void {
  const seen = new Set<string>();
  set.tools.forEach((tool, index) => {
    const path = `/tools/${index}`;
    if (seen.has(tool.name)) problems.error(path, `\`${tool.name}\` is in the catalogue twice`);
    seen.add(tool.name);
    for (const problem of validateTool(tool)) problems.found.push({ ...problem, path: path + problem.path });
  });
}

/**
 * @param tool parsed by the `tool` schema
 * @returns problems with paths into the tool
 */
export function validateTool(tool: Tool): PolicyProblem[] {
  const problems = new Problems();
  const roles = tool.argumentRoles ?? {};
  if (tool.currency !== undefined && currencyExponent(tool.currency) === undefined)
    problems.error("/currency", unknownCurrency(tool.currency));
  if (tool.argumentSchema !== undefined) {
    const schema = tool.argumentSchema;
    if (problems.attempt("/argumentSchema", () => compileArgumentSchema(schema))) checkRoles(tool, problems);
  }
  if (roles.amount !== undefined && roles.currency === undefined && tool.currency === undefined) {
    problems.warning(
      "/argumentRoles/amount",
      `nothing says in which currency \`${tool.name}\` takes its amounts, so every one of them is asked`,
    );
  }
  if (tool.effect === "financial" && roles.amount === undefined) {
    problems.warning(
      "/argumentRoles",
      `nothing says where \`${tool.name}\` takes its amount, so no call of it passes alone`,
    );
  }
  if (tool.effect === "external" && roles.recipient === undefined && roles.url === undefined) {
    problems.warning(
      "/argumentRoles",
      `nothing says whom or what \`${tool.name}\` reaches, so no call of it is known to stay within a mandate`,
    );
  }
  return problems.found;
}

/** A role that points to nothing in a closed schema would never be found, and whatever it guards would always be asked. */
function checkRoles(tool: Tool, problems: Problems): void {
  const schema = tool.argumentSchema ?? {};
  const properties = schema.properties;
  if (
    schema.additionalProperties !== false ||
    typeof properties !== "object" ||
    properties === null ||
    Array.isArray(properties)
  )
    return;
  for (const [role, value] of Object.entries(tool.argumentRoles ?? {})) {
    for (const pointer of Array.isArray(value) ? value : [value]) {
      const first = (pointer.split("/")[1] ?? "").replaceAll("~1", "/").replaceAll("~0", "~");
      if (!Object.hasOwn(properties, first))
        problems.error(`/argumentRoles/${role}`, `the schema of \`${tool.name}\` has no argument \`${first}\``);
    }
  }
}

function canonical(value: unknown): string {
  if (value === undefined) return "";
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  const held = value as Record<string, unknown>;
  return `{${Object.keys(held)
    .filter((key) => held[key] !== undefined)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonical(held[key])}`)
    .join()}}`;
}
