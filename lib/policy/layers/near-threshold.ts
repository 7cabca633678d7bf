import type { RuleContext } from "../attributes";
import { windowLengths } from "../budget-windows";
import { compareMoney, minorOf, type Threshold } from "../conditions";
import { amountText, moneyText } from "../messages";
import type { BudgetCharge } from "../types";
import type { LayerCompiler, Report, Scope } from "./layer";

/**
 * Structuring (T19): many amounts just under what an agent may spend alone. They are counted by the log, exactly and in the
 * transaction that records the call, as a budget is: one counter for the agent and one for each counterparty. A call that no
 * longer fits is recorded with a finding that says so; it is not refused for it, because each of the amounts was allowed.
 */

/** Within the last tenth below the threshold. */
const nearShare = { of: 10n, from: 9n };
/** So many a day are ordinary; the next one is worth a look. */
const ordinaryCount = 4;
const window = "day";

export const nearThreshold: LayerCompiler = {
  layer: "budget",
  compile: (scope) => {
    const thresholds = thresholdsOf(scope);
    if (thresholds.length === 0) return null;
    const { agentId } = scope.principal;
    return (context, report) => {
      const threshold = thresholds.find((one) => isJustUnder(one, context));
      if (threshold === undefined) return;
      const key = `near:${agentId}:${threshold.currency}:${threshold.minor}`;
      for (const counterparty of [null, ...new Set(context.derived.recipients ?? [])])
        count(key, counterparty, threshold);

      function count(name: string, counterparty: string | null, limit: Threshold) {
        const charge = chargeFor(name, counterparty);
        if (isLearned(report, charge)) report.findings.push(pattern(counterparty, limit, context, scope));
        else report.charges.push(charge);
      }
    };
  },
};

/** What the tier lets the agent spend alone with this tool, lowest first. */
function thresholdsOf({ policy, principal, tool }: Scope): Threshold[] {
  if (tool.argumentRoles?.amount === undefined) return [];
  const tier = policy.tiers.get(principal.tier);
  const own = tier?.tools !== undefined && Object.hasOwn(tier.tools, tool.name) ? tier.tools[tool.name] : undefined;
  const bands = own ?? tier?.effects[tool.effect] ?? [];
  // What needs nobody above it is no threshold: only where a larger amount is asked or refused is there a reason to stay below.
  if (bands.at(-1)?.then === "allow") return [];
  return bands.flatMap(({ then, upTo, currency }) => {
    if (then !== "allow" || upTo === undefined || currency === undefined) return [];
    try {
      return [minorOf({ amount: upTo, currency })];
    } catch {
      return []; // The tier's own layer says what is wrong with it.
    }
  });
}

function isJustUnder(threshold: Threshold, context: RuleContext): boolean {
  const { amount } = context.derived;
  if (amount.state !== "known") return false;
  const within = compareMoney(amount.minor, amount.currency, threshold, context);
  if (within === null || within > 0) return false;
  const from = { ...threshold, minor: (threshold.minor * nearShare.from) / nearShare.of };
  return (compareMoney(amount.minor, amount.currency, from, context) ?? -1) > 0;
}

function chargeFor(key: string, counterparty: string | null): BudgetCharge {
  const { seconds, slotSeconds } = windowLengths[window];
  return {
    key,
    counterparty,
    ruleId: "budget.near_threshold",
    scope: counterparty === null ? "agent" : "counterparty",
    window,
    windowSeconds: seconds,
    slotSeconds,
    count: 1,
    countLimit: ordinaryCount,
    amountMinor: 0n,
    amountLimitMinor: null,
    currency: null,
  };
}

function isLearned({ learned }: Report, charge: BudgetCharge): boolean {
  return (
    learned?.exhausted?.some(
      (one) =>
        one.key === charge.key && one.window === charge.window && (one.counterparty ?? null) === charge.counterparty,
    ) ?? false
  );
}

function pattern(counterparty: string | null, threshold: Threshold, { derived }: RuleContext, { principal }: Scope) {
  const whose = counterparty === null ? "this agent" : "this agent to one recipient";
  return {
    layer: "budget" as const,
    ruleId: "budget.near_threshold",
    effect: "allow" as const,
    code: "budget.near_threshold",
    message: `${amountText(derived.amount)} is just under the ${moneyText(threshold)} that ${principal.tier} lets this agent spend alone, and so were at least ${ordinaryCount} other amounts of ${whose} within a day`,
  };
}
