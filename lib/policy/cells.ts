import type { PolicyDraftContent } from "./draft-content";
import { effectVerb, quoted } from "./messages";
import { type Band, type EffectClass, effectClasses, type Tier, tierKeys } from "./schema";

/**
 * A policy as cells: the smallest parts that two people edit apart from each other, that are compared, merged and given
 * back one by one. Paths name what they are about and not where it stands: `/tiers/T3/effects/financial`,
 * `/tiers/T3/tools/<tool>`, `/guardrails/<id>`, `/lists/<name>`, `/escalation`, `/rates`.
 */

/** One cell: where it is, what it is called, and what it says. */
export type Cell = { path: string; label: string; value: unknown };

/** All cells of a policy, by path. A cell that is not there is absent from the map. */
export function cellsOf(content: PolicyDraftContent): Map<string, Cell> {
  const cells = new Map<string, Cell>();
  const put = (segments: string[], label: string, value: unknown) => {
    if (value === undefined) return;
    const path = pathOf(segments);
    cells.set(path, { path, label, value });
  };
  for (const tier of content.tiers) {
    put(["tiers", tier.key, "name"], `the name of ${tier.key}`, tier.name);
    put(["tiers", tier.key, "description"], `the description of ${tier.key}`, tier.description);
    for (const effect of effectClasses)
      put(["tiers", tier.key, "effects", effect], `${tier.key}: ${effectVerb(effect)}`, tier.effects[effect]);
    for (const [tool, bands] of Object.entries(tier.tools ?? {}))
      put(["tiers", tier.key, "tools", tool], `${tier.key}: ${quoted(tool)}`, bands);
  }
  for (const guardrail of content.guardrails)
    put(["guardrails", guardrail.id], `the rule “${guardrail.name}”`, guardrail);
  for (const [name, list] of Object.entries(content.lists ?? {}))
    put(["lists", name], `the list ${quoted(name)}`, list);
  put(["escalation"], "who is asked where no rule says whom", content.escalation);
  put(["rates"], "the exchange rates", content.rates);
  return cells;
}

/**
 * A policy made of cells. Tiers come in their rank, the rest in the order of the cells.
 * @param cells by path; `/escalation` has to be among them
 */
export function fromCells(cells: Iterable<Pick<Cell, "path" | "value">>): PolicyDraftContent {
  const tiers = new Map<string, Tier & { tools: Record<string, Band[]> }>();
  const tierOf = (key: string) => {
    const held = tiers.get(key) ?? emptyTier(key as Tier["key"]);
    tiers.set(key, held);
    return held;
  };
  const content: Record<string, unknown> = {};
  const guardrails: unknown[] = [];
  const lists: [string, unknown][] = [];
  for (const { path, value } of cells) {
    const [kind, name = "", part, last = ""] = segmentsOf(path);
    if (kind === "guardrails") guardrails.push(value);
    else if (kind === "lists") lists.push([name, value]);
    else if (kind !== "tiers") content[kind as string] = value;
    else if (part === "name") tierOf(name).name = value as string;
    else if (part === "description") tierOf(name).description = value as string;
    else if (part === "effects") tierOf(name).effects[last as EffectClass] = value as Band[];
    else tierOf(name).tools = Object.fromEntries([...Object.entries(tierOf(name).tools), [last, value as Band[]]]);
  }
  const ranked = tierKeys.flatMap((key) => tiers.get(key) ?? []);
  return {
    tiers: ranked.map(({ tools, ...tier }) => (Object.keys(tools).length === 0 ? tier : { ...tier, tools })),
    guardrails,
    ...content,
    ...(lists.length === 0 ? {} : { lists: Object.fromEntries(lists) }),
  } as PolicyDraftContent;
}

/** The schema asks for every effect class; what nothing says is denied. */
function emptyTier(key: Tier["key"]): Tier & { tools: Record<string, Band[]> } {
  const effects = Object.fromEntries(effectClasses.map((effect) => [effect, [] as Band[]]));
  return { key, name: key, description: "", effects: effects as Tier["effects"], tools: {} };
}

/** `["tiers", "T3"]` → `/tiers/T3`. RFC 6901. */
export function pathOf(segments: readonly string[]): string {
  return segments.map((segment) => `/${segment.replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
}

/** `/tiers/T3` → `["tiers", "T3"]`. */
export function segmentsOf(path: string): string[] {
  return path
    .split("/")
    .slice(1)
    .map((segment) => segment.replaceAll("~1", "/").replaceAll("~0", "~"));
}

/** Whether two values say the same; an absent member and an `undefined` one are alike. */
export function sameValue(one: unknown, other: unknown): boolean {
  return one === other || canonicalText(one) === canonicalText(other);
}

/** One text for all spellings of a value: members sorted, `undefined` left out. */
export function canonicalText(value: unknown): string {
  if (value === undefined) return "";
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonicalText).join()}]`;
  const held = value as Record<string, unknown>;
  return `{${Object.keys(held)
    .filter((key) => held[key] !== undefined)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonicalText(held[key])}`)
    .join()}}`;
}
