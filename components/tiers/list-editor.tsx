"use client";

import { count } from "@/components/tiers/count";
import { useTyped } from "@/components/tiers/use-typed";
import { Field } from "@/components/ui/field";
import { Select } from "@/components/ui/select";
import { Textarea } from "@/components/ui/textarea";
import type { NamedList } from "@/lib/policy/schema";

const kindWords: Record<NamedList["kind"], { label: string; hint: string }> = {
  exact: { label: "Exact values", hint: "Compared as written." },
  glob: { label: "Patterns", hint: "`*` stands for any text, such as `*@example.com`." },
  host: { label: "Hosts", hint: "A host, or `*.example.com` for all below it." },
  cidr: { label: "Networks", hint: "Such as `10.0.0.0/8`." },
  words: { label: "Words in a text", hint: "Found as whole words, whatever their case." },
};

/** Values that rules refer to by the name of their list. */
export function ListEditor({
  value,
  onChange,
}: {
  value: NamedList;
  onChange: (value: NamedList, group?: string) => void;
}) {
  const typed = useTyped(
    value.values.join("\n"),
    (text) => (linesOf(text).some((line) => line.length > 500) ? "A value has at most 500 characters." : undefined),
    (text) => onChange({ ...value, values: linesOf(text) }, "values"),
  );
  return (
    <div className="flex flex-col gap-4">
      <Field label="Compared as" hint={kindWords[value.kind].hint}>
        <Select
          options={Object.entries(kindWords).map(([kind, { label }]) => ({ value: kind, label }))}
          value={value.kind}
          onChange={(event) => onChange({ ...value, kind: event.target.value as NamedList["kind"] })}
        />
      </Field>
      <Field label="Values, one a line" hint={count(value.values.length, "value")} error={typed.error}>
        <Textarea
          rows={16}
          value={typed.text}
          onChange={(event) => typed.type(event.target.value)}
          spellCheck={false}
        />
      </Field>
    </div>
  );
}

function linesOf(text: string): string[] {
  return [...new Set(text.split("\n").map((line) => line.trim()))].filter(Boolean);
}
