import { type Cell, canonicalText, cellsOf, fromCells, sameValue, segmentsOf } from "./cells";
import { changeWords } from "./change-words";
import { compareParts, type Difference, type Part, type Subject } from "./compare";
import { contentOf, type PolicyDraftContent } from "./draft-content";
import {
  type ApprovalSpec,
  type Band,
  type Condition,
  type EffectClass,
  effectClasses,
  type Guardrail,
  type PolicySet,
  type RateTable,
  type TierKey,
  type Tool,
} from "./schema";
import { asksAsMuch } from "./strictness";
import { type Atom, atomOf, comparisonsOf } from "./truths";
import type { AgentPolicyInput } from "./types";

/**
 * What differs between two policies, cell by cell, and whether it lets anybody do more. Classified by what the engine
 * answers, for every tier and effect in the abstract and for every registered agent, and not by what the text looks like.
 * The cells are taken over one by one, those that bind more first, so that each change is judged on top of the others
 * and two rules that stand in for each other cannot both go unnoticed.
 *
 * INVARIANT (nothing loosens unseen): where no change is `loosening`, no request is answered more mildly. What cannot be
 * shown not to loosen is `loosening`.
 */

export type ChangeKind = "tightening" | "loosening" | "neutral";

export type Change = {
  /** The cell: `/tiers/T3/effects/financial`, `/guardrails/<id>`, `/lists/<name>`, `/escalation`, `/rates`, `/tools/<name>`. */
  path: string;
  kind: ChangeKind;
  /** One plain sentence, no full stop. */
  words: string;
  /** Ids of the registered agents that are answered otherwise somewhere. */
  affects: string[];
  /** Those of them that are answered more mildly somewhere, as far as can be said. */
  gains: string[];
};

/**
 * @param agents every agent that is not retired
 * @returns in the order of the cells; empty when both say the same
 */
export function diffPolicies(before: PolicySet, after: PolicySet, agents: readonly AgentPolicyInput[]): Change[] {
  const [was, is] = [cellsOf(before), cellsOf(after)];
  const changed = [...new Set([...was.keys(), ...is.keys()])].filter(
    (path) => !sameValue(was.get(path)?.value, is.get(path)?.value),
  );
  const judged = new Map<string, Judged>();
  const step = stepper(before, agents, changed.length > mostLookedAt);
  const alone = changed.map((path) => ({ path, milder: stepper(before, [], true)(was, path, is.get(path)).milder }));
  let current = was;
  for (const { path } of [...alone.filter((one) => !one.milder), ...alone.filter((one) => one.milder)]) {
    judged.set(path, step(current, path, is.get(path)));
    current = withCell(current, path, is.get(path));
  }
  return [
    ...changed.map((path) => {
      const found = judged.get(path) as Judged;
      return {
        path,
        kind: kindOf(found),
        words: changeWords(path, was.get(path)?.value, is.get(path)?.value),
        affects: found.affects,
        gains: found.gains,
      };
    }),
    ...toolChanges(before.tools, after.tools, agents),
  ];
}

/** Above this many changes the agents are not looked at one by one: whoever may be concerned counts as concerned. */
const mostLookedAt = 100;

/** Whether any of the changes lets somebody do more. */
export function loosens(changes: readonly Pick<Change, "kind">[]): boolean {
  return changes.some(({ kind }) => kind === "loosening");
}

type Judged = Difference & { affects: string[]; gains: string[] };
type Cells = Map<string, Cell>;

function kindOf({ milder, stricter }: Difference): ChangeKind {
  return milder ? "loosening" : stricter ? "tightening" : "neutral";
}

function withCell(cells: Cells, path: string, cell: Cell | undefined): Cells {
  const next = new Map(cells);
  if (cell) next.set(path, cell);
  else next.delete(path);
  return next;
}

// ── One cell ────────────────────────────────────────────────────────────────────────────────────────────────────

/** Bands that fit some tools, or a guardrail, as they are before and after one cell changed. */
type Piece = {
  before: Part;
  after: Part;
  subjects: Subject[];
  /** The tools it is about; `null` for all of them. */
  concerns: (tool: Tool) => boolean;
  tier: TierKey | null;
};

