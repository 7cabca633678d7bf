import { cellsOf, pathOf, sameValue, segmentsOf } from "@/lib/policy/cells";
import type { PolicyDraftContent } from "@/lib/policy/draft-content";
import {
  type ApprovalSpec,
  type Band,
  type EffectClass,
  effectClass,
  type Guardrail,
  type NamedList,
  type RateTable,
  type TierKey,
  tierKey,
} from "@/lib/policy/schema";

/**
 * A draft as cells: the smallest parts that are edited, undone, merged and pointed at as one. Everything of a policy but the catalogue is in
 * exactly one cell. The address of a cell is a JSON Pointer whose steps are names (`/tiers/T3/effects/financial`), because places move while people edit.
 */

export type DraftContent = PolicyDraftContent;

export type Cell =
  | { kind: "effect"; tier: TierKey; effect: EffectClass }
  | { kind: "tool"; tier: TierKey; tool: string }
  | { kind: "name"; tier: TierKey }
  | { kind: "description"; tier: TierKey }
  | { kind: "guardrail"; id: string }
  | { kind: "list"; name: string }
  | { kind: "escalation" }
  | { kind: "rates" };

/** Bands of a row of the matrix: an effect class, or one tool. */
export type BandsCell = Extract<Cell, { kind: "effect" | "tool" }>;

export type CellValue = readonly Band[] | Guardrail | NamedList | ApprovalSpec | RateTable | string | undefined;

/** The address of a cell, the same as in `lib/policy/cells.ts`. */
export function cellPath(cell: Cell): string {
  if (cell.kind === "effect") return pathOf(["tiers", cell.tier, "effects", cell.effect]);
  if (cell.kind === "tool") return pathOf(["tiers", cell.tier, "tools", cell.tool]);
  if (cell.kind === "name" || cell.kind === "description") return pathOf(["tiers", cell.tier, cell.kind]);
  if (cell.kind === "guardrail") return pathOf(["guardrails", cell.id]);
  if (cell.kind === "list") return pathOf(["lists", cell.name]);
  return pathOf([cell.kind]);
}

/** The cell at an address, or the one an address inside it lies in; `null` for an address of nothing. */
export function cellAt(path: string): Cell | null {
  const [first, second = "", third, fourth = ""] = segmentsOf(path);
  if (first === "escalation" || first === "rates") return { kind: first };
  if (first === "guardrails" && second) return { kind: "guardrail", id: second };
  if (first === "lists" && second) return { kind: "list", name: second };
  const tier = tierKey.safeParse(second);
  if (first !== "tiers" || !tier.success) return null;
  if (third === "tools" && fourth) return { kind: "tool", tier: tier.data, tool: fourth };
  const effect = effectClass.safeParse(fourth);
  if (third === "effects" && effect.success) return { kind: "effect", tier: tier.data, effect: effect.data };
  return { kind: third === "description" ? "description" : "name", tier: tier.data };
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
  if (cell.kind === "name" || cell.kind === "description") return tier[cell.kind];
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
      if (cell.kind === "name" || cell.kind === "description")
        return typeof value === "string" ? { ...tier, [cell.kind]: value } : tier;
      const bands = value as Band[] | undefined;
      if (cell.kind === "effect")
        return { ...tier, effects: (withKey(tier.effects, cell.effect, bands) ?? {}) as typeof tier.effects };
      return withOptional(tier, "tools", withKey(tier.tools, cell.tool, bands));
    }),
  };
}

/** The cells in which two drafts differ. */
export function changedCells(before: DraftContent, after: DraftContent): Cell[] {
  if (before === after) return [];
  const [held, now] = [cellsOf(before), cellsOf(after)];
  const differing = [...new Set([...held.keys(), ...now.keys()])].filter(
    (path) => !sameValue(held.get(path)?.value, now.get(path)?.value),
  );
  return differing.flatMap((path) => cellAt(path) ?? []);
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
