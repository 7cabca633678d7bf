"use client";

import { BudgetFields } from "@/components/agents/budget-fields";
import { errorAt, errorBelow } from "@/components/agents/form-errors";
import { HoursFields } from "@/components/agents/hours-fields";
import { type Reach, type ToolChoice, ToolPicker } from "@/components/agents/tool-picker";
import { Field } from "@/components/ui/field";
import { sentence } from "@/components/ui/sentence";
import { TagInput } from "@/components/ui/tag-input";
import type { MandateInput } from "@/lib/agents/mandate-input";
import { hostRuleText, parseHostRule } from "@/lib/agents/mandate-text";

type MandateFieldsProps = {
  value: MandateInput;
  onChange: (mandate: MandateInput) => void;
  /** What is wrong, by the structure of the mandate, as a form's state has it. */
  errors: unknown;
  tools: readonly ToolChoice[];
  reach?: Reach | undefined;
};

/** Everything a mandate can hold, for registering and for editing. A list that is left empty narrows nothing. */
export function MandateFields({ value, onChange, errors, tools, reach }: MandateFieldsProps) {
  const set = (part: Partial<MandateInput>) => onChange({ ...value, ...part });
  const error = (path: string) => shown(errorBelow(errors, path));
  const own = (path: string) => shown(errorAt(errors, path));
  return (
    <div className="flex flex-col gap-6">
      <ToolPicker
        tools={tools}
        value={value.tools}
        onChange={(names) => set({ tools: names })}
        reach={reach}
        error={error("tools")}
      />
      <Field
        label="Recipients"
        optional
        hint="Whom it may write to or pay without asking: addresses, account numbers, or patterns such as *@acme.example. For anyone else a person is asked."
        error={error("recipients")}
      >
        <TagInput
          value={value.recipients ?? []}
          onValueChange={(recipients) => set({ recipients })}
          placeholder="name@company.example"
        />
      </Field>
      <Field
        label="Hosts"
        optional
        hint="Where its calls may go, such as api.example.com, *.example.com or GET api.example.com/v1/**. Any other host is refused."
        error={error("hosts")}
      >
        <TagInput
          value={(value.hosts ?? []).map(hostRuleText)}
          onValueChange={(texts) => set({ hosts: texts.map(parseHostRule).filter((rule) => rule !== null) })}
          check={(text) =>
            parseHostRule(text) ? undefined : "Write a host, with a method before and a path after it if needed."
          }
          placeholder="api.example.com"
        />
      </Field>
      <div className="grid gap-6 md:grid-cols-2">
        <Field
          label="Regions"
          optional
          hint="Where data may be handled. Any other region is refused."
          error={error("regions")}
        >
          <TagInput
            value={value.regions ?? []}
            onValueChange={(regions) => set({ regions })}
            placeholder="eu-central-1"
          />
        </Field>
        <Field label="Classes of data" optional hint="Any other class is refused." error={error("dataClasses")}>
          <TagInput
            value={value.dataClasses ?? []}
            onValueChange={(dataClasses) => set({ dataClasses })}
            placeholder="customer"
          />
        </Field>
      </div>
      <BudgetFields
        value={value.budgets ?? []}
        onChange={(budgets) => set({ budgets })}
        errorAt={(path) => own(`budgets.${path}`)}
      />
      <HoursFields
        value={value.hours ?? []}
        onChange={(hours) => set({ hours })}
        errorAt={(path) => own(`hours.${path}`)}
      />
    </div>
  );
}

function shown(message: string | undefined): string | undefined {
  return message && sentence(message);
}
