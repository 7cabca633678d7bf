import type { Attribute, AttributeValue } from "./attributes";
import { canonicalText } from "./cells";
import { FALSE, type Leaf, MISSING, prepareCondition, TRUE, type Tri } from "./conditions";
import {
  agentStatuses,
  type Comparison,
  type Condition,
  type EffectClass,
  effectClasses,
  environments,
  type NamedList,
  riskClasses,
  tierKeys,
} from "./schema";

/**
 * What the comparisons of conditions can be at once, whatever a request holds. Comparisons of different attributes are
 * taken as independent; those of one attribute are tried on every kind of value that tells them apart, so that “is one of
 * a and b” and “is a” are never taken for unrelated. Too many possibilities are `null`, never a guess.
 *
 * INVARIANT (nothing left out): every request makes the comparisons true, false or missing in one of the ways listed here.
 */

/** One comparison, with what the named lists held when it was written. */
export type Atom = { key: string; comparison: Comparison; attribute: Attribute; test: Leaf["test"] };

export type Lists = Readonly<Record<string, NamedList>>;

/** @throws RangeError when the comparison cannot be judged */
export function atomOf(comparison: Comparison, lists: Lists): Atom {
  const { attribute, test } = prepareCondition(comparison, { lists }) as Leaf;
  const list = comparison.operator === "matchesList" ? lists[String(comparison.value)] : undefined;
  return { key: canonicalText({ ...comparison, list }), comparison: held(comparison, list), attribute, test };
}

/** A list stands for its values, so that two versions of it can be compared. */
function held(comparison: Comparison, list: NamedList | undefined): Comparison {
  return list === undefined ? comparison : { ...comparison, value: list.values };
}

/** The comparisons of a condition. Money is compared with real amounts and is no atom. */
export function comparisonsOf(condition: Condition): Comparison[] {
  if ("all" in condition) return condition.all.flatMap(comparisonsOf);
  if ("any" in condition) return condition.any.flatMap(comparisonsOf);
  return "not" in condition ? comparisonsOf(condition.not) : [condition];
}

/** More possibilities than this are not looked at. */
const mostTruths = 729;

/**
 * @param atoms of one attribute, each once
 * @returns for every way they can be at once, the truth of each; `null` when there are too many
 */
export function truthsOf(atoms: readonly Atom[]): Tri[][] | null {
  const attribute = (atoms[0] as Atom).attribute;
  if (!atoms.every(hasPlainNumbers)) return null;
  const found = new Map<string, Tri[]>();
  const add = (truths: Tri[]) => found.set(truths.join(), truths);
  const at = (value: AttributeValue) => add(atoms.map(({ test }) => test(value, null)));
  if (attribute.kind === "time") return product(atoms.map(() => [TRUE, FALSE]));
  const domain = domains[attribute.name];
  if (domain !== undefined) {
    for (const value of domain) at(value);
    return [...found.values()];
  }
  if (!attribute.always) {
    at(undefined);
    at([]); // there, and not comparable
  }
  if (attribute.kind === "boolean") {
    at(true);
    at(false);
    return [...found.values()];
  }
  for (const value of examplesFor(atoms)) if (fits(attribute, value)) at(value);
  const others = otherTexts(atoms);
  if (others === null) return null;
  for (const truths of others) add(truths);
  return attribute.kind === "text" ? [...found.values()] : withMixed(atoms, found);
}

/** What lies between two numbers is found with floating point, so those of an order have to survive it. */
function hasPlainNumbers({ comparison }: Atom): boolean {
  if (!orders.has(comparison.operator)) return true;
  return [comparison.value].flat().every((value) => Number.isFinite(Number(value)) && String(value).length <= 12);
}

/** Attributes whose values are known beforehand. */
const domains: Record<string, readonly (string | boolean)[]> = {
  "principal.tier": tierKeys,
  "principal.environment": environments,
  "principal.riskClass": riskClasses,
  "principal.status": agentStatuses,
  "action.effect": effectClasses satisfies readonly EffectClass[],
  "action.reversible": [true, false],
};

function fits({ kind }: Attribute, value: string | number | boolean): boolean {
  return kind === "any" || typeof value === "string";
}