function stepper(set: PolicySet, agents: readonly AgentPolicyInput[], roughly: boolean) {
  const tools = new Map(set.tools.map((tool) => [tool.name, tool]));
  return (cells: Cells, path: string, cell: Cell | undefined): Judged => {
    const segments = segmentsOf(path);
    if (segments[0] === "tiers" && segments[2] !== "effects" && segments[2] !== "tools") return nobody(unchanged);
    const made = segments[0] === "guardrails" ? withoutTiers : (held: Cells) => fromCells(held.values());
    const [was, is] = [made(cells), made(withCell(cells, path, cell))];
    if (path === "/escalation") return everybody(escalationChange(was.escalation, is.escalation), agents);
    if (path === "/rates") return everybody(ratesChange(was.rates, is.rates), agents);
    const pieces = piecesOf(segments, was, is, tools);
    const total: Judged = nobody({ milder: false, stricter: false });
    for (const piece of pieces) {
      const found = merge(piece.subjects.map((subject) => compareParts(piece.before, piece.after, subject)));
      total.milder ||= found.milder;
      total.stricter ||= found.stricter;
      if (!found.milder && !found.stricter) continue;
      if (roughly) roughlyConcerned(piece, agents, found, total);
      else concerned(piece, agents, tools, total);
    }
    return total;
  };
}

/** What a guardrail needs of a policy. Taking a large one apart for each of many changes would take long. */
function withoutTiers(cells: Cells): PolicyDraftContent {
  const rest = [...cells.values()].filter(({ path }) => !path.startsWith("/tiers/"));
  const guardrails = rest.flatMap(({ path, value }) => (path.startsWith("/guardrails/") ? [value as Guardrail] : []));
  return { ...fromCells(rest.filter(({ path }) => !path.startsWith("/guardrails/"))), guardrails };
}

const unchanged: Difference = { milder: false, stricter: false };

function nobody(difference: Difference): Judged {
  return { ...difference, affects: [], gains: [] };
}

function everybody(difference: Difference, agents: readonly AgentPolicyInput[]): Judged {
  const ids = agents.map(({ principal }) => principal.agentId);
  return {
    ...difference,
    affects: difference.milder || difference.stricter ? ids : [],
    gains: difference.milder ? ids : [],
  };
}

function merge(found: readonly Difference[]): Difference {
  return { milder: found.some(({ milder }) => milder), stricter: found.some(({ stricter }) => stricter) };
}

function escalationChange(was: ApprovalSpec, is: ApprovalSpec): Difference {
  return { milder: !asksAsMuch(is, was), stricter: !asksAsMuch(was, is) };
}

/** Every rate moves some limit or budget, and one that is missing turns a refusal into a question: only a person can say. */
function ratesChange(was: RateTable | undefined, is: RateTable | undefined): Difference {
  const counts = (rates: RateTable | undefined) => rates && { ...rates, source: undefined };
  return sameValue(counts(was), counts(is)) ? unchanged : { milder: true, stricter: true };
}

function piecesOf(
  [kind, name = "", part, last = ""]: string[],
  was: PolicyDraftContent,
  is: PolicyDraftContent,
  tools: ReadonlyMap<string, Tool>,
): Piece[] {
  if (kind === "guardrails") return [guardrailPiece(name, was, is)];
  if (kind === "lists") {
    const named = (when: Condition | undefined) => when !== undefined && namesList(when, name);
    return [
      ...was.guardrails.filter(({ when }) => named(when)).map(({ id }) => guardrailPiece(id, was, is)),
      ...was.tiers.flatMap(({ key, effects, tools: own }) => [
        ...effectClasses
          .filter((effect) => (effects[effect] ?? []).some(({ when }) => named(when)))
          .map((effect) => effectPiece(key, effect, was, is)),
        ...Object.entries(own ?? {})
          .filter(([, bands]) => bands.some(({ when }) => named(when)))
          .map(([tool]) => toolPiece(key, tool, was, is, tools)),
      ]),
    ];
  }
  const key = name as TierKey;
  return [part === "effects" ? effectPiece(key, last as EffectClass, was, is) : toolPiece(key, last, was, is, tools)];
}

function namesList(when: Condition, name: string): boolean {
  return comparisonsOf(when).some(({ operator, value }) => operator === "matchesList" && value === name);
}

