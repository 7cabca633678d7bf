// A mandate while it is being edited: as the schema takes it, with lists that may be empty.
import type { z } from "zod";
import type { mandate } from "@/lib/policy/schema";

export type MandateInput = z.input<typeof mandate>;
export type BudgetInput = NonNullable<MandateInput["budgets"]>[number];
export type HoursInput = NonNullable<MandateInput["hours"]>[number];

export const emptyMandate: MandateInput = { tools: [] };

/** The mandate to send: a list without entries is left out, because an empty one would allow nothing at all. */
export function withoutEmptyLists(input: MandateInput): MandateInput {
  const kept = Object.entries(input).filter(
    ([name, value]) => name === "tools" || !(Array.isArray(value) && value.length === 0),
  );
  return Object.fromEntries(kept.filter(([, value]) => value !== undefined)) as MandateInput;
}
