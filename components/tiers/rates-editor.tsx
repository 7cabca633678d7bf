"use client";

import { Plus, Trash2 } from "lucide-react";
import { useState } from "react";
import { CurrencySelect } from "@/components/tiers/money-field";
import { useTyped } from "@/components/tiers/use-typed";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { IconButton } from "@/components/ui/icon-button";
import { Input } from "@/components/ui/input";
import { Select } from "@/components/ui/select";
import { currencies } from "@/lib/money";
import type { RateTable } from "@/lib/policy/schema";

type Change = (value: RateTable | undefined, group?: string) => void;

/** Exchange rates by day, for amounts in another currency than the threshold they are compared with. Without a current rate a person is asked. */
export function RatesEditor({
  value,
  today,
  onChange,
}: {
  value: RateTable | undefined;
  today: string;
  onChange: Change;
}) {
  const [day, setDay] = useState(value?.tables.at(-1)?.date);
  if (!value)
    return (
      <div className="flex flex-col items-start gap-3">
        <p className="text-muted">
          There are no exchange rates. An amount in another currency than the limit it is compared with asks a person.
        </p>
        <Button onClick={() => onChange({ base: "EUR", maxAgeDays: 7, tables: [{ date: today, rates: {} }] })}>
          <Plus aria-hidden />
          Add exchange rates
        </Button>
      </div>
    );
  const at = Math.max(
    0,
    value.tables.findIndex((table) => table.date === day),
  );
  const table = value.tables[at];
  const put = (rates: Record<string, string>, group?: string) =>
    table && onChange({ ...value, tables: value.tables.with(at, { ...table, rates }) }, group);
  return (
    <div className="flex flex-col gap-4">
      <div className="grid items-start gap-3 sm:grid-cols-3">
        <Field label="Base currency">
          <Select
            options={currencies.map((code) => ({ value: code, label: code }))}
            value={value.base}
            onChange={(event) => onChange({ ...value, base: event.target.value })}
          />
        </Field>
        <MaxAge value={value} onChange={onChange} />
        <Field label="Source" optional>
          <Input
            value={value.source ?? ""}
            maxLength={200}
            onChange={(event) => {
              const { source: _, ...rest } = value;
              onChange(event.target.value ? { ...rest, source: event.target.value } : rest, "source");
            }}
          />
        </Field>
      </div>
      <div className="flex flex-wrap items-end gap-2">
        <Field label="Day" className="w-40">
          <Select
            options={value.tables.toReversed().map(({ date }) => ({ value: date, label: date }))}
            value={table?.date ?? ""}
            onChange={(event) => setDay(event.target.value)}
          />
        </Field>
        <NewDay
          value={value}
          today={today}
          onAdd={(date) => {
            const rates = value.tables.at(-1)?.rates ?? {};
            const tables = [...value.tables, { date, rates }].sort((one, other) => (one.date < other.date ? -1 : 1));
            onChange({ ...value, tables });
            setDay(date);
          }}
        />
        {table && (
          <Button
            size="md"
            onClick={() => {
              onChange({ ...value, tables: value.tables.toSpliced(at, 1) });
              setDay(undefined);
            }}
          >
            Remove {table.date}
          </Button>
        )}
      </div>
      {table && (
        <div className="flex flex-col gap-2">
          {Object.entries(table.rates).map(([code, rate]) => (
            <RateLine
              key={code}
              base={value.base}
              code={code}
              rate={rate}
              taken={Object.keys(table.rates)}
              onRate={(next) => put({ ...table.rates, [code]: next }, `rate ${code}`)}
              onCode={(next) =>
                put(
                  Object.fromEntries(
                    Object.entries(table.rates).map(([held, text]) => [held === code ? next : held, text]),
                  ),
                )
              }
              onRemove={() => put(Object.fromEntries(Object.entries(table.rates).filter(([held]) => held !== code)))}
            />
          ))}
          <NewRate
            key={Object.keys(table.rates).join()}
            base={value.base}
            taken={Object.keys(table.rates)}
            onAdd={(code, rate) => put({ ...table.rates, [code]: rate })}
          />
        </div>
      )}
      <Button variant="danger" className="w-fit" onClick={() => onChange(undefined)}>
        Remove all exchange rates
      </Button>
    </div>
  );
}

