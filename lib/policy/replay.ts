import { canonicalize } from "@/lib/json";
import { compileAgent, compilePolicy } from "./compile";
import { type ConditionEnvironment, FALSE, type Prepared, prepareCondition, specialize } from "./conditions";
import { evaluate } from "./evaluate";
import type { Unknown } from "./forecast-schema";
import { fixedValues } from "./layers/fixed-values";
import { isOmitted, mayBeOmitted, neverThere, type ReplayFacts } from "./replay-facts";
import type { Band, Comparison, Condition, Guardrail, Mandate, PolicySet, Tier, Tool } from "./schema";
import type { AgentPolicyInput, CompiledAgent, Outcome, PolicyRequest, Principal } from "./types";

/**
 * Judges past decisions again, by the policy in force and by a draft, from the facts that were kept of them. Agents are taken as they are now.
 *
 * INVARIANT (nothing is guessed): where a rule looks at a fact that was not kept, every answer the fact could lead to is worked out, and only what all of them agree on is
 * said. What was found that no draft touches (standing of the agent, budgets, an approval that was gone) counts as it was found.
 */
export type Verdict =
  | { kind: "same" }
  /** Asked before and after, but of others. */
  | { kind: "regrouped"; before: Asked; after: Asked }
  | { kind: "changed"; from: Outcome; to: Outcome; before: Asked | null; after: Asked | null }
  | { kind: "unknown"; why: Unknown; attribute?: string };

/** Who is asked: groups by name, none meaning any approver, and how many of them. */
export type Asked = { groups: readonly string[]; quorum: number };

export type Replay = {
  /** Whether the draft can change anything for an agent and a tool, and whether the time of day decides too. `null`: every such call is answered as before. */
  concerns(agent: AgentPolicyInput, tool: string): { timed: boolean } | null;
  /** @param at epoch milliseconds of the decision */
  judge(agent: AgentPolicyInput, facts: ReplayFacts, at: number): Verdict;
};

/** More facts in doubt than this, and nothing is said. */
const mostInDoubt = 4;

/**
 * @param before   the policy in force
 * @param after    the draft with the same catalogue
 * @param recorded the policy that a hash names, to know which guardrails a decision was made under
 */
export function compileReplay(
  before: PolicySet,
  after: PolicySet,
  recorded: (hash: string) => PolicySet | undefined,
): Replay {
  const [left, right] = [sideOf(before), sideOf(after)];
  const difference = differenceOf(left, right);
  const pairs = new Map<string, Pair | null>();
  const tools = new Map(before.tools.map((tool) => [tool.name, tool]));
  const pairOf = (agent: AgentPolicyInput, name: string): Pair | null => {
    const key = `${agent.principal.agentId} ${name}`;
    const known = pairs.get(key);
    if (known !== undefined) return known;
    const tool = tools.get(name);
    const pair = tool ? pairFor(left, right, difference, standing(agent), tool) : null;
    pairs.set(key, pair);
    return pair;
  };
  return {
    concerns: (agent, tool) => {
      const pair = pairOf(agent, tool);
      return pair === null ? null : { timed: pair.timed };
    },
    judge: (agent, facts, at) => {
      const pair = pairOf(agent, facts.tool);
      if (pair === null) return { kind: "same" };
      if (facts.partial) return { kind: "unknown", why: "not_kept" };
      return judgeBy(pair, facts, at, recorded);
    },
  };
}

// ── Two policies ────────────────────────────────────────────────────────────────────────────────────────────────

/** One of the two policies, with what is looked up often. The catalogue's schemas are left out: arguments are no longer whole, and what they broke is in the record. */
type Side = {
  set: PolicySet;
  environment: ConditionEnvironment;
  tiers: ReadonlyMap<string, Tier>;
  guardrails: ReadonlyMap<string, Guardrail>;
  /** Guardrails that look at facts which may not have been kept, or at the time. */
  soft: readonly Guardrail[];
  timed: readonly Guardrail[];
  prepared: Map<Guardrail, Prepared | null>;
  lists: ReadonlyMap<string, string>;
};

function sideOf(set: PolicySet): Side {
  return {
    set,
    environment: { lists: set.lists ?? {} },
    tiers: new Map(set.tiers.map((tier) => [tier.key, tier])),
    guardrails: new Map(set.guardrails.map((guardrail) => [guardrail.id, guardrail])),
    soft: set.guardrails.filter(({ when }) => comparisonsOf(when).some(({ attribute }) => mayBeOmitted(attribute))),
    timed: set.guardrails.filter(({ when }) => comparisonsOf(when).some(({ attribute }) => attribute === "time.now")),
    prepared: new Map(),
    lists: new Map(Object.entries(set.lists ?? {}).map(([name, list]) => [name, canonicalize(list)])),
  };
}