const flags = [true, false] as const;

function effectPiece(key: TierKey, effect: EffectClass, was: PolicyDraftContent, is: PolicyDraftContent): Piece {
  return {
    before: bandsPart(was, tierOf(was, key)?.effects[effect]),
    after: bandsPart(is, tierOf(is, key)?.effects[effect]),
    subjects: flags.flatMap((reversible) =>
      flags.map((hasAmount) => inTheAbstract({ tier: key, effect, reversible, hasAmount })),
    ),
    concerns: (tool) => tool.effect === effect && tierOf(was, key)?.tools?.[tool.name] === undefined,
    tier: key,
  };
}

/** A tool's own bands stand in the place of those of its effect. What is not in the catalogue may come to be of any effect. */
function toolPiece(
  key: TierKey,
  name: string,
  was: PolicyDraftContent,
  is: PolicyDraftContent,
  tools: ReadonlyMap<string, Tool>,
): Piece {
  const tool = tools.get(name);
  const bands = (content: PolicyDraftContent, effect: EffectClass) => {
    const tier = tierOf(content, key);
    return tier?.tools?.[name] ?? tier?.effects[effect];
  };
  const subjects = (tool ? [tool.effect] : effectClasses).flatMap((effect) =>
    (tool ? [tool.reversible] : flags).flatMap((reversible) =>
      flags.map((hasAmount) => inTheAbstract({ tier: key, effect, reversible, hasAmount }, tool)),
    ),
  );
  const effect = tool?.effect ?? ("read" as const);
  return {
    before: bandsPart(was, bands(was, effect)),
    after: bandsPart(is, bands(is, effect)),
    subjects,
    concerns: (other) => other.name === name,
    tier: key,
  };
}

function tierOf(content: PolicyDraftContent, key: TierKey) {
  return content.tiers.find((tier) => tier.key === key);
}

function bandsPart({ lists, escalation }: PolicyDraftContent, bands: readonly Band[] | undefined): Part {
  return { bands: bands ?? [], lists: lists ?? {}, escalation };
}

/** A guardrail with those others that look at nothing else than it does: they may already say what it says. */
function guardrailPiece(id: string, was: PolicyDraftContent, is: PolicyDraftContent): Piece {
  const own = [...was.guardrails, ...is.guardrails].filter((one) => one.id === id);
  const looked = new Set(own.flatMap(comparisonTexts));
  const beside = was.guardrails.filter(
    (other) => other.id !== id && other.mode === "enforce" && comparisonTexts(other).every((text) => looked.has(text)),
  );
  const part = ({ guardrails, lists, escalation }: PolicyDraftContent): Part => ({
    guardrails: [...guardrails.filter((one) => one.id === id && one.mode === "enforce"), ...beside],
    lists: lists ?? {},
    escalation,
  });
  return {
    before: part(was),
    after: part(is),
    // Whose guardrail it is, its condition says; nothing is known beforehand.
    subjects: flags.map((hasAmount) => ({
      tier: "T4",
      effect: "read",
      reversible: true,
      hasAmount,
      fixed: () => null,
    })),
    concerns: () => true,
    tier: null,
  };
}

const textsOf = new WeakMap<Guardrail, readonly string[]>();

/** What a guardrail looks at; kept, because every change of one looks at all the others. */
function comparisonTexts(guardrail: Guardrail): readonly string[] {
  const known = textsOf.get(guardrail);
  if (known) return known;
  const made = comparisonsOf(guardrail.when).map(canonicalText);
  textsOf.set(guardrail, made);
  return made;
}

// ── Registered agents ───────────────────────────────────────────────────────────────────────────────────────────

/** What is known of a tier, an effect and a tool when no agent is. */
function inTheAbstract(subject: Omit<Subject, "fixed">, tool?: Tool): Subject {
  const known: Record<string, string | boolean> = {
    "principal.tier": subject.tier,
    "action.effect": subject.effect,
    "action.reversible": subject.reversible,
    ...(tool ? { "action.tool": tool.name, "action.source": tool.source } : {}),
  };
  return {
    ...subject,
    fixed: ({ attribute: { name } }) => (Object.hasOwn(known, name) ? { value: known[name] } : null),
  };
}

