import { convertAmount, currencyExponent, formatAmount } from "@/lib/money";
import { compileAgent, compilePolicy } from "./compile";
import { minorOf, prepareCondition, specialize, type Threshold } from "./conditions";
import { describeCondition } from "./describe";
import { evaluate } from "./evaluate";
import { fixedValues } from "./layers/fixed-values";
import { hoursText, list, quoted, whoMustApprove } from "./messages";
import { probeRequest, type Reach, reaches, type Wish, waysToMeet, withAmount, workingTime } from "./probe-request";
import type { Budget, Condition, Money, PolicySet, Tool } from "./schema";
import type {
  AgentPolicyInput,
  CompiledAgent,
  CompiledPolicy,
  Evaluation,
  Finding,
  Layer,
  PolicyRequest,
} from "./types";

/**
 * What an agent may really do with a tool, found by asking the engine: `evaluate` is tried at every amount where an answer
 * can change, towards whom the mandate names and whom it does not. So it says what decisions will say, whatever layer says it.
 */

export type EffectiveAuthority = {
  /** The most it does alone; `unlimited` without a limit or an amount; `null` when it never acts alone. */
  allowUpTo: Money | "unlimited" | null;
  /** The most it may do when people approve, where that is more than it does alone; else `null`. */
  approvalUpTo: Money | "unlimited" | null;
  /** Every probe was refused. */
  never: boolean;
  /** The currency the amounts are in; `null` for a tool without amounts. */
  currency: string | null;
  /** What has to hold for the amounts above, and what narrows them, in words. */
  conditions: string[];
  /** The rule that sets the first limit; when nothing limits it, the one that allows. */
  decidedBy: { layer: Layer; ruleId: string };
  /** Who has to approve what is asked first: `one person of Finance must approve`. */
  whoMustApprove: string | null;
};

type Answer = {
  alone: bigint | null;
  asked: bigint | null;
  /** Whether some smaller amount is judged more strictly. */
  gap: boolean;
  first: Evaluation;
  /** The answer right above what passes alone. */
  above: Evaluation | null;
  ask: Evaluation | null;
};
type World = { reach: Reach; wishes: readonly Wish[]; when: Condition | null };

/**
 * @param policy compiled for the probes; its argument schemas do not matter here
 * @param agent  as the registry has it: one that is not active may do nothing
 * @param name   of the tool
 * @param now    epoch milliseconds, UTC; outside the agent's hours, its next hours are asked about
 */
export function effectiveAuthority(
  policy: CompiledPolicy,
  agent: AgentPolicyInput,
  name: string,
  now: number,
): EffectiveAuthority {
  const probing = withoutSchemas(policy);
  const compiled = compileAgent(probing, agent);
  const tool = probing.tools.get(name);
  const at = workingTime(agent.mandate, now);
  if (tool === undefined) {
    const refusal = evaluate(
      { principal: agent.principal, action: { tool: name }, arguments: {}, context: {} },
      compiled,
      at,
    );
    return nothing(refusal, null);
  }
  const currency = currencyOf(policy.set, agent, tool);
  const points = currency === null ? null : pointsOf(policy, agent, tool, currency, at);
  const asked = worldsOf(policy.set, agent, tool).flatMap((world) => {
    const request = probeRequest(agent.principal, agent.mandate, tool, world.reach, world.wishes);
    return request === null ? [] : [{ world, answer: answerOf(request, compiled, tool, currency, points, at) }];
  });
  const best = mostOf(asked, ({ alone, asked }) => [alone, asked]);
  const widest = mostOf([best, ...asked], ({ asked }) => [asked]);
  const { alone, first, above } = best.answer;
  const most = widest.answer.asked;
  if (most === null) return nothing(first, currency);
  const top = points?.at(-1) ?? 0n;
  const money = (minor: bigint): Money | "unlimited" =>
    currency === null || minor >= top ? "unlimited" : { amount: formatAmount(minor, currency), currency };
  const asker = best.answer.ask ?? widest.answer.ask;
  return {
    allowUpTo: alone === null ? null : money(alone),
    approvalUpTo: alone !== null && alone >= most ? null : money(most),
    never: false,
    currency,
    conditions: [
      ...conditionsOf(asked, best),
      ...(widest === best ? [] : [`with approval only ${reachWords[widest.world.reach]}`]),
      ...(best.answer.gap || widest.answer.gap ? [gapWords] : []),
      ...narrowing(policy, agent, tool),
    ],
    decidedBy: decider(above ?? first),
    whoMustApprove: asker?.approval ? whoMustApprove(asker.approval) : null,
  };
}

