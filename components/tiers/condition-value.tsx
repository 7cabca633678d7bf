"use client";

import { choicesFor, valueField } from "@/components/tiers/condition-options";
import { useEditor } from "@/components/tiers/editor-context";
import { HoursWindows } from "@/components/tiers/hours-windows";
import { MoneyField } from "@/components/tiers/money-field";
import { useTyped } from "@/components/tiers/use-typed";
import { Combobox } from "@/components/ui/combobox";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { MultiSelect } from "@/components/ui/multi-select";
import { SegmentedControl } from "@/components/ui/radio-group";
import { Select } from "@/components/ui/select";
import { TagInput } from "@/components/ui/tag-input";
import type { Comparison, ConditionValue, HoursWindow, Money } from "@/lib/policy/schema";

type Props = {
  comparison: Comparison;
  onChange: (value: ConditionValue | undefined) => void;
  name: string;
};

/** The value of a comparison in the field that fits its kind. */
export function ConditionValueField({ comparison, onChange, name }: Props) {
  const { lists } = useEditor();
  const { value } = comparison;
  const shape = valueField(comparison);
  switch (shape.field) {
    case "given":
      return (
        <YesNo
          label={`Value of line ${name}`}
          yes="Given"
          no="Not given"
          value={value !== false}
          onChange={(given) => onChange(given ? undefined : false)}
        />
      );
    case "boolean":
      return <YesNo label={`Value of line ${name}`} value={value === true} onChange={onChange} />;
    case "money":
      return <MoneyField label={`Amount of line ${name}`} value={value as Money} onChange={onChange} />;
    case "moneyRange":
      return <MoneyRange value={value as [Money, Money]} onChange={onChange} name={name} />;
    case "hours":
      return (
        <HoursWindows
          value={(Array.isArray(value) ? value : value === undefined ? [] : [value]) as HoursWindow[]}
          onChange={(windows) => onChange(windows.length === 1 ? windows[0] : windows)}
          name={name}
        />
      );
    case "list":
      return (
        <Field
          label={`List of line ${name}`}
          labelHidden
          hint={Object.keys(lists).length === 0 ? "There is no list yet. Add one under Named lists." : undefined}
        >
          <Select
            placeholder="Choose a list"
            options={Object.keys(lists).map((list) => ({ value: list, label: list }))}
            value={typeof value === "string" ? value : ""}
            onChange={(event) => onChange(event.target.value)}
          />
        </Field>
      );
    case "range": {
      const [low, high] = value as [number, number];
      return (
        <div className="grid gap-2 sm:grid-cols-2">
          <NumberField label={`From, line ${name}`} value={low} onChange={(next) => onChange([next, high])} />
          <NumberField label={`To, line ${name}`} value={high} onChange={(next) => onChange([low, next])} />
        </div>
      );
    }
    case "one":
      return (
        <div className="flex items-start gap-2">
          {shape.free && <TypeSelect name={name} as={shape.as} onChange={(as) => onChange(emptyOf(as))} />}
          <OneValue comparison={comparison} as={shape.as} onChange={onChange} name={name} />
        </div>
      );
    case "many":
      return (
        <div className="flex items-start gap-2">
          {shape.free && (
            <TypeSelect name={name} as={shape.as} onChange={(as) => onChange(as === "text" ? [] : [emptyOf(as)])} />
          )}
          <ManyValues comparison={comparison} as={shape.as} onChange={onChange} name={name} />
        </div>
      );
  }
}

function MoneyRange({
  value: [low, high],
  onChange,
  name,
}: {
  value: [Money, Money];
  onChange: (value: [Money, Money]) => void;
  name: string;
}) {
  return (
    <div className="grid gap-2 sm:grid-cols-2">
      <MoneyField label={`From, line ${name}`} value={low} onChange={(next) => onChange([next, high])} />
      <MoneyField label={`To, line ${name}`} value={high} onChange={(next) => onChange([low, next])} />
    </div>
  );
}