/** Adds the agents that a piece concerns, each judged by what is known of it and of its tools. */
function concerned(
  piece: Piece,
  agents: readonly AgentPolicyInput[],
  tools: ReadonlyMap<string, Tool>,
  total: Judged,
): void {
  const atoms = atomsOf(piece);
  const known = new Map<string, Difference>();
  const [affects, gains] = [new Set(total.affects), new Set(total.gains)];
  for (const { principal, mandate } of agents) {
    if (piece.tier !== null && principal.tier !== piece.tier) continue;
    for (const name of mandate.tools) {
      if (gains.has(principal.agentId)) break;
      const tool = tools.get(name);
      if (tool === undefined || !piece.concerns(tool)) continue;
      const fixed = ({ attribute }: Atom) => attribute.fixed?.(principal, tool) ?? null;
      const subject: Subject = {
        tier: principal.tier,
        effect: tool.effect,
        reversible: tool.reversible,
        hasAmount: tool.argumentRoles?.amount !== undefined,
        fixed,
      };
      const truths = atoms.map((atom) => {
        const value = fixed(atom);
        return value === null ? "open" : atom.test(value.value, null);
      });
      const key = [tool.effect, tool.reversible, subject.hasAmount, principal.tier, ...truths].join();
      const found = known.get(key) ?? compareParts(piece.before, piece.after, subject);
      known.set(key, found);
      if (found.milder || found.stricter) affects.add(principal.agentId);
      if (found.milder) gains.add(principal.agentId);
    }
  }
  total.affects = [...affects];
  total.gains = [...gains];
}

function roughlyConcerned(
  piece: Piece,
  agents: readonly AgentPolicyInput[],
  { milder }: Difference,
  total: Judged,
): void {
  const ids = agents.filter(({ principal }) => piece.tier === null || principal.tier === piece.tier).map(idOf);
  total.affects = [...new Set([...total.affects, ...ids])];
  if (milder) total.gains = [...new Set([...total.gains, ...ids])];
}

function idOf({ principal }: AgentPolicyInput): string {
  return principal.agentId;
}

function atomsOf({ before, after }: Piece): Atom[] {
  const found = new Map<string, Atom>();
  for (const { bands, guardrails, lists } of [before, after]) {
    for (const { when } of [...(bands ?? []), ...(guardrails ?? [])] as { when?: Condition }[]) {
      for (const comparison of when ? comparisonsOf(when) : []) {
        try {
          const atom = atomOf(comparison, lists);
          found.set(atom.key, atom);
        } catch {
          // What cannot be judged says nothing about an agent.
        }
      }
    }
  }
  return [...found.values()];
}

// ── Catalogue ───────────────────────────────────────────────────────────────────────────────────────────────────

/** The catalogue is changed tool by tool and confirmed there; here it is only said. What is not a removal or a block may loosen. */
function toolChanges(was: readonly Tool[], is: readonly Tool[], agents: readonly AgentPolicyInput[]): Change[] {
  const [before, after] = [new Map(was.map((tool) => [tool.name, tool])), new Map(is.map((tool) => [tool.name, tool]))];
  return [...new Set([...before.keys(), ...after.keys()])].flatMap((name) => {
    const [old, next] = [before.get(name), after.get(name)];
    if (sameValue(old, next)) return [];
    const path = `/tools/${name.replaceAll("/", "~1")}`;
    const judged = (tool: Tool | undefined) => tool && { ...tool, description: "", source: tool.source };
    const kind: ChangeKind = sameValue(judged(old), judged(next))
      ? "neutral"
      : next === undefined || (old && sameValue({ ...judged(old), status: "blocked" }, judged(next)))
        ? "tightening"
        : "loosening";
    const affects = agents
      .filter(({ mandate }) => mandate.tools.includes(name))
      .map(({ principal }) => principal.agentId);
    return [{ path, kind, words: changeWords(path, old, next), affects, gains: kind === "loosening" ? affects : [] }];
  });
}

/** A policy set with another draft's content and its own catalogue. */
export function withContent(set: PolicySet, content: PolicyDraftContent): PolicySet {
  return { version: 1, ...contentOf(content), tools: set.tools };
}