type Difference = {
  /** What every agent and tool rests on. */
  everywhere: boolean;
  guardrails: readonly { side: Side; guardrail: Guardrail }[];
  lists: ReadonlySet<string>;
};

function differenceOf(before: Side, after: Side): Difference {
  const lists = new Set<string>();
  for (const name of new Set([...before.lists.keys(), ...after.lists.keys()]))
    if (before.lists.get(name) !== after.lists.get(name)) lists.add(name);
  const everywhere =
    canonicalize(before.set.escalation) !== canonicalize(after.set.escalation) ||
    canonicalize(before.set.rates ?? null) !== canonicalize(after.set.rates ?? null);
  const guardrails: { side: Side; guardrail: Guardrail }[] = [];
  for (const [side, other] of [
    [before, after],
    [after, before],
  ] as const) {
    for (const guardrail of side.guardrails.values()) {
      const twin = other.guardrails.get(guardrail.id);
      if (twin === undefined || ruleText(twin) !== ruleText(guardrail) || namesList(guardrail.when, lists))
        guardrails.push({ side, guardrail });
    }
  }
  return { everywhere, guardrails, lists };
}

/** What a guardrail does, without its words. */
function ruleText({ when, effect, mode }: Guardrail): string {
  return canonicalize({ when, effect, mode });
}

function namesList(condition: Condition, lists: ReadonlySet<string>): boolean {
  return lists.size > 0 && comparisonsOf(condition).some((one) => lists.has(listOf(one) ?? ""));
}

function listOf({ operator, value }: Comparison): string | null {
  return operator === "matchesList" && typeof value === "string" ? value : null;
}

// ── One agent and one tool ──────────────────────────────────────────────────────────────────────────────────────

type Pair = {
  agent: AgentPolicyInput;
  tool: Tool;
  timed: boolean;
  before: Side;
  after: Side;
  /** Comparisons with facts that may not have been kept. */
  soft: readonly { side: Side; comparison: Comparison }[];
  /** Guardrails about such facts that concern agent and tool. */
  softGuardrails: readonly { side: Side; guardrail: Guardrail }[];
  /** By what was not kept of a decision. */
  plans: Map<string, Plan>;
  /** What the two policies come to, by what is put in the place of comparisons and guardrails. */
  compiled: Map<string, Policies>;
};

/** The agent as far as rules go: whether it was active, in its term and pinned is in the record. */
function standing({ principal, mandate }: AgentPolicyInput): AgentPolicyInput {
  const { expiresAt: _expiresAt, ...rest } = principal;
  return { principal: { ...rest, status: "active", version: principal.version ?? "unpinned" }, mandate };
}

/** `null` when the draft changes nothing for the two. */
function pairFor(before: Side, after: Side, difference: Difference, agent: AgentPolicyInput, tool: Tool): Pair | null {
  const { principal, mandate } = agent;
  const bands = [bandsOf(before, principal, tool), bandsOf(after, principal, tool)] as const;
  const limits = (mandate.limits ?? []).filter((limit) => limit.tool === tool.name);
  const conditions = [...bands.flatMap((list) => list ?? []), ...limits].flatMap(({ when }) => (when ? [when] : []));
  const differs =
    difference.everywhere ||
    canonicalize(bands[0] ?? null) !== canonicalize(bands[1] ?? null) ||
    conditions.some((when) => namesList(when, difference.lists)) ||
    difference.guardrails.some(({ side, guardrail }) => mayFire(side, guardrail, principal, tool));
  if (!differs) return null;

  const both = [before, after];
  const concerning = (of: "soft" | "timed") =>
    both.flatMap((side) =>
      side[of].filter((one) => mayFire(side, one, principal, tool)).map((guardrail) => ({ side, guardrail })),
    );
  const softGuardrails = concerning("soft");
  const ofRules = [
    ...both.flatMap((side) => conditions.map((when) => ({ side, when }))),
    ...softGuardrails.map(({ side, guardrail }) => ({ side, when: guardrail.when })),
  ];
  const soft = ofRules.flatMap(({ side, when }) =>
    comparisonsOf(when)
      .filter(({ attribute }) => mayBeOmitted(attribute))
      .map((comparison) => ({ side, comparison })),
  );
  const timed =
    mandate.hours !== undefined ||
    concerning("timed").length > 0 ||
    conditions.some((when) => comparisonsOf(when).some(({ attribute }) => attribute === "time.now"));
  return { agent, tool, timed, before, after, soft, softGuardrails, plans: new Map(), compiled: new Map() };
}

