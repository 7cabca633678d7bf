"use client";

import { Plus, Trash2 } from "lucide-react";
import { Button } from "@/components/ui/button";
import { Checkbox } from "@/components/ui/checkbox";
import { Field, FieldSet } from "@/components/ui/field";
import { IconButton } from "@/components/ui/icon-button";
import { Input } from "@/components/ui/input";
import type { HoursInput } from "@/lib/agents/mandate-input";
import { weekdays } from "@/lib/policy/schema";

const dayWords = { mon: "Mon", tue: "Tue", wed: "Wed", thu: "Thu", fri: "Fri", sat: "Sat", sun: "Sun" } as const;

/** When it may act. Outside these hours everything with an effect is refused. */
export function HoursFields({
  value,
  onChange,
  errorAt,
}: {
  value: readonly HoursInput[];
  onChange: (hours: HoursInput[]) => void;
  /** By index and field: `0.timeZone`. */
  errorAt: (path: string) => string | undefined;
}) {
  const change = (index: number, part: Partial<HoursInput>) =>
    onChange(value.map((window, at) => (at === index ? { ...window, ...part } : window)));
  const add = () => {
    const timeZone = value[0]?.timeZone ?? new Intl.DateTimeFormat().resolvedOptions().timeZone;
    onChange([...value, { timeZone, days: ["mon", "tue", "wed", "thu", "fri"], from: "08:00", to: "18:00" }]);
  };
  return (
    <FieldSet
      label="Hours"
      optional
      hint="Without hours the agent may act at any time. A window that ends before it begins runs into the next day."
    >
      {value.map((window, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: rows have no identity of their own and are edited in place
        <div key={index} className="flex flex-col gap-2 border-b py-2">
          <div className="grid grid-cols-2 items-start gap-2 lg:grid-cols-[6rem_6rem_16rem_1fr_2rem]">
            <Field label="From" error={errorAt(`${index}.from`)}>
              <Input
                placeholder="08:00"
                value={window.from}
                onChange={(event) => change(index, { from: event.target.value })}
              />
            </Field>
            <Field label="To" error={errorAt(`${index}.to`)}>
              <Input
                placeholder="18:00"
                value={window.to}
                onChange={(event) => change(index, { to: event.target.value })}
              />
            </Field>
            <Field label="Time zone" error={errorAt(`${index}.timeZone`)} className="col-span-2 lg:col-span-1">
              <Input
                placeholder="Europe/Berlin"
                value={window.timeZone}
                onChange={(event) => change(index, { timeZone: event.target.value })}
              />
            </Field>
            <FieldSet label="Days" error={errorAt(`${index}.days`)} className="col-span-2 lg:col-span-1">
              <div className="flex flex-wrap gap-x-3">
                {weekdays.map((day) => (
                  <Checkbox
                    key={day}
                    label={dayWords[day]}
                    checked={window.days.includes(day)}
                    onChange={(event) =>
                      change(index, {
                        days: weekdays.filter((each) =>
                          each === day ? event.target.checked : window.days.includes(each),
                        ),
                      })
                    }
                  />
                ))}
              </div>
            </FieldSet>
            <IconButton
              label={`Remove hours ${index + 1}`}
              icon={<Trash2 aria-hidden />}
              onClick={() => onChange(value.filter((_, at) => at !== index))}
              className="mt-6"
            />
          </div>
        </div>
      ))}
      <Button size="sm" className="mt-1 w-fit" onClick={add}>
        <Plus aria-hidden />
        Add hours
      </Button>
    </FieldSet>
  );
}