function OneValue({ comparison, as, onChange, name }: Props & { as: "text" | "number" | "boolean" }) {
  const { tools } = useEditor();
  const { attribute, value } = comparison;
  const label = `Value of line ${name}`;
  if (as === "boolean") return <YesNo label={label} value={value === true} onChange={onChange} />;
  if (as === "number")
    return (
      <NumberField
        label={label}
        labelHidden
        value={typeof value === "number" ? value : Number(value) || 0}
        onChange={onChange}
      />
    );
  const text = typeof value === "string" ? value : "";
  const choices = exact(comparison) ? choicesFor(attribute) : undefined;
  if (choices)
    return (
      <Field label={label} labelHidden className="flex-1">
        <Select options={options(choices, text)} value={text} onChange={(event) => onChange(event.target.value)} />
      </Field>
    );
  if (attribute === "action.tool" && exact(comparison))
    return (
      <Field label={label} labelHidden className="flex-1">
        <Combobox
          noun="tools"
          placeholder="Choose a tool"
          options={options(
            tools.map((tool) => tool.name),
            text,
          )}
          value={text}
          onValueChange={onChange}
        />
      </Field>
    );
  return (
    <Field label={label} labelHidden className="flex-1">
      <Input
        value={text}
        maxLength={4096}
        placeholder={examples[comparison.operator] ?? "Value"}
        autoComplete="off"
        onChange={(event) => onChange(event.target.value)}
      />
    </Field>
  );
}

function ManyValues({ comparison, as, onChange, name }: Props & { as: "text" | "number" | "boolean" }) {
  const { tools } = useEditor();
  const held = (Array.isArray(comparison.value) ? comparison.value : []) as (string | number | boolean)[];
  const label = `Values of line ${name}`;
  const choices =
    comparison.attribute === "action.tool" ? tools.map((tool) => tool.name) : choicesFor(comparison.attribute);
  if (as === "text" && choices && exact(comparison))
    return (
      <Field label={label} labelHidden className="flex-1">
        <MultiSelect
          noun={comparison.attribute === "action.tool" ? "tools" : "values"}
          options={choices.map((value) => ({ value, label: value }))}
          value={held.map(String)}
          onValueChange={onChange}
        />
      </Field>
    );
  return (
    <Field label={label} labelHidden hint="Enter or comma adds one." className="flex-1">
      <TagInput
        value={held.map(String)}
        placeholder={examples[comparison.operator] ?? "Add values"}
        {...(as === "number"
          ? { check: (text: string) => (Number.isFinite(Number(text)) ? undefined : "Type a number.") }
          : {})}
        onValueChange={(next) =>
          onChange(next.map((text) => (as === "number" ? Number(text) : as === "boolean" ? text === "true" : text)))
        }
      />
    </Field>
  );
}

const examples: Partial<Record<Comparison["operator"], string>> = {
  glob: "*@example.com",
  hostMatches: "*.example.com",
  cidrMatches: "10.0.0.0/8",
};

/** Operators that compare whole values; patterns are typed freely. */
function exact({ operator }: Comparison): boolean {
  return operator === "eq" || operator === "neq" || operator === "in" || operator === "notIn";
}

function options(values: readonly string[], held: string) {
  return (values.includes(held) || held === "" ? values : [held, ...values]).map((value) => ({ value, label: value }));
}

function emptyOf(as: "text" | "number" | "boolean"): string | number | boolean {
  return as === "text" ? "" : as === "number" ? 0 : true;
}

function TypeSelect({
  name,
  as,
  onChange,
}: {
  name: string;
  as: "text" | "number" | "boolean";
  onChange: (as: "text" | "number" | "boolean") => void;
}) {
  return (
    <select
      aria-label={`Type of the value of line ${name}`}
      value={as}
      onChange={(event) => onChange(event.target.value as "text" | "number" | "boolean")}
      className="control h-8 shrink-0 px-1"
    >
      <option value="text">Text</option>
      <option value="number">Number</option>
      <option value="boolean">Yes or no</option>
    </select>
  );
}

function NumberField({
  label,
  labelHidden,
  value,
  onChange,
}: {
  label: string;
  labelHidden?: boolean;
  value: number;
  onChange: (value: number) => void;
}) {
  const typed = useTyped(
    String(value),
    (text) => (/^-?\d{1,15}(\.\d+)?$/.test(text) ? undefined : "Type a number."),
    (text) => onChange(Number(text)),
  );
  return (
    <Field label={label} labelHidden={labelHidden ?? false} error={typed.error} className="flex-1">
      <Input
        numeric
        inputMode="decimal"
        value={typed.text}
        onChange={(event) => typed.type(event.target.value.trim())}
      />
    </Field>
  );
}

function YesNo({
  label,
  yes = "Yes",
  no = "No",
  value,
  onChange,
}: {
  label: string;
  yes?: string;
  no?: string;
  value: boolean;
  onChange: (value: boolean) => void;
}) {
  return (
    <SegmentedControl
      label={label}
      labelHidden
      options={[
        { value: "yes", label: yes },
        { value: "no", label: no },
      ]}
      value={value ? "yes" : "no"}
      onValueChange={(next) => onChange(next === "yes")}
    />
  );
}
