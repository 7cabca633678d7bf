import type { BudgetWindow, budgetScopes } from "@/lib/policy/schema";

/** One limit of a budget: what is used, and what would be with one request. Shares in percent of the limit, 0 to 100. */
export type LimitPosition<Value> = {
  spent: Value;
  after: Value;
  limit: Value;
  spentShare: number;
  afterShare: number;
  exceeds: boolean;
};

/** One budget that a request would be charged to. Amounts are decimals of `currency`. */
export type BudgetLine = {
  ruleId: string;
  scope: (typeof budgetScopes)[number];
  window: BudgetWindow;
  /** The recipient it counts, for a budget per counterparty; empty when the call names nobody. */
  counterparty: string | null;
  money: (LimitPosition<string> & { currency: string }) | null;
  calls: LimitPosition<number> | null;
};

export type BudgetPosition = {
  /** Why the policy in force would refuse the action now, or null. */
  refusedBecause: string | null;
  lines: BudgetLine[];
};
