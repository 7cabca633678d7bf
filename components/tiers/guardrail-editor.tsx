"use client";

import { ApprovalFields } from "@/components/tiers/approval-fields";
import { ConditionBuilder } from "@/components/tiers/condition-builder";
import { guardrailWords } from "@/components/tiers/guardrail-words";
import { useTyped } from "@/components/tiers/use-typed";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { RadioGroup, SegmentedControl } from "@/components/ui/radio-group";
import { Textarea } from "@/components/ui/textarea";
import type { ApprovalSpec, Guardrail } from "@/lib/policy/schema";

/** One rule of the organization: when it fires, what it then does, and what people read. */
export function GuardrailEditor({
  value,
  escalation,
  onChange,
}: {
  value: Guardrail;
  escalation: ApprovalSpec;
  onChange: (value: Guardrail, group?: string) => void;
}) {
  const name = useTyped(value.name, needed(120), (text) => onChange({ ...value, name: text }, "name"));
  const message = useTyped(value.message, needed(500), (text) => onChange({ ...value, message: text }, "message"));
  return (
    <div className="flex flex-col gap-4">
      <p aria-live="polite" className="rounded-md bg-surface-sunken px-3 py-2 font-medium">
        {guardrailWords(value)}
      </p>
      <Field label="Name" required error={name.error}>
        <Input value={name.text} maxLength={120} onChange={(event) => name.type(event.target.value)} />
      </Field>
      <Field label="Why it is there" optional>
        <Textarea
          value={value.description ?? ""}
          maxLength={1000}
          rows={2}
          onChange={(event) => {
            const { description: _, ...rest } = value;
            onChange(event.target.value ? { ...rest, description: event.target.value } : rest, "description");
          }}
        />
      </Field>
      <ConditionBuilder
        label="Fires when"
        required
        value={value.when}
        onChange={(when) => when && onChange({ ...value, when }, "when")}
      />
      <SegmentedControl
        label="Then"
        options={[
          { value: "approval", label: "Approval" },
          { value: "deny", label: "Refused" },
        ]}
        value={value.effect === "deny" ? "deny" : "approval"}
        onValueChange={(effect) =>
          onChange({ ...value, effect: effect === "deny" ? "deny" : { approval: escalation } })
        }
      />
      {value.effect !== "deny" && (
        <ApprovalFields
          value={value.effect.approval}
          onChange={(approval) => onChange({ ...value, effect: { approval } }, "approval")}
        />
      )}
      <Field
        label="Message"
        required
        hint="What a business owner reads when the rule fires. One sentence, lower case, no full stop."
        error={message.error}
      >
        <Textarea
          value={message.text}
          maxLength={500}
          rows={2}
          onChange={(event) => message.type(event.target.value)}
        />
      </Field>
      <RadioGroup
        label="Mode"
        options={[
          { value: "enforce", label: "Enforce", hint: "It decides." },
          { value: "shadow", label: "Shadow", hint: "It is recorded what it would have done, and decides nothing." },
        ]}
        value={value.mode}
        onValueChange={(mode) => onChange({ ...value, mode })}
      />
    </div>
  );
}

function needed(most: number) {
  return (text: string) =>
    text.trim() === "" ? "This cannot be empty." : text.length > most ? `At most ${most} characters.` : undefined;
}