function bandsOf(side: Side, principal: Principal, tool: Tool): readonly Band[] | undefined {
  const tier = side.tiers.get(principal.tier);
  if (!tier) return undefined;
  return (tier.tools && Object.hasOwn(tier.tools, tool.name) ? tier.tools[tool.name] : tier.effects[tool.effect]) ?? [];
}

/** False only when the condition is false for every call of this agent with this tool. */
function mayFire(side: Side, guardrail: Guardrail, principal: Principal, tool: Tool): boolean {
  let prepared = side.prepared.get(guardrail);
  if (prepared === undefined) {
    try {
      prepared = prepareCondition(guardrail.when, side.environment);
    } catch {
      prepared = null;
    }
    side.prepared.set(guardrail, prepared);
  }
  return prepared === null || specialize(prepared, fixedValues(principal, tool)).constant !== FALSE;
}

// ── One decision ────────────────────────────────────────────────────────────────────────────────────────────────

function judgeBy(
  pair: Pair,
  facts: ReplayFacts,
  at: number,
  recorded: (hash: string) => PolicySet | undefined,
): Verdict {
  const { policies, attribute } = planFor(pair, facts, recorded);
  let common: Verdict | null = null;
  for (const each of policies ?? []) {
    const verdict = verdictOf(each, pair, facts, at);
    if (common !== null && !sameVerdict(common, verdict)) return { kind: "unknown", why: "not_kept", attribute };
    common = verdict;
  }
  return common ?? { kind: "unknown", why: "not_kept", attribute };
}

/** What a decision has to be judged by: the two policies, once for each way in which what was not kept could be. `null` when there are too many ways. */
type Plan = { policies: readonly Policies[] | null; attribute: string };
type Policies = { before: CompiledAgent; after: CompiledAgent };

/** Decisions of one agent with one tool differ little in what was not kept of them, so that plans are few. */
function planFor(pair: Pair, facts: ReplayFacts, recorded: (hash: string) => PolicySet | undefined): Plan {
  const { soft, plans } = pair;
  const key =
    facts.omitted.length === 0 || soft.length === 0
      ? ""
      : `${facts.omitted.join(" ")}\n${facts.fired.join(" ")}\n${facts.policy}\n${facts.held}`;
  const made = plans.get(key);
  if (made) return made;
  const { fired, values, inDoubt } = known(pair, facts, recorded);
  const attribute = inDoubt[0]?.attribute ?? "";
  const policies =
    inDoubt.length > mostInDoubt
      ? null
      : [...assignments(inDoubt.map((one) => one.key))].map((assigned) =>
          policiesFor(pair, fired, new Map([...values, ...assigned])),
        );
  const plan = { policies, attribute };
  plans.set(key, plan);
  return plan;
}

function sameVerdict(one: Verdict, other: Verdict): boolean {
  return one === other || canonicalize(one) === canonicalize(other);
}

type Value = "true" | "false" | "missing";
type Known = {
  /** Whether a guardrail fired, by its text, where the record tells. */
  fired: ReadonlyMap<string, boolean>;
  /** What comparisons come to although their fact was not kept: whether it was there. */
  values: ReadonlyMap<string, Value>;
  /** Comparisons of which nothing is known. */
  inDoubt: readonly { key: string; attribute: string }[];
};

