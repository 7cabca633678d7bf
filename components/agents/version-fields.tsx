"use client";

import type { Control, FieldPath, FieldValues } from "react-hook-form";
import { FormField } from "@/components/ui/form-field";
import { Input } from "@/components/ui/input";

/** What exactly runs under the agent's name. A version never changes; a new one is made and promoted. */
export function VersionFields<V extends FieldValues>({
  control,
  prefix = "",
}: {
  control: Control<V>;
  prefix?: string;
}) {
  const name = (field: string) => `${prefix}${field}` as FieldPath<V>;
  return (
    <>
      <FormField control={control} name={name("label")} label="Label" required hint="How you call this version.">
        {(field) => (
          <Input {...field} value={field.value ?? ""} maxLength={80} autoComplete="off" placeholder="2026-11" />
        )}
      </FormField>
      <div className="grid gap-6 md:grid-cols-2">
        <FormField control={control} name={name("provider")} label="Provider" required hint="Who runs the model.">
          {(field) => <Input {...field} value={field.value ?? ""} maxLength={120} autoComplete="off" />}
        </FormField>
        <FormField control={control} name={name("model")} label="Model" required hint="Its exact name.">
          {(field) => <Input {...field} value={field.value ?? ""} maxLength={120} autoComplete="off" />}
        </FormField>
        <FormField
          control={control}
          name={name("codeVersion")}
          label="Code version"
          optional
          hint="A commit or release of the agent's own code."
        >
          {(field) => <Optional field={field} maxLength={120} />}
        </FormField>
        <FormField
          control={control}
          name={name("promptHash")}
          label="Prompt hash"
          optional
          hint="SHA-256 of the system prompt, 64 hexadecimal digits."
        >
          {(field) => <Optional field={field} maxLength={71} />}
        </FormField>
        <FormField
          control={control}
          name={name("toolsHash")}
          label="Tool list hash"
          optional
          hint="SHA-256 of the tool definitions it was given."
        >
          {(field) => <Optional field={field} maxLength={71} />}
        </FormField>
      </div>
    </>
  );
}

/** An empty text is no value. */
function Optional({
  field,
  maxLength,
}: {
  field: { value: string | undefined; onChange: (value: string | undefined) => void; onBlur: () => void; name: string };
  maxLength: number;
}) {
  return (
    <Input
      name={field.name}
      onBlur={field.onBlur}
      value={field.value ?? ""}
      onChange={(event) => field.onChange(event.target.value || undefined)}
      maxLength={maxLength}
      autoComplete="off"
    />
  );
}