type Asked = { world: World; answer: Answer };

function nothing(refusal: Evaluation, currency: string | null): EffectiveAuthority {
  return {
    allowUpTo: null,
    approvalUpTo: null,
    never: true,
    currency,
    conditions: [],
    decidedBy: decider(refusal),
    whoMustApprove: null,
  };
}

/** The gravest reason; among those that allow, the tier's, because the mandate only names the tool. */
function decider({ reasons, outcome }: Evaluation): { layer: Layer; ruleId: string } {
  const told = outcome === "allow" ? (reasons.find(({ layer }) => layer === "tier") ?? reasons[0]) : reasons[0];
  const { layer, ruleId } = told as Finding;
  return { layer, ruleId };
}

// ── Probing ─────────────────────────────────────────────────────────────────────────────────────────────────────

const probing = new WeakMap<CompiledPolicy, CompiledPolicy>();

/** A probe has no real arguments, and their shape is no matter of authority. */
function withoutSchemas(policy: CompiledPolicy): CompiledPolicy {
  const made = probing.get(policy);
  if (made) return made;
  const tools = policy.set.tools.map(({ argumentSchema: _, ...tool }) => tool);
  const bare = compilePolicy({ ...policy.set, tools });
  probing.set(policy, bare);
  return bare;
}

/** Towards whom, and with what else a band of the tier asks for. The plain ones first: of equals the first is taken. */
function worldsOf(set: PolicySet, { principal }: AgentPolicyInput, tool: Tool): World[] {
  const tier = set.tiers.find(({ key }) => key === principal.tier);
  const bands = tier?.tools?.[tool.name] ?? tier?.effects[tool.effect] ?? [];
  const worlds: World[] = reaches.map((reach) => ({ reach, wishes: [], when: null }));
  for (const { when, then } of bands) {
    if (when === undefined || then === "deny") continue;
    for (const wishes of waysToMeet(when, set)) {
      if (wishes.length > 0) worlds.push(...reaches.map((reach) => ({ reach, wishes, when })));
    }
  }
  return worlds;
}

/** The largest amounts that pass alone and that pass at all, and whether smaller ones do not. */
function answerOf(
  request: PolicyRequest,
  agent: CompiledAgent,
  tool: Tool,
  currency: string | null,
  points: readonly bigint[] | null,
  now: number,
): Answer {
  const evaluations =
    currency === null || points === null
      ? [{ minor: 0n, evaluation: evaluate(request, agent, now) }]
      : points.map((minor) => ({
          minor,
          evaluation: evaluate(withAmount(request, tool, formatAmount(minor, currency), currency), agent, now),
        }));
  const outcomes = evaluations.map(({ evaluation }) => evaluation.outcome);
  const alone = outcomes.lastIndexOf("allow");
  const asked = outcomes.findLastIndex((outcome) => outcome !== "deny");
  const at = (index: number) => evaluations[index]?.evaluation ?? null;
  return {
    alone: evaluations[alone]?.minor ?? null,
    asked: evaluations[asked]?.minor ?? null,
    gap: outcomes.some(
      (outcome, index) => (index < alone && outcome !== "allow") || (index < asked && outcome === "deny"),
    ),
    first: at(0) as Evaluation,
    above: at(alone + 1),
    ask: at(outcomes.indexOf("approval_required")),
  };
}

/** The one with the most, comparing one amount after the other; of equals the first. */
function mostOf(asked: readonly Asked[], by: (answer: Answer) => (bigint | null)[]): Asked {
  return asked.reduce((best, next) => (isMore(by(next.answer), by(best.answer)) ? next : best), asked[0] as Asked);
}

