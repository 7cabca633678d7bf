"use client";

import { Plus, Trash2 } from "lucide-react";
import { useTyped } from "@/components/tiers/use-typed";
import { Button } from "@/components/ui/button";
import { Checkbox } from "@/components/ui/checkbox";
import { Field, FieldSet } from "@/components/ui/field";
import { IconButton } from "@/components/ui/icon-button";
import { Input } from "@/components/ui/input";
import { type HoursWindow, hoursWindow, weekdays } from "@/lib/policy/schema";

const dayWords = { mon: "Mon", tue: "Tue", wed: "Wed", thu: "Thu", fri: "Fri", sat: "Sat", sun: "Sun" } as const;

/** Weekly windows, each in its time zone. A window that ends before it begins runs into the next day. */
export function HoursWindows({
  value,
  onChange,
  name,
}: {
  value: readonly HoursWindow[];
  onChange: (value: HoursWindow[]) => void;
  name: string;
}) {
  return (
    <div className="flex flex-col gap-2">
      {value.map((window, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: windows have no identity but their place
        <div key={index} className="flex flex-wrap items-start gap-2">
          <TimeField
            label={`From, window ${index + 1} of line ${name}`}
            part="from"
            window={window}
            onChange={(next) => onChange(value.with(index, next))}
          />
          <TimeField
            label={`To, window ${index + 1} of line ${name}`}
            part="to"
            window={window}
            onChange={(next) => onChange(value.with(index, next))}
          />
          <Field label={`Time zone, window ${index + 1} of line ${name}`} labelHidden className="w-40">
            <Input
              value={window.timeZone}
              placeholder="Europe/Berlin"
              maxLength={64}
              onChange={(event) =>
                event.target.value && onChange(value.with(index, { ...window, timeZone: event.target.value.trim() }))
              }
            />
          </Field>
          {value.length > 1 && (
            <IconButton
              label={`Remove window ${index + 1} of line ${name}`}
              icon={<Trash2 aria-hidden />}
              onClick={() => onChange(value.toSpliced(index, 1))}
            />
          )}
          <FieldSet label={`Days, window ${index + 1} of line ${name}`} labelHidden className="w-full">
            <div className="flex flex-wrap gap-x-3">
              {weekdays.map((day) => (
                <Checkbox
                  key={day}
                  label={dayWords[day]}
                  checked={window.days.includes(day)}
                  disabled={window.days.length === 1 && window.days[0] === day}
                  onChange={(event) =>
                    onChange(
                      value.with(index, {
                        ...window,
                        days: weekdays.filter((each) =>
                          each === day ? event.target.checked : window.days.includes(each),
                        ),
                      }),
                    )
                  }
                />
              ))}
            </div>
          </FieldSet>
        </div>
      ))}
      <Button size="sm" className="w-fit" onClick={() => onChange([...value, value.at(-1) ?? first])}>
        <Plus aria-hidden />
        Add hours
      </Button>
    </div>
  );
}

const first: HoursWindow = { timeZone: "UTC", days: ["mon", "tue", "wed", "thu", "fri"], from: "08:00", to: "18:00" };

function TimeField({
  label,
  part,
  window,
  onChange,
}: {
  label: string;
  part: "from" | "to";
  window: HoursWindow;
  onChange: (window: HoursWindow) => void;
}) {
  const typed = useTyped(
    window[part],
    (text) => (hoursWindow.shape[part].safeParse(text).success ? undefined : "HH:MM"),
    (text) => onChange({ ...window, [part]: text }),
  );
  return (
    <Field label={label} labelHidden error={typed.error} className="w-20">
      <Input
        value={typed.text}
        placeholder={part === "from" ? "08:00" : "18:00"}
        onChange={(event) => typed.type(event.target.value.trim())}
      />
    </Field>
  );
}
