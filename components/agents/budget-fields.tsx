"use client";

import { Plus, Trash2 } from "lucide-react";
import { Button } from "@/components/ui/button";
import { Field, FieldSet } from "@/components/ui/field";
import { IconButton } from "@/components/ui/icon-button";
import { Input } from "@/components/ui/input";
import { Select } from "@/components/ui/select";
import type { BudgetInput } from "@/lib/agents/mandate-input";
import { budgetScopes, budgetWindows } from "@/lib/policy/schema";

const windowWords = { hour: "Per hour", day: "Per day", week: "Per week", month: "Per month" } as const;
const scopeWords = { agent: "This agent", owner: "All agents of the owner", counterparty: "Each recipient" } as const;

/** Most it may spend, or most calls with an effect it may make, within a rolling window. */
export function BudgetFields({
  value,
  onChange,
  errorAt,
}: {
  value: readonly BudgetInput[];
  onChange: (budgets: BudgetInput[]) => void;
  /** By index and field: `0.amount`. */
  errorAt: (path: string) => string | undefined;
}) {
  const change = (index: number, part: Partial<BudgetInput>) =>
    onChange(value.map((budget, at) => (at === index ? { ...budget, ...part } : budget)));
  return (
    <FieldSet
      label="Budgets"
      optional
      hint="A call that would go over one is refused. Windows roll: a day is the last 24 hours."
    >
      {value.map((budget, index) => (
        <div
          // biome-ignore lint/suspicious/noArrayIndexKey: rows have no identity of their own and are edited in place
          key={index}
          className="grid grid-cols-2 items-start gap-2 border-b py-2 lg:grid-cols-[8rem_8rem_6rem_8rem_1fr_2rem]"
        >
          <Field label="Window" error={errorAt(`${index}.window`)}>
            <Select
              options={budgetWindows.map((window) => ({ value: window, label: windowWords[window] }))}
              value={budget.window}
              onChange={(event) => change(index, { window: event.target.value as BudgetInput["window"] })}
            />
          </Field>
          <Field label="Amount" optional error={errorAt(`${index}.amount`) ?? errorAt(`${index}`)}>
            <Input
              numeric
              inputMode="decimal"
              placeholder="5000.00"
              value={budget.amount ?? ""}
              onChange={(event) => change(index, { amount: event.target.value.trim() || undefined })}
            />
          </Field>
          <Field label="Currency" error={errorAt(`${index}.currency`)}>
            <Input
              placeholder="EUR"
              maxLength={3}
              value={budget.currency ?? ""}
              onChange={(event) => change(index, { currency: event.target.value.trim().toUpperCase() || undefined })}
            />
          </Field>
          <Field label="Calls" optional error={errorAt(`${index}.count`)}>
            <Input
              numeric
              inputMode="numeric"
              placeholder="100"
              value={budget.count ?? ""}
              onChange={(event) =>
                change(index, { count: /^\d+$/.test(event.target.value) ? Number(event.target.value) : undefined })
              }
            />
          </Field>
          <Field label="Counted over" error={errorAt(`${index}.scope`)}>
            <Select
              options={budgetScopes.map((scope) => ({ value: scope, label: scopeWords[scope] }))}
              value={budget.scope ?? "agent"}
              onChange={(event) => change(index, { scope: event.target.value as BudgetInput["scope"] })}
            />
          </Field>
          <IconButton
            label={`Remove budget ${index + 1}`}
            icon={<Trash2 aria-hidden />}
            onClick={() => onChange(value.filter((_, at) => at !== index))}
            className="mt-6"
          />
        </div>
      ))}
      <Button size="sm" className="mt-1 w-fit" onClick={() => onChange([...value, { window: "day", scope: "agent" }])}>
        <Plus aria-hidden />
        Add a budget
      </Button>
    </FieldSet>
  );
}