function known(pair: Pair, facts: ReplayFacts, recorded: (hash: string) => PolicySet | undefined): Known {
  const nothing: Known = { fired: new Map(), values: new Map(), inDoubt: [] };
  if (facts.omitted.length === 0 || pair.soft.length === 0) return nothing;
  const unkept = (comparison: Comparison) => isOmitted(comparison.attribute, facts, pair.tool);
  if (!pair.soft.some(({ comparison }) => unkept(comparison))) return nothing;

  const fired = new Map<string, boolean>();
  const then = recorded(facts.policy);
  const settled = new Set<string>();
  for (const { side, guardrail } of pair.softGuardrails) {
    if (!comparisonsOf(guardrail.when).some(unkept)) continue;
    const twin = then?.guardrails.find((one) => one.id === guardrail.id);
    if (!twin || !then || canonicalize(twin.when) !== canonicalize(guardrail.when)) continue;
    if (!sameLists(guardrail.when, then, side.set)) continue;
    // An allow that spent an approval no longer says which rules had asked.
    if (facts.held && twin.mode === "enforce" && twin.effect !== "deny") continue;
    fired.set(ruleKey(side, guardrail), facts.fired.includes(guardrail.id));
    settled.add(ruleKey(side, guardrail));
  }
  const values = new Map<string, Value>();
  const inDoubt = new Map<string, { key: string; attribute: string }>();
  const consider = (side: Side, condition: Condition) => {
    for (const comparison of comparisonsOf(condition)) {
      if (!unkept(comparison)) continue;
      const key = comparisonKey(side, comparison);
      if (comparison.operator === "exists" && isCertainlyThere(comparison.attribute, facts, pair.tool))
        values.set(key, comparison.value === false ? "false" : "true");
      else inDoubt.set(key, { key, attribute: comparison.attribute });
    }
  };
  for (const side of [pair.before, pair.after]) {
    for (const band of bandsOf(side, pair.agent.principal, pair.tool) ?? []) if (band.when) consider(side, band.when);
    for (const limit of pair.agent.mandate.limits ?? [])
      if (limit.tool === pair.tool.name && limit.when) consider(side, limit.when);
  }
  for (const { side, guardrail } of pair.softGuardrails)
    if (!settled.has(ruleKey(side, guardrail))) consider(side, guardrail.when);
  return { fired, values, inDoubt: [...inDoubt.values()] };
}

function sameLists(when: Condition, one: PolicySet, other: PolicySet): boolean {
  return comparisonsOf(when).every((comparison) => {
    const name = listOf(comparison);
    return name === null || canonicalize(one.lists?.[name] ?? null) === canonicalize(other.lists?.[name] ?? null);
  });
}

/** The fact itself was there, not only something around it. */
function isCertainlyThere(attribute: string, facts: ReplayFacts, tool: Tool): boolean {
  if (attribute === "action.content") {
    return [tool.argumentRoles?.content ?? []].flat().some((pointer) => facts.omitted.includes(`arguments${pointer}`));
  }
  return facts.omitted.includes(attribute);
}

function* assignments(keys: readonly string[]): Generator<Map<string, Value>> {
  const [first, ...rest] = keys;
  if (first === undefined) return void (yield new Map());
  for (const others of assignments(rest))
    for (const value of ["true", "false", "missing"] as const) yield new Map([...others, [first, value]]);
}

/** What a comparison is, with the list it looks in, so that the same words about another list are another comparison. */
function comparisonKey(side: Side, comparison: Comparison): string {
  const list = listOf(comparison);
  return `${canonicalize(comparison)}${list === null ? "" : (side.lists.get(list) ?? "")}`;
}

function ruleKey(side: Side, guardrail: Guardrail): string {
  return comparisonsOf(guardrail.when)
    .map((comparison) => comparisonKey(side, comparison))
    .concat(guardrail.id, canonicalize(guardrail.when))
    .join("\n");
}

// ── The two policies with what is known put in ──────────────────────────────────────────────────────────────────

const constants: Record<Value, Comparison> = {
  true: { attribute: "action.tool", operator: "exists" },
  false: { attribute: "action.tool", operator: "exists", value: false },
  missing: { attribute: `context.${neverThere}`, operator: "eq", value: "" },
};

function policiesFor(pair: Pair, fired: ReadonlyMap<string, boolean>, values: ReadonlyMap<string, Value>): Policies {
  const key = [...[...fired].map(String).sort(), ...[...values].map(String).sort()].join("\n");
  const made = pair.compiled.get(key);
  if (made) return made;
  const policies = {
    before: compileSide(pair, pair.before, fired, values),
    after: compileSide(pair, pair.after, fired, values),
  };
  pair.compiled.set(key, policies);
  return policies;
}

