"use client";

import { useRef, useState, useTransition } from "react";
import { flushSync } from "react-dom";
import type { z } from "zod";
import { effectHints, type RoleName, roleWords } from "@/components/tools/words";
import { Button } from "@/components/ui/button";
import { Checkbox } from "@/components/ui/checkbox";
import { Field, FieldSet } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { ProblemBanner } from "@/components/ui/problem-banner";
import { RadioGroup } from "@/components/ui/radio-group";
import type { Option } from "@/components/ui/select";
import { sentence } from "@/components/ui/sentence";
import { Textarea } from "@/components/ui/textarea";
import type { FieldError, Problem } from "@/lib/errors";
import type { ServerAction } from "@/lib/http/action";
import { pointer } from "@/lib/json";
import { type ArgumentRoles, type EffectClass, effectClasses } from "@/lib/policy/schema";
import { sanctionInput } from "@/lib/tools/schema";

export type SaveTool = ServerAction<z.input<typeof sanctionInput>, unknown>;

export type ToolDraft = {
  name: string;
  description: string;
  effect: EffectClass | "";
  reversible: boolean;
  argumentSchema: string;
  roles: Record<RoleName, string>;
  currency: string;
  source: string | undefined;
};

/** A tool as the form holds it: pointers as text, several separated by spaces. */
export function draftOf(tool: {
  name: string;
  description?: string;
  effect?: EffectClass;
  reversible?: boolean;
  argumentSchema?: unknown;
  argumentRoles?: ArgumentRoles;
  currency?: string | null;
  source?: string;
}): ToolDraft {
  const roles = Object.fromEntries(
    Object.keys(roleWords).map((role) => [role, [tool.argumentRoles?.[role as RoleName] ?? []].flat().join(" ")]),
  ) as ToolDraft["roles"];
  return {
    name: tool.name,
    description: tool.description ?? "",
    effect: tool.effect ?? "",
    reversible: tool.reversible ?? false,
    argumentSchema: tool.argumentSchema ? JSON.stringify(tool.argumentSchema, null, 2) : "",
    roles,
    currency: tool.currency ?? "",
    source: tool.source,
  };
}

type ToolFormProps = {
  initial: ToolDraft;
  /** The name can be typed: a tool nobody asked for yet. */
  naming?: boolean;
  /** Argument names seen in a recorded request. */
  names?: readonly string[];
  verb: string;
  save: SaveTool;
  done: () => void;
};

