import {
  type ApprovalSpec,
  type Band,
  type EffectClass,
  effectClass,
  effectClasses,
  type Guardrail,
  type NamedList,
  type PolicySet,
  type RateTable,
  type TierKey,
  tierKey,
  tierKeys,
} from "@/lib/policy/schema";

/**
 * A draft as cells: the smallest parts that are edited, undone, merged and pointed at as one. Everything of a policy but the catalogue is in
 * exactly one cell. The address of a cell is a JSON Pointer whose steps are names (`/tiers/T3/effects/financial`), because places move while people edit.
 */

export type DraftContent = Omit<PolicySet, "tools" | "version">;

export type Cell =
  | { kind: "effect"; tier: TierKey; effect: EffectClass }
  | { kind: "tool"; tier: TierKey; tool: string }
  | { kind: "about"; tier: TierKey }
  | { kind: "guardrail"; id: string }
  | { kind: "list"; name: string }
  | { kind: "escalation" }
  | { kind: "rates" };

/** Bands of a row of the matrix: an effect class, or one tool. */
export type BandsCell = Extract<Cell, { kind: "effect" | "tool" }>;

export type About = { name: string; description: string };
export type CellValue = readonly Band[] | Guardrail | NamedList | ApprovalSpec | RateTable | About | undefined;

/** The address of a cell, the same for everybody who edits. */
export function cellPath(cell: Cell): string {
  if (cell.kind === "effect") return `/tiers/${cell.tier}/effects/${cell.effect}`;
  if (cell.kind === "tool") return `/tiers/${cell.tier}/tools/${escaped(cell.tool)}`;
  if (cell.kind === "about") return `/tiers/${cell.tier}/about`;
  if (cell.kind === "guardrail") return `/guardrails/${escaped(cell.id)}`;
  if (cell.kind === "list") return `/lists/${escaped(cell.name)}`;
  return `/${cell.kind}`;
}

/** The cell at an address; `null` for an address of nothing. */
export function cellAt(path: string): Cell | null {
  const [first, second = "", third, fourth = ""] = path.split("/").slice(1).map(plain);
  if (first === "escalation" || first === "rates") return { kind: first };
  if (first === "guardrails" && second) return { kind: "guardrail", id: second };
  if (first === "lists" && second) return { kind: "list", name: second };
  const tier = tierKey.safeParse(second);
  if (first !== "tiers" || !tier.success) return null;
  if (third === "tools" && fourth) return { kind: "tool", tier: tier.data, tool: fourth };
  const effect = effectClass.safeParse(fourth);
  if (third === "effects" && effect.success) return { kind: "effect", tier: tier.data, effect: effect.data };
  return { kind: "about", tier: tier.data };
}

/** The cell a problem of `validatePolicySet` is about, whose addresses count places; `null` for the whole. */
export function cellOfProblem(content: DraftContent, path: string): Cell | null {
  const [first = "", second = "", third, fourth = ""] = path.split("/").slice(1);
  if (first === "tiers") {
    const key = second === "" ? undefined : content.tiers[Number(second)]?.key;
    return key ? cellAt(`/tiers/${key}/${third ?? ""}/${fourth}`) : null;
  }
  if (first !== "guardrails") return cellAt(path);
  const id = content.guardrails[Number(second)]?.id;
  return id === undefined ? null : { kind: "guardrail", id };
}

/** What stands in a cell; `undefined` when there is nothing. */
export function readCell(content: DraftContent, cell: Cell): CellValue {
  if (cell.kind === "escalation") return content.escalation;
  if (cell.kind === "rates") return content.rates;
  if (cell.kind === "guardrail") return content.guardrails.find((guardrail) => guardrail.id === cell.id);
  if (cell.kind === "list") return own(content.lists, cell.name);
  const tier = content.tiers.find((one) => one.key === cell.tier);
  if (!tier) return undefined;
  if (cell.kind === "about") return { name: tier.name, description: tier.description };
  return cell.kind === "effect" ? own(tier.effects, cell.effect) : own(tier.tools, cell.tool);
}

/** The place of a guardrail among the others, so that taking back its removal puts it where it was. */
export function placeOf(content: DraftContent, cell: Cell): number | undefined {
  if (cell.kind !== "guardrail") return undefined;
  const at = content.guardrails.findIndex((guardrail) => guardrail.id === cell.id);
  return at < 0 ? undefined : at;
}

/**
 * The content with another value in one cell; everything else is the same object as before.
 * @param value `undefined` empties the cell; an escalation and a tier's name are never empty and then stay
 * @param place where a guardrail that is not there yet goes; last when not given
 */
