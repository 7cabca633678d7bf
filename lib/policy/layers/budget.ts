import { convertAmount } from "@/lib/money";
import type { RuleContext } from "../attributes";
import { budgetKey, mostMinorUnits, windowLengths } from "../budget-windows";
import { minorOf, type Threshold } from "../conditions";
import { amountText, moneyText, whoMustApprove } from "../messages";
import type { Budget } from "../schema";
import type { BudgetCharge, BudgetRefusal, Finding } from "../types";
import type { LayerCompiler, Report, Scope } from "./layer";

/**
 * What a call costs the agent's budgets. The sums live in the database and are checked there, with the decision; this
 * layer says what to reserve, and refuses what cannot fit or what the database has already refused.
 */
export const budget: LayerCompiler = {
  layer: "budget",
  compile: (scope) => {
    const lines = linesFor(scope);
    if (lines.length === 0) return null;
    return (context, report) => {
      for (const line of lines) charge(line, scope, context, report);
    };
  },
};

/** One counter. Budgets of the same scope, window, currency and tools are one, with the lower limits. */
type Line = { key: string; ruleId: string; budget: Budget; limit: Threshold | null; countLimit: number | null };

function linesFor({ mandate, principal, tool }: Scope): Line[] {
  const lines = new Map<string, Line>();
  for (const [index, held] of (mandate.budgets ?? []).entries()) {
    const concerns = held.tools === undefined ? tool.effect !== "read" : held.tools.includes(tool.name);
    if (!concerns) continue;
    // An orphan's owner budget is counted for the agent itself; what it does is asked anyway.
    const key = budgetKey(held, held.scope === "owner" ? (principal.ownerId ?? principal.agentId) : principal.agentId);
    const limit =
      held.amount === undefined ? null : capped(minorOf({ amount: held.amount, currency: held.currency ?? "" }));
    const line: Line = { key, ruleId: `mandate.budgets.${index}`, budget: held, limit, countLimit: held.count ?? null };
    const name = `${key} ${held.window}`;
    const other = lines.get(name);
    lines.set(name, other === undefined ? line : stricter(other, line));
  }
  return [...lines.values()];
}

function capped(limit: Threshold): Threshold {
  return limit.minor > mostMinorUnits ? { ...limit, minor: mostMinorUnits } : limit;
}

function stricter(one: Line, other: Line): Line {
  const limit =
    one.limit === null || (other.limit !== null && other.limit.minor < one.limit.minor) ? other.limit : one.limit;
  const counts = [one.countLimit, other.countLimit].filter((count) => count !== null);
  return { ...one, limit, countLimit: counts.length === 0 ? null : Math.min(...counts) };
}

function charge(line: Line, scope: Scope, context: RuleContext, report: Report): void {
  const { budget: held, limit } = line;
  const minor = limit === null ? 0n : chargedMinor(line, limit, scope, context, report);
  const refused = (limit !== null && minor > limit.minor) || line.countLimit === 0;
  // Several recipients share one call; each counterparty is charged the whole of it, because the split is not known.
  const counterparties = held.scope === "counterparty" ? counterpartiesOf(context) : [null];
  for (const counterparty of counterparties) {
    const made: BudgetCharge = {
      key: line.key,
      counterparty,
      ruleId: line.ruleId,
      scope: held.scope,
      window: held.window,
      windowSeconds: windowLengths[held.window].seconds,
      slotSeconds: windowLengths[held.window].slotSeconds,
      count: 1,
      countLimit: line.countLimit,
      amountMinor: minor,
      amountLimitMinor: limit?.minor ?? null,
      currency: limit?.currency ?? null,
    };
    report.charges.push(made);
    const learned = report.learned?.exhausted?.find((one) => isFor(one, made));
    if (refused || learned) report.findings.push(exhausted(line, made, learned));
  }
}

/** Each once; a call that names nobody, or nobody for certain, is counted under no name. */
function counterpartiesOf({ derived }: RuleContext): Iterable<string> {
  return derived.recipients === null || derived.recipients.length === 0 ? [""] : new Set(derived.recipients);
}

function isFor(refusal: BudgetRefusal, made: BudgetCharge): boolean {
  return (
    refusal.key === made.key && refusal.window === made.window && (refusal.counterparty ?? null) === made.counterparty
  );
}

/** What the call takes from a sum. Where that cannot be said a person is asked, and nothing is charged. */
function chargedMinor(
  line: Line,
  limit: Threshold,
  { tool, policy }: Scope,
  context: RuleContext,
  { findings }: Report,
): bigint {
  const { amount } = context.derived;
  const ask = (code: string, reason: string): bigint => {
    const { escalation } = policy.set;
    const message = `${reason}; ${whoMustApprove(escalation)}`;
    findings.push({ layer: "budget", ruleId: line.ruleId, effect: "approval", code, message, approval: escalation });
    return 0n;
  };
  if (amount.state === "known") {
    const converted = convertAmount(amount.minor, amount.currency, limit.currency, context.rates, context.now);
    if (converted === null)
      return ask("budget.currency_unknown", `${amountText(amount)} cannot be charged to a budget in ${limit.currency}`);
    if (converted.notAfter < context.notAfter) context.notAfter = converted.notAfter;
    return converted.minor;
  }
  if (amount.state === "currency_unknown")
    return ask("budget.currency_unknown", `${amountText(amount)} cannot be charged to a budget in ${limit.currency}`);
  const expected =
    tool.effect === "financial" || tool.argumentRoles?.amount !== undefined || line.budget.tools !== undefined;
  if (amount.state === "absent" && expected)
    return ask("budget.amount_unknown", "this call states no amount that could be charged to its budget");
  return 0n;
}

const windowNames = { hour: "an hour", day: "a day", week: "a week", month: "a month" } as const;
const scopeNames = { agent: "this agent", owner: "the owner of this agent", counterparty: "one recipient" } as const;

function exhausted(
  { ruleId, budget: held, limit, countLimit }: Line,
  made: BudgetCharge,
  learned: BudgetRefusal | undefined,
): Finding {
  const per = `in ${windowNames[held.window]} for ${scopeNames[held.scope]}`;
  const limits = [limit === null ? null : moneyText(limit), countLimit === null ? null : callsText(countLimit)]
    .filter((text) => text !== null)
    .join(" and ");
  const left: string[] = [];
  if (limit !== null && learned?.spentMinor !== undefined) {
    left.push(moneyText({ ...limit, minor: limit.minor > learned.spentMinor ? limit.minor - learned.spentMinor : 0n }));
  }
  if (countLimit !== null && learned?.used !== undefined) left.push(callsText(Math.max(0, countLimit - learned.used)));
  const asked =
    limit === null || made.amountMinor === 0n
      ? "this call"
      : moneyText({ minor: made.amountMinor, currency: limit.currency });
  const rest = left.length === 0 ? "" : `: ${left.join(" and ")} left`;
  const message = `${asked} does not fit the budget of ${limits} ${per}${rest}`;
  return { layer: "budget", ruleId, effect: "deny", code: "budget.exhausted", message };
}

function callsText(count: number): string {
  return count === 1 ? "1 call" : `${count} calls`;
}