function isMore(one: readonly (bigint | null)[], other: readonly (bigint | null)[]): boolean {
  const at = one.findIndex((amount, index) => (amount ?? -1n) !== (other[index] ?? -1n));
  return at >= 0 && (one[at] ?? -1n) > (other[at] ?? -1n);
}

// ── Amounts ─────────────────────────────────────────────────────────────────────────────────────────────────────

/** The currency a person would ask in: the tool's, else that of the tier, else of the mandate. */
function currencyOf(set: PolicySet, { principal, mandate }: AgentPolicyInput, tool: Tool): string | null {
  if (tool.argumentRoles?.amount === undefined) return null;
  const tier = set.tiers.find(({ key }) => key === principal.tier);
  const named = [
    tool.argumentRoles.currency === undefined ? tool.currency : undefined,
    ...(tier?.tools?.[tool.name] ?? tier?.effects[tool.effect] ?? []).map((band) => band.currency),
    ...(mandate.limits ?? []).filter((limit) => limit.tool === tool.name).map((limit) => limit.currency),
    ...(mandate.budgets ?? []).map((budget) => budget.currency),
    tool.currency,
    "EUR",
  ];
  return named.find((code) => code !== undefined && currencyExponent(code) !== undefined) ?? null;
}

/** One minor unit, both sides of every threshold, and an amount above all of them. */
function pointsOf(
  policy: CompiledPolicy,
  { principal, mandate }: AgentPolicyInput,
  tool: Tool,
  currency: string,
  now: number,
): bigint[] {
  const { set } = policy;
  const tier = set.tiers.find(({ key }) => key === principal.tier);
  const bands = tier?.tools?.[tool.name] ?? tier?.effects[tool.effect] ?? [];
  const limits = (mandate.limits ?? []).filter((limit) => limit.tool === tool.name);
  const budgets = (mandate.budgets ?? []).map(({ amount, currency: held }) => ({ upTo: amount, currency: held }));
  const amounts = [...bands, ...limits, ...budgets].flatMap(({ upTo, currency: held }) =>
    upTo === undefined || held === undefined ? [] : [{ amount: upTo, currency: held }],
  );
  const conditions = [...bands, ...limits].flatMap(({ when }) => (when ? [when] : []));
  amounts.push(...conditions.flatMap(moneyIn), ...guardrailMoney(set));
  const exponent = currencyExponent(currency) ?? 2;
  const top = 10n ** BigInt(18 + exponent) - 1n;
  const points = new Set<bigint>([1n, top]);
  for (const amount of amounts) {
    const threshold = thresholdOf(amount);
    const most = threshold && mostWithin(threshold, currency, policy, now, top);
    if (most === null || most === undefined) continue;
    for (const point of [most - 1n, most, most + 1n]) if (point > 0n && point < top) points.add(point);
  }
  return [...points].sort((one, other) => (one < other ? -1 : 1));
}

function thresholdOf(amount: Money): Threshold | null {
  try {
    return minorOf(amount);
  } catch {
    return null; // a band that cannot be judged counts whatever the amount
  }
}

/** The largest amount in `currency` that does not exceed a threshold, through the rates; `null` without a rate. */
function mostWithin(
  threshold: Threshold,
  currency: string,
  policy: CompiledPolicy,
  now: number,
  top: bigint,
): bigint | null {
  if (threshold.currency === currency) return threshold.minor;
  const { rates } = (policy.internals as { parts: { rates: Parameters<typeof convertAmount>[3] } }).parts;
  const within = (minor: bigint) => {
    const converted = convertAmount(minor, currency, threshold.currency, rates, now);
    return converted === null ? null : converted.minor <= threshold.minor;
  };
  if (within(0n) === null) return null;
  let [low, high] = [0n, top];
  while (low < high) {
    const middle = (low + high + 1n) / 2n;
    if (within(middle)) low = middle;
    else high = middle - 1n;
  }
  return low;
}

const moneyOfGuardrails = new WeakMap<PolicySet, Money[]>();

function guardrailMoney(set: PolicySet): Money[] {
  const known = moneyOfGuardrails.get(set);
  if (known) return known;
  const found = new Map(
    set.guardrails.flatMap(({ when }) => moneyIn(when).map((one) => [`${one.amount} ${one.currency}`, one] as const)),
  );
  const made = [...found.values()];
  moneyOfGuardrails.set(set, made);
  return made;
}