/** One policy for one agent and tool: what concerns others is left out. */
function compileSide(
  { agent, tool }: Pair,
  side: Side,
  fired: ReadonlyMap<string, boolean>,
  values: ReadonlyMap<string, Value>,
): CompiledAgent {
  const put = (when: Condition) => (values.size === 0 ? when : replaced(when, side, values));
  const bandsWith = (bands: readonly Band[]): Band[] =>
    bands.map((band) => (band.when ? { ...band, when: put(band.when) } : band));
  const tier = side.tiers.get(agent.principal.tier);
  const own = tier?.tools && Object.hasOwn(tier.tools, tool.name) ? tier.tools[tool.name] : undefined;
  const { argumentSchema: _argumentSchema, fingerprint: _fingerprint, ...called } = tool;
  const set: PolicySet = {
    ...side.set,
    tools: [called],
    tiers: tier
      ? [
          {
            ...tier,
            effects: { ...tier.effects, [tool.effect]: bandsWith(tier.effects[tool.effect] ?? []) },
            ...(own ? { tools: { [tool.name]: bandsWith(own) } } : { tools: {} }),
          },
        ]
      : [],
    guardrails: side.set.guardrails
      .filter((guardrail) => mayFire(side, guardrail, agent.principal, tool))
      .map((guardrail) => {
        const known = fired.size === 0 ? undefined : fired.get(ruleKey(side, guardrail));
        return { ...guardrail, when: known === undefined ? put(guardrail.when) : constants[known ? "true" : "false"] };
      }),
  };
  const mandate: Mandate = {
    ...agent.mandate,
    ...(agent.mandate.limits
      ? { limits: agent.mandate.limits.map((limit) => (limit.when ? { ...limit, when: put(limit.when) } : limit)) }
      : {}),
  };
  return compileAgent(compilePolicy(set), { principal: agent.principal, mandate });
}

function replaced(condition: Condition, side: Side, values: ReadonlyMap<string, Value>): Condition {
  if ("all" in condition) return { all: condition.all.map((part) => replaced(part, side, values)) };
  if ("any" in condition) return { any: condition.any.map((part) => replaced(part, side, values)) };
  if ("not" in condition) return { not: replaced(condition.not, side, values) };
  const value = values.get(comparisonKey(side, condition));
  return value === undefined ? condition : constants[value];
}

// ── What the two come to ────────────────────────────────────────────────────────────────────────────────────────

type Answer = { outcome: Outcome; asked: Asked | null };

const same: Verdict = Object.freeze({ kind: "same" });

function verdictOf(policies: Policies, pair: Pair, facts: ReplayFacts, at: number): Verdict {
  const before = answerOf(policies.before, pair.before, facts, at);
  const after = answerOf(policies.after, pair.after, facts, at);
  if (facts.held) {
    // It was asked and approved. Where it is asked less the approval is not needed, where it is asked more it was given; only a denial stops it.
    if ((before.outcome === "deny") === (after.outcome === "deny")) return same;
    if (before.outcome === "deny") return { kind: "unknown", why: "other_rules" };
    return { kind: "changed", from: "allow", to: "deny", before: null, after: null };
  }
  if (before.outcome !== facts.outcome)
    return before.outcome === after.outcome ? same : { kind: "unknown", why: "other_rules" };
  if (before.outcome !== after.outcome)
    return { kind: "changed", from: before.outcome, to: after.outcome, before: before.asked, after: after.asked };
  if (before.asked && after.asked && !sameAsked(before.asked, after.asked))
    return { kind: "regrouped", before: before.asked, after: after.asked };
  return same;
}

function sameAsked(one: Asked, other: Asked): boolean {
  return one.quorum === other.quorum && one.groups.join(" ") === other.groups.join(" "); // a group's key has no space
}

function answerOf(agent: CompiledAgent, side: Side, facts: ReplayFacts, at: number): Answer {
  const request = {
    principal: agent.principal,
    action: { tool: facts.tool },
    resource: facts.resource,
    arguments: facts.arguments,
    context: facts.context,
  } as PolicyRequest;
  const { outcome, approval } = evaluate(request, agent, at);
  if (outcome === "deny" || facts.carried?.effect === "deny") return { outcome: "deny", asked: null };
  if (outcome === "allow" && !facts.carried) return { outcome, asked: null };
  const { groups, quorum } = approval ?? side.set.escalation;
  return { outcome: "approval_required", asked: { groups: [...groups].sort(), quorum } };
}

const comparisons = new WeakMap<Condition, readonly Comparison[]>();

function comparisonsOf(condition: Condition): readonly Comparison[] {
  const known = comparisons.get(condition);
  if (known) return known;
  const found =
    "all" in condition
      ? condition.all.flatMap(comparisonsOf)
      : "any" in condition
        ? condition.any.flatMap(comparisonsOf)
        : "not" in condition
          ? comparisonsOf(condition.not)
          : [condition];
  comparisons.set(condition, found);
  return found;
}