export function writeCell(content: DraftContent, cell: Cell, value: CellValue, place?: number): DraftContent {
  if (cell.kind === "escalation")
    return value === undefined ? content : { ...content, escalation: value as ApprovalSpec };
  if (cell.kind === "rates") return withOptional(content, "rates", value as RateTable | undefined);
  if (cell.kind === "list")
    return withOptional(content, "lists", withKey(content.lists, cell.name, value as NamedList | undefined));
  if (cell.kind === "guardrail")
    return {
      ...content,
      guardrails: withGuardrail(content.guardrails, cell.id, value as Guardrail | undefined, place),
    };
  return {
    ...content,
    tiers: content.tiers.map((tier) => {
      if (tier.key !== cell.tier) return tier;
      if (cell.kind === "about") return value === undefined ? tier : { ...tier, ...(value as About) };
      const bands = value as Band[] | undefined;
      if (cell.kind === "effect")
        return { ...tier, effects: (withKey(tier.effects, cell.effect, bands) ?? {}) as typeof tier.effects };
      return withOptional(tier, "tools", withKey(tier.tools, cell.tool, bands));
    }),
  };
}

/** The cells in which two drafts differ, in the order of the screen. */
export function changedCells(before: DraftContent, after: DraftContent): Cell[] {
  if (before === after) return [];
  return cellsOf(before, after).filter((cell) => !sameValue(readCell(before, cell), readCell(after, cell)));
}

function cellsOf(...contents: DraftContent[]): Cell[] {
  const found = new Map<string, Cell>();
  const add = (cell: Cell) => void found.set(cellPath(cell), cell);
  for (const tier of tierKeys) {
    add({ kind: "about", tier });
    for (const effect of effectClasses) add({ kind: "effect", tier, effect });
  }
  for (const content of contents) {
    for (const tier of content.tiers)
      for (const tool of Object.keys(tier.tools ?? {})) add({ kind: "tool", tier: tier.key, tool });
    for (const { id } of content.guardrails) add({ kind: "guardrail", id });
    for (const name of Object.keys(content.lists ?? {})) add({ kind: "list", name });
  }
  add({ kind: "escalation" });
  add({ kind: "rates" });
  return [...found.values()];
}

/** Whether two values say the same, whatever the order of their keys. A key with `undefined` is not there. */
export function sameValue(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  if (typeof one !== "object" || typeof other !== "object" || one === null || other === null) return false;
  if (Array.isArray(one) || Array.isArray(other)) {
    if (!Array.isArray(one) || !Array.isArray(other) || one.length !== other.length) return false;
    return one.every((each, index) => sameValue(each, other[index]));
  }
  const [left, right] = [one as Record<string, unknown>, other as Record<string, unknown>];
  return [...new Set([...Object.keys(left), ...Object.keys(right)])].every((key) => sameValue(left[key], right[key]));
}

function withGuardrail(
  guardrails: readonly Guardrail[],
  id: string,
  value: Guardrail | undefined,
  place: number | undefined,
): Guardrail[] {
  const at = guardrails.findIndex((guardrail) => guardrail.id === id);
  if (value === undefined) return guardrails.filter((guardrail) => guardrail.id !== id);
  return at < 0
    ? guardrails.toSpliced(place ?? guardrails.length, 0, value)
    : guardrails.map((guardrail, index) => (index === at ? value : guardrail));
}

/** The record with one key set or left out; `undefined` when nothing is left. */
function withKey<Value>(
  record: Readonly<Record<string, Value>> | undefined,
  key: string,
  value: Value | undefined,
): Record<string, Value> | undefined {
  const kept = Object.entries(record ?? {}).filter(([name]) => name !== key || value !== undefined);
  const next = kept.map(([name, held]): [string, Value] => [name, name === key && value !== undefined ? value : held]);
  if (value !== undefined && own(record, key) === undefined) next.push([key, value]);
  return next.length === 0 ? undefined : Object.fromEntries(next);
}

function withOptional<Held extends object, Key extends keyof Held>(held: Held, key: Key, value: Held[Key]): Held {
  const { [key]: _, ...rest } = held;
  return (value === undefined ? rest : { ...rest, [key]: value }) as Held;
}

function own<Value>(record: Readonly<Record<string, Value>> | undefined, key: string): Value | undefined {
  return record && Object.hasOwn(record, key) ? record[key] : undefined;
}

function escaped(step: string): string {
  return step.replaceAll("~", "~0").replaceAll("/", "~1");
}

function plain(step: string): string {
  return step.replaceAll("~1", "/").replaceAll("~0", "~");
}