/** Every amount a condition compares with. */
function moneyIn(condition: Condition): Money[] {
  if ("all" in condition) return condition.all.flatMap(moneyIn);
  if ("any" in condition) return condition.any.flatMap(moneyIn);
  if ("not" in condition) return moneyIn(condition.not);
  return [condition.value].flat().filter((value): value is Money => typeof value === "object" && "amount" in value);
}

// ── Words ───────────────────────────────────────────────────────────────────────────────────────────────────────

/** What the best probe needed that a plainer one did not have. */
function conditionsOf(asked: readonly Asked[], best: Asked): string[] {
  const { world, answer } = best;
  const found: string[] = [];
  if (world.when) found.push(`only where ${describeCondition(world.when)}`);
  const elsewhere = asked.find(({ world: other }) => other.reach === "unnamed" && other.when === world.when);
  if (world.reach !== "unnamed" && elsewhere) {
    const rest = elsewhere.answer.asked === null ? "anything else is refused" : "for the rest a person is asked sooner";
    if (isMore([answer.alone, answer.asked], [elsewhere.answer.alone, elsewhere.answer.asked]))
      found.push(`only ${reachWords[world.reach]}; ${rest}`);
  }
  return found;
}

const reachWords: Record<Reach, string> = {
  named: "towards whom and what the mandate names",
  unnamed: "towards whom and what the mandate does not name",
  nothing: "where it reaches nobody and no place",
};

const gapWords = "not every smaller amount: some are judged more strictly";

/** Above this many, the guardrails are mentioned and not listed. */
const mostListed = 5000;

/** What the mandate, the budgets and the guardrails take from it, call by call. */
function narrowing({ set }: CompiledPolicy, { principal, mandate }: AgentPolicyInput, tool: Tool): string[] {
  const found: string[] = [];
  if (mandate.hours) found.push(`only ${hoursText(mandate.hours)}`);
  if (mandate.regions) found.push(`only in ${list(mandate.regions.slice(0, 5).map(quoted))}`);
  if (mandate.dataClasses) found.push(`only data of the class ${list(mandate.dataClasses.slice(0, 5).map(quoted))}`);
  if (mandate.purposes) found.push(`only for ${list(mandate.purposes.slice(0, 5).map(quoted))}`);
  for (const limit of mandate.limits ?? []) {
    if (limit.tool === tool.name && limit.when)
      found.push(
        `where not (${describeCondition(limit.when)}), ${limit.otherwise === "deny" ? "refused" : "a person is asked"}`,
      );
  }
  for (const budget of mandate.budgets ?? []) {
    const concerns = budget.tools === undefined ? tool.effect !== "read" : budget.tools.includes(tool.name);
    if (concerns) found.push(budgetWords(budget));
  }
  if (set.guardrails.length > mostListed) return [...found, "within the guardrails of the organization"];
  const fixed = fixedValues(principal, tool);
  for (const { when, effect, mode } of set.guardrails) {
    if (mode === "shadow") continue;
    try {
      const test = specialize(prepareCondition(when, { lists: set.lists ?? {} }), fixed);
      if (test.constant !== null) continue; // it never fires here, or every probe has met it
    } catch {
      continue; // it counts as fired, which every probe has met
    }
    const told = effect === "deny" ? "refused" : whoMustApprove(effect.approval);
    found.push(`where ${describeCondition(when)}: ${told}`);
  }
  return found;
}

const windows = { hour: "an hour", day: "a day", week: "a week", month: "a month" } as const;
const scopes = { agent: "", owner: " for all agents of its owner", counterparty: " for each recipient" } as const;

function budgetWords({ amount, currency, count, window, scope }: Budget): string {
  const parts = [
    amount === undefined ? null : `${amount} ${currency}`,
    count === undefined ? null : count === 1 ? "one call" : `${count} calls`,
  ].filter((part) => part !== null);
  return `at most ${list(parts)} ${windows[window]}${scopes[scope]}`;
}
