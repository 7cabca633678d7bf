"use client";

import { useState } from "react";
import { useEditor } from "@/components/tiers/editor-context";
import { useTyped } from "@/components/tiers/use-typed";
import { Checkbox } from "@/components/ui/checkbox";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { MultiSelect } from "@/components/ui/multi-select";
import type { ApprovalSpec } from "@/lib/policy/schema";

/** Who must agree, and within what time. */
export function ApprovalFields({ value, onChange }: { value: ApprovalSpec; onChange: (value: ApprovalSpec) => void }) {
  const { groups } = useEditor();
  const known = new Set(groups.map((group) => group.value));
  const options = [
    ...groups,
    ...value.groups.filter((key) => !known.has(key)).map((key) => ({ value: key, label: `${key} (no such group)` })),
  ];
  const quorum = useTyped(
    String(value.quorum),
    (text) => (/^([1-9]|10)$/.test(text) ? undefined : "From 1 to 10."),
    (text) => onChange({ ...value, quorum: Number(text) }),
  );
  return (
    <div className="grid items-start gap-x-3 gap-y-2 sm:grid-cols-[6rem_minmax(0,1fr)]">
      <Field label="People" error={quorum.error}>
        <Input
          numeric
          inputMode="numeric"
          value={quorum.text}
          onChange={(event) => quorum.type(event.target.value.trim())}
        />
      </Field>
      <Field label="Of the groups" hint={value.groups.length === 0 ? "No group: any approver." : undefined}>
        <MultiSelect
          noun="groups"
          options={options}
          value={value.groups}
          onValueChange={(next) => onChange({ ...value, groups: next })}
        />
      </Field>
      <div className="grid gap-3 sm:col-span-2 sm:grid-cols-2">
        <DurationField
          label="Expires after"
          value={value.expiresIn}
          onChange={(expiresIn) => onChange({ ...value, expiresIn: expiresIn ?? value.expiresIn })}
        />
        <DurationField
          label="Should be decided within"
          optional
          value={value.sla}
          onChange={(sla) => {
            const { sla: _, ...rest } = value;
            onChange(sla === undefined ? rest : { ...rest, sla });
          }}
        />
      </div>
      <Checkbox
        className="sm:col-span-2"
        label="With a passkey"
        hint="Whoever approves confirms it is them, at that moment."
        checked={value.stepUp}
        onChange={(event) => onChange({ ...value, stepUp: event.target.checked })}
      />
    </div>
  );
}

const units = [
  { word: "minutes", seconds: 60 },
  { word: "hours", seconds: 3600 },
  { word: "days", seconds: 86_400 },
] as const;

/** A time as a number and a unit, kept in seconds: a minute to thirty days. */
function DurationField({
  label,
  optional,
  value,
  onChange,
}: {
  label: string;
  optional?: boolean;
  value: number | undefined;
  onChange: (seconds: number | undefined) => void;
}) {
  const natural = units.findLast(({ seconds }) => value !== undefined && value % seconds === 0) ?? units[0];
  const [unit, setUnit] = useState<(typeof units)[number]>(value === undefined ? units[1] : natural);
  const typed = useTyped(
    value === undefined ? "" : String(Number((value / unit.seconds).toFixed(4))),
    (text) => {
      if (text === "") return optional ? undefined : "Give a time.";
      if (!/^\d+(\.\d+)?$/.test(text)) return "Type a number.";
      const seconds = Math.round(Number(text) * unit.seconds);
      return seconds < 60 || seconds > 2_592_000 ? "From one minute to 30 days." : undefined;
    },
    (text) => onChange(text === "" ? undefined : Math.round(Number(text) * unit.seconds)),
  );
  return (
    <Field label={label} optional={optional ?? false} error={typed.error}>
      <span className="flex gap-1">
        <Input
          numeric
          inputMode="decimal"
          value={typed.text}
          onChange={(event) => typed.type(event.target.value.trim())}
        />
        <select
          aria-label={`Unit of ${label.toLowerCase()}`}
          value={unit.word}
          onChange={(event) => setUnit(units.find(({ word }) => word === event.target.value) ?? units[0])}
          className="control h-8 shrink-0 px-1"
        >
          {units.map(({ word }) => (
            <option key={word}>{word}</option>
          ))}
        </select>
      </span>
    </Field>
  );
}
