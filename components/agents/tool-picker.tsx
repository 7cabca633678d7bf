"use client";

import { Search } from "lucide-react";
import { useState } from "react";
import { Checkbox } from "@/components/ui/checkbox";
import { FieldSet } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { sentence } from "@/components/ui/sentence";
import { EffectBadge } from "@/components/ui/status-badge";
import { type EffectClass, effectClasses } from "@/lib/policy/schema";

export type ToolChoice = {
  name: string;
  description: string;
  effect: EffectClass;
  reversible: boolean;
  status: "sanctioned" | "changed" | "blocked";
};
export type Reach = Record<EffectClass, "alone" | "within" | "approval" | "never">;

const reachWords: Record<Reach[EffectClass], string> = {
  alone: "alone at this tier",
  within: "alone within limits, otherwise asked",
  approval: "always asked at this tier",
  never: "never at this tier",
};

type ToolPickerProps = {
  tools: readonly ToolChoice[];
  value: readonly string[];
  onChange: (names: string[]) => void;
  /** What the tier says of each effect class. */
  reach?: Reach | undefined;
  error?: string | undefined;
};

/** The tools of a mandate, chosen from the catalogue and grouped by what they do to the world. */
export function ToolPicker({ tools, value, onChange, reach, error }: ToolPickerProps) {
  const [query, setQuery] = useState("");
  const words = query.trim().toLowerCase();
  const shown = tools.filter((tool) => !words || `${tool.name} ${tool.description}`.toLowerCase().includes(words));
  const chosen = new Set(value);
  const unknown = value.filter((name) => !tools.some((tool) => tool.name === name));
  const set = (names: readonly string[], on: boolean) =>
    onChange(on ? [...new Set([...value, ...names])] : value.filter((name) => !names.includes(name)));

  return (
    <FieldSet
      label={`Tools (${value.length} chosen)`}
      hint="The agent can use these and nothing else. The tier still decides what it may do with them alone."
      error={error}
    >
      <Input
        type="search"
        aria-label="Filter tools"
        placeholder="Filter tools"
        before={<Search aria-hidden />}
        value={query}
        onChange={(event) => setQuery(event.target.value)}
        className="mb-2 sm:max-w-72"
      />
      <div className="flex max-h-144 flex-col gap-3 overflow-y-auto rounded-lg border p-3">
        {effectClasses.map((effect) => {
          const group = shown.filter((tool) => tool.effect === effect && tool.status !== "blocked");
          if (group.length === 0) return null;
          const names = group.map((tool) => tool.name);
          const count = names.filter((name) => chosen.has(name)).length;
          return (
            <section key={effect} aria-label={`${effect} tools`} className="flex flex-col gap-1">
              <div className="flex flex-wrap items-center gap-2 border-b pb-1">
                <Checkbox
                  label={`All ${effect} tools`}
                  labelHidden
                  checked={count === names.length}
                  indeterminate={count > 0 && count < names.length}
                  onChange={(event) => set(names, event.target.checked)}
                />
                <EffectBadge effect={effect} />
                {reach && <span className="text-muted text-xs">{reachWords[reach[effect]]}</span>}
              </div>
              <div className="grid gap-x-4 md:grid-cols-2">
                {group.map((tool) => (
                  <Checkbox
                    key={tool.name}
                    label={<span className="wrap-anywhere font-mono text-xs">{tool.name}</span>}
                    hint={[firstSentence(tool.description), tool.reversible ? "" : "Cannot be undone."]
                      .filter(Boolean)
                      .join(" ")}
                    checked={chosen.has(tool.name)}
                    onChange={(event) => set([tool.name], event.target.checked)}
                  />
                ))}
              </div>
            </section>
          );
        })}
        {unknown.length > 0 && (
          <section aria-label="Tools that are not in the catalogue" className="flex flex-col gap-1">
            <p className="border-b pb-1 text-muted text-xs">
              Not in the catalogue, so refused whatever the mandate says
            </p>
            {unknown.map((name) => (
              <Checkbox
                key={name}
                label={<span className="font-mono text-xs">{name}</span>}
                checked
                onChange={() => set([name], false)}
              />
            ))}
          </section>
        )}
        {shown.length === 0 && unknown.length === 0 && (
          <p className="text-muted">
            {tools.length === 0
              ? "The catalogue is empty. An administrator sanctions tools under Tools."
              : "No tool matches."}
          </p>
        )}
      </div>
    </FieldSet>
  );
}

/** The first line, ended by a full stop. */
function firstSentence(description: string): string {
  const first = description.split("\n")[0]?.trim() ?? "";
  return first && sentence(first);
}