/** What a tool does to the world, and which of its arguments mean what. */
export function ToolForm({ initial, naming = false, names, verb, save, done }: ToolFormProps) {
  const [draft, setDraft] = useState(initial);
  const [errors, setErrors] = useState<readonly FieldError[]>([]);
  const [problem, setProblem] = useState<Problem>();
  const [busy, start] = useTransition();
  const form = useRef<HTMLFormElement>(null);
  const set = (part: Partial<ToolDraft>) => setDraft({ ...draft, ...part });
  const errorOf = (path: string) => {
    const found = errors.find((error) => error.path === path || error.path.startsWith(`${path}/`));
    return found && sentence(found.message);
  };
  const refuse = (refused: readonly FieldError[]) => {
    flushSync(() => setErrors(refused));
    form.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus();
  };
  const submit = () => {
    setProblem(undefined);
    const read = readDraft(draft);
    const parsed = read.ok ? sanctionInput.safeParse(read.input) : null;
    if (!parsed) return refuse([{ path: "/argumentSchema", message: "is not JSON" }]);
    if (!parsed.success)
      return refuse(parsed.error.issues.map((issue) => ({ path: pointer(issue.path), message: issue.message })));
    start(async () => {
      const result = await save(parsed.data);
      if (result.ok) return done();
      setProblem(result.error);
      refuse(result.error.errors ?? []);
    });
  };
  return (
    <form
      ref={form}
      noValidate
      className="flex flex-col gap-5"
      onSubmit={(event) => {
        event.preventDefault();
        event.stopPropagation();
        submit();
      }}
    >
      {naming && (
        <Field label="Name" required hint="Exactly as agents ask for it: a–z, 0–9 and . _ / -" error={errorOf("/name")}>
          <Input
            value={draft.name}
            onChange={(event) => set({ name: event.target.value })}
            maxLength={128}
            autoComplete="off"
            spellCheck={false}
            className="font-mono"
          />
        </Field>
      )}
      <Field label="Description" optional error={errorOf("/description")}>
        <Textarea
          value={draft.description}
          onChange={(event) => set({ description: event.target.value })}
          rows={2}
          maxLength={4000}
        />
      </Field>
      <RadioGroup
        label="Effect"
        hint="The gravest thing it can do. Tiers decide by it."
        options={effectClasses.map(
          (effect): Option<EffectClass | ""> => ({
            value: effect,
            label: effect.charAt(0).toUpperCase() + effect.slice(1),
            hint: effectHints[effect],
          }),
        )}
        value={draft.effect}
        onValueChange={(effect) => set({ effect })}
        error={draft.effect === "" ? errorOf("/effect") && "Choose what it does." : undefined}
      />
      <Checkbox
        label="What it does can be undone"
        hint="Otherwise no agent below T4 uses it without a person."
        checked={draft.reversible}
        onChange={(event) => set({ reversible: event.target.checked })}
      />
      <FieldSet
        label="What its arguments mean"
        optional
        hint={`JSON Pointers into the arguments, such as /to or /payment/amount. Separate several by spaces.${names && names.length > 0 ? ` The latest request had: ${names.map((name) => `/${name}`).join(" ")}` : ""}`}
      >
        <div className="grid gap-3 md:grid-cols-2">
          {(Object.keys(roleWords) as RoleName[]).map((role) => (
            <Field
              key={role}
              label={roleWords[role].label}
              hint={roleWords[role].hint || undefined}
              error={errorOf(`/argumentRoles/${role}`)}
            >
              <Input
                value={draft.roles[role]}
                onChange={(event) => set({ roles: { ...draft.roles, [role]: event.target.value } })}
                spellCheck={false}
                autoComplete="off"
                className="font-mono"
              />
            </Field>
          ))}
          <Field
            label="Currency of its amounts"
            hint="Where the arguments name none, such as EUR."
            error={errorOf("/currency")}
          >
            <Input
              value={draft.currency}
              onChange={(event) => set({ currency: event.target.value.toUpperCase() })}
              maxLength={3}
              autoComplete="off"
            />
          </Field>
        </div>
      </FieldSet>
      <Field
        label="Argument schema"
        optional
        hint="JSON Schema. A call whose arguments break it is refused."
        error={errorOf("/argumentSchema")}
      >
        <Textarea
          value={draft.argumentSchema}
          onChange={(event) => set({ argumentSchema: event.target.value })}
          rows={4}
          spellCheck={false}
          className="font-mono"
        />
      </Field>
      {errors.length === 0 && <ProblemBanner problem={problem} />}
      <Button type="submit" variant="primary" busy={busy} className="self-end">
        {verb}
      </Button>
    </form>
  );
}

function readDraft(draft: ToolDraft): { ok: true; input: unknown } | { ok: false } {
  let schema: unknown;
  try {
    schema = draft.argumentSchema.trim() ? JSON.parse(draft.argumentSchema) : undefined;
  } catch {
    return { ok: false };
  }
  const roles = Object.entries(draft.roles).flatMap(([role, text]) => {
    const pointers = text.trim().split(/\s+/).filter(Boolean);
    return pointers.length === 0 ? [] : [[role, pointers.length === 1 ? pointers[0] : pointers]];
  });
  const { name, description, effect, reversible, currency, source } = draft;
  return {
    ok: true,
    input: {
      name: name.trim(),
      description,
      effect: effect || undefined,
      reversible,
      ...(schema === undefined ? {} : { argumentSchema: schema }),
      ...(roles.length > 0 ? { argumentRoles: Object.fromEntries(roles) } : {}),
      ...(currency.trim() ? { currency: currency.trim() } : {}),
      ...(source ? { source } : {}),
    },
  };
}
