"use client";

import { useTyped } from "@/components/tiers/use-typed";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { sentence } from "@/components/ui/sentence";
import { currencies, parseAmount } from "@/lib/money";
import { amountRefusal } from "@/lib/policy/messages";
import type { Money } from "@/lib/policy/schema";

/** An amount and its currency. The exact decimal is kept; whatever is not one stays in the field and says why. */
export function MoneyField({
  label,
  value,
  onChange,
}: {
  label: string;
  value: Money;
  onChange: (value: Money) => void;
}) {
  const typed = useTyped(
    value.amount,
    (text) => amountProblem(text, value.currency),
    (amount) => onChange({ ...value, amount }),
  );
  return (
    <Field label={label} error={typed.error && sentence(typed.error)}>
      <span className="flex gap-1">
        <Input
          numeric
          inputMode="decimal"
          autoComplete="off"
          value={typed.text}
          onChange={(event) => typed.type(event.target.value.trim())}
          className="min-w-24"
        />
        <CurrencySelect
          label={`Currency of ${label.toLowerCase()}`}
          value={value.currency}
          onChange={(currency) => onChange({ ...value, currency })}
        />
      </span>
    </Field>
  );
}

/** Any currency of ISO 4217. */
export function CurrencySelect({
  label,
  value,
  onChange,
}: {
  label: string;
  value: string;
  onChange: (currency: string) => void;
}) {
  const known = currencies.includes(value) ? currencies : [value, ...currencies];
  return (
    <select
      aria-label={label}
      value={value}
      onChange={(event) => onChange(event.target.value)}
      className="control h-8 w-20 shrink-0 px-1"
    >
      {known.map((code) => (
        <option key={code}>{code}</option>
      ))}
    </select>
  );
}

/** What is wrong with an amount, or nothing. A currency that is not known is said by the problems of the draft. */
export function amountProblem(text: string, currency: string): string | undefined {
  if (text === "") return "type an amount";
  const parsed = parseAmount(text, currency);
  return parsed.ok || parsed.reason === "currency_unknown" ? undefined : `this ${amountRefusal(parsed.reason)}`;
}