function MaxAge({ value, onChange }: { value: RateTable; onChange: Change }) {
  const typed = useTyped(
    String(value.maxAgeDays),
    (text) => (/^[1-9]\d{0,2}$/.test(text) && Number(text) <= 366 ? undefined : "From 1 to 366 days."),
    (text) => onChange({ ...value, maxAgeDays: Number(text) }, "age"),
  );
  return (
    <Field label="Valid for, days" error={typed.error}>
      <Input
        numeric
        inputMode="numeric"
        value={typed.text}
        onChange={(event) => typed.type(event.target.value.trim())}
      />
    </Field>
  );
}

function NewDay({ value, today, onAdd }: { value: RateTable; today: string; onAdd: (date: string) => void }) {
  const [date, setDate] = useState(today);
  const taken = value.tables.some((table) => table.date === date);
  return (
    <>
      <Field label="New day" className="w-40">
        <Input type="date" value={date} onChange={(event) => setDate(event.target.value)} />
      </Field>
      <Button aria-disabled={taken || !date} onClick={() => !taken && date && onAdd(date)}>
        {taken ? "This day is there" : "Add this day"}
      </Button>
    </>
  );
}

/** A currency of the day and its rate: there is no rate before somebody typed it. */
function NewRate({
  base,
  taken,
  onAdd,
}: {
  base: string;
  taken: readonly string[];
  onAdd: (code: string, rate: string) => void;
}) {
  const free = ["USD", "GBP", "CHF", ...currencies].find((code) => code !== base && !taken.includes(code)) ?? "USD";
  const [code, setCode] = useState(free);
  const [rate, setRate] = useState("");
  const [asked, setAsked] = useState(false);
  const problem = taken.includes(code) || code === base ? "This currency is there." : rateProblem(rate);
  return (
    <div className="flex flex-wrap items-start gap-2">
      <span className="mt-1.5 whitespace-nowrap text-muted">1 {base} =</span>
      <Field label="New rate" labelHidden error={asked ? problem : undefined} className="w-36">
        <Input numeric inputMode="decimal" value={rate} onChange={(event) => setRate(event.target.value.trim())} />
      </Field>
      <CurrencySelect label="Currency of the new rate" value={code} onChange={setCode} />
      <Button onClick={() => (problem ? setAsked(true) : onAdd(code, rate))}>
        <Plus aria-hidden />
        Add a currency
      </Button>
    </div>
  );
}

function rateProblem(text: string): string | undefined {
  return /^(?:0|[1-9]\d{0,11})(?:\.\d{1,12})?$/.test(text) && Number(text) > 0
    ? undefined
    : "Type a plain decimal above 0, such as 1.0832.";
}

function RateLine({
  base,
  code,
  rate,
  taken,
  onRate,
  onCode,
  onRemove,
}: {
  base: string;
  code: string;
  rate: string;
  taken: readonly string[];
  onRate: (rate: string) => void;
  onCode: (code: string) => void;
  onRemove: () => void;
}) {
  const typed = useTyped(rate, rateProblem, onRate);
  return (
    <div className="flex items-start gap-2">
      <span className="mt-1.5 whitespace-nowrap text-muted">1 {base} =</span>
      <Field label={`Rate of ${code}`} labelHidden error={typed.error} className="w-36">
        <Input
          numeric
          inputMode="decimal"
          value={typed.text}
          onChange={(event) => typed.type(event.target.value.trim())}
        />
      </Field>
      <CurrencySelect
        label={`Currency of the rate of ${code}`}
        value={code}
        onChange={(next) => !taken.includes(next) && next !== base && onCode(next)}
      />
      <IconButton label={`Remove ${code}`} icon={<Trash2 aria-hidden />} onClick={onRemove} />
    </div>
  );
}