/** Every value that is mentioned, and for those that are ordered what lies below, between and above them. */
function examplesFor(atoms: readonly Atom[]): (string | number | boolean)[] {
  const mentioned = new Set<string | number | boolean>([true, false, 0]);
  const numbers = new Set<number>();
  for (const { comparison } of atoms) {
    for (const value of [comparison.value].flat()) {
      if (typeof value === "object" || value === undefined) continue;
      mentioned.add(value);
      if (typeof value !== "boolean" && value !== "") numbers.add(Number(value));
    }
  }
  const sorted = [...numbers].filter(Number.isFinite).sort((one, other) => one - other);
  const between = sorted.flatMap((value, index) => [value - 1, value, (value + (sorted[index + 1] ?? value + 2)) / 2]);
  for (const value of between) mentioned.add(value).add(String(value));
  return [...mentioned];
}

const orders = new Set(["lt", "lte", "gt", "gte", "between"]);
const patterns = new Set(["startsWith", "glob", "hostMatches", "cidrMatches", "matchesList"]);

/** A text that nobody mentions: whether patterns match it is open, as far as one does not follow from another. */
function otherTexts(atoms: readonly Atom[]): Tri[][] | null {
  const open = atoms.flatMap(({ comparison }, index) => (isOpen(comparison, atoms) ? [index] : []));
  const known = atoms.map(({ test }) => test("\u0001 a text that nobody mentions", null));
  const ways = product(open.map(() => [TRUE, FALSE, MISSING] as Tri[]));
  if (ways === null) return null;
  return ways.flatMap((way) => {
    const truths = [...known];
    open.forEach((index, place) => {
      truths[index] = way[place] as Tri;
    });
    return isConsistent(atoms, open, truths) ? [truths] : [];
  });
}

/** Beside patterns a number in a text is a text like any other. */
function isOpen({ operator }: Comparison, atoms: readonly Atom[]): boolean {
  return (
    patterns.has(operator) || (orders.has(operator) && atoms.some((atom) => patterns.has(atom.comparison.operator)))
  );
}

/** Where all patterns of one are among another's, what the first matches the second matches too. */
function isConsistent(atoms: readonly Atom[], open: readonly number[], truths: readonly Tri[]): boolean {
  return open.every((index) =>
    open.every((other) => {
      if (index === other || !isWithin(atoms[index] as Atom, atoms[other] as Atom)) return true;
      const [narrow, wide] = [truths[index] as Tri, truths[other] as Tri];
      return (narrow === MISSING) === (wide === MISSING) && (narrow !== TRUE || wide === TRUE);
    }),
  );
}

function isWithin(narrow: Atom, wide: Atom): boolean {
  if (narrow.comparison.operator !== wide.comparison.operator || orders.has(narrow.comparison.operator)) return false;
  if (listKind(narrow) !== listKind(wide)) return false;
  const values = new Set([wide.comparison.value].flat());
  return [narrow.comparison.value].flat().every((value) => values.has(value));
}

function listKind({ key, comparison }: Atom): string {
  return comparison.operator === "matchesList" ? ((JSON.parse(key) as { list?: NamedList }).list?.kind ?? "") : "";
}

/** A list with different members: a comparison on which they differ is missing. */
function withMixed(atoms: readonly Atom[], found: Map<string, Tri[]>): Tri[][] | null {
  const whole = atoms.map(({ comparison }) => comparison.operator === "exists");
  const queue = [...found.values()].filter((truths) =>
    truths.every((truth, index) => !whole[index] || truth === atomPresent(atoms[index] as Atom)),
  );
  const members = [...queue];
  for (const truths of queue) {
    for (const other of members) {
      const mixed = truths.map((truth, index) => (whole[index] || truth === other[index] ? truth : MISSING));
      const name = mixed.join();
      if (found.has(name)) continue;
      found.set(name, mixed);
      queue.push(mixed);
      if (found.size > mostTruths) return null;
    }
  }
  return [...found.values()];
}

function atomPresent({ comparison }: Atom): Tri {
  return comparison.value === false ? FALSE : TRUE;
}

/** Every choice of one from each; `null` when there are too many. */
export function product<T>(choices: readonly (readonly T[])[], most = mostTruths): T[][] | null {
  const size = choices.reduce((size, { length }) => size * length, 1);
  if (size > most) return null;
  return choices.reduce<T[][]>(
    (before, choice) => before.flatMap((chosen) => choice.map((one) => [...chosen, one])),
    [[]],
  );
}
