import type { Budget, BudgetWindow } from "./schema";

/**
 * The rolling windows of budgets and the names of their counters. The database keeps one row of slots per counter and
 * window; these figures are the same as `audit.slot_seconds` and `audit.slot_count`.
 */

/** Length of a window and of one slot, seconds. A month is thirty days. */
export const windowLengths: Record<BudgetWindow, { seconds: number; slotSeconds: number }> = {
  hour: { seconds: 3_600, slotSeconds: 300 },
  day: { seconds: 86_400, slotSeconds: 3_600 },
  week: { seconds: 604_800, slotSeconds: 21_600 },
  month: { seconds: 2_592_000, slotSeconds: 86_400 },
};

/** Slots that are summed: one more than the window holds, so that a sum is never too small. */
export function slotsCounted(window: BudgetWindow): number {
  const { seconds, slotSeconds } = windowLengths[window];
  return seconds / slotSeconds + 1;
}

/** The largest limit and sum a counter can hold, minor units: half of what the database's 64 bits hold. */
export const mostMinorUnits = 4_000_000_000_000_000_000n;

/**
 * Names the counter of a budget. It does not depend on the limit, so that raising a limit keeps what was spent.
 * @param scopeId agent or owner; for a counterparty, the agent
 */
export function budgetKey(budget: Budget, scopeId: string): string {
  const unit = budget.amount === undefined ? "count" : (budget.currency ?? "count");
  return `${budget.scope}:${scopeId}:${unit}:${budget.tools === undefined ? "*" : toolsName(budget.tools)}`;
}

/** The tools in order; a long list by a short fingerprint, because the name is a database key. */
function toolsName(tools: readonly string[]): string {
  const joined = [...new Set(tools)].sort().join(",");
  return joined.length <= 256 ? joined : `#${fingerprint(joined)}`;
}

/** FNV-1a, 64 bits. Tells lists apart; protects nothing. */
function fingerprint(text: string): string {
  let hash = 0xcbf29ce484222325n;
  for (let index = 0; index < text.length; index++) {
    hash = ((hash ^ BigInt(text.charCodeAt(index))) * 0x100000001b3n) & 0xffffffffffffffffn;
  }
  return hash.toString(16);
}
