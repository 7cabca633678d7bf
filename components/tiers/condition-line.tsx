"use client";

import { useState } from "react";
import { operatorLabels, operatorsFor, valueFor } from "@/components/tiers/condition-options";
import { ConditionValueField } from "@/components/tiers/condition-value";
import { useEditor } from "@/components/tiers/editor-context";
import { useTyped } from "@/components/tiers/use-typed";
import { Combobox } from "@/components/ui/combobox";
import { Field, FieldError } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Select } from "@/components/ui/select";
import { sentence } from "@/components/ui/sentence";
import { findAttribute } from "@/lib/policy/attributes";
import { prepareCondition } from "@/lib/policy/conditions";
import type { Comparison, ConditionValue, Operator } from "@/lib/policy/schema";

const other = "…other";

/** One comparison: an attribute, an operator that fits it, and a value of the kind the operator asks for. */
export function ConditionLine({
  value,
  onChange,
  name,
}: {
  value: Comparison;
  onChange: (value: Comparison) => void;
  name: string;
}) {
  const { attributes, currency, lists } = useEditor();
  const [typing, setTyping] = useState(false);
  const known = attributes.some((option) => option.value === value.attribute);
  const options = [
    ...attributes,
    ...(known ? [] : [{ value: value.attribute, label: value.attribute, hint: "" }]),
    { value: other, label: "Another argument or context value…", hint: "" },
  ];
  const operators = operatorsFor(value.attribute);
  const put = (attribute: string, operator: Operator, held: ConditionValue | undefined) => {
    const next = valueFor({ attribute, operator }, held, currency);
    onChange({ attribute, operator, ...(next === undefined ? {} : { value: next }) });
  };
  const choose = (attribute: string) => {
    setTyping(attribute === other);
    if (attribute === other) return;
    const fitting = operatorsFor(attribute);
    const alike = findAttribute(attribute)?.kind === findAttribute(value.attribute)?.kind;
    put(
      attribute,
      alike && fitting.includes(value.operator) ? value.operator : (fitting[0] ?? "eq"),
      alike ? value.value : undefined,
    );
  };
  const problem = problemOf(value, lists);
  return (
    <div className="grid min-w-0 flex-1 items-start gap-2 sm:grid-cols-2">
      <Field label={`Attribute of line ${name}`} labelHidden>
        <Combobox
          noun="attributes"
          placeholder="Choose an attribute"
          options={options}
          value={value.attribute}
          onValueChange={choose}
        />
      </Field>
      <Field label={`Comparison of line ${name}`} labelHidden>
        <Select
          options={(operators.includes(value.operator) ? operators : [value.operator, ...operators]).map(
            (operator) => ({
              value: operator,
              label: operatorLabels[operator],
            }),
          )}
          value={value.operator}
          onChange={(event) => put(value.attribute, event.target.value as Operator, value.value)}
        />
      </Field>
      {typing && <OtherAttribute value={value.attribute} onChange={(next) => put(next, value.operator, value.value)} />}
      <div className="min-w-0 sm:col-span-2">
        <ConditionValueField
          key={`${value.attribute} ${value.operator}`}
          comparison={value}
          onChange={(next) => {
            const { value: _, ...rest } = value;
            onChange(next === undefined ? rest : { ...rest, value: next });
          }}
          name={name}
        />
        <FieldError message={problem && sentence(problem)} />
      </div>
    </div>
  );
}

/** An argument by its pointer, or a value of the context by its name: what the catalogue does not name. */
function OtherAttribute({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  const typed = useTyped(
    value,
    (text) => (findAttribute(text) ? undefined : "Type `arguments/` and a JSON Pointer, or `context.` and a name."),
    onChange,
  );
  return (
    <Field
      label="Name of the attribute"
      hint="For example `arguments/payee/iban` or `context.purpose`."
      error={typed.error}
      className="sm:col-span-2"
    >
      <Input value={typed.text} onChange={(event) => typed.type(event.target.value.trim())} autoComplete="off" />
    </Field>
  );
}

/** What the engine would refuse about this line alone. */
function problemOf(comparison: Comparison, lists: Parameters<typeof prepareCondition>[1]["lists"]): string | undefined {
  try {
    prepareCondition(comparison, { lists });
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
