"use client";

import { Plus } from "lucide-react";
import type { PlaygroundAgent, PlaygroundTool } from "@/components/tiers/playground";
import { argumentsIn, type Draft, type PolicyOption, withArgument } from "@/components/tiers/playground-draft";
import { Button } from "@/components/ui/button";
import { Combobox } from "@/components/ui/combobox";
import { Field, FieldError } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Select } from "@/components/ui/select";
import { Textarea } from "@/components/ui/textarea";

type FormProps = {
  draft: Draft;
  setDraft: (draft: Draft) => void;
  agents: readonly PlaygroundAgent[];
  tools: readonly PlaygroundTool[];
  policies: readonly PolicyOption[];
  refused: string | undefined;
  busy: boolean;
  submit: () => void;
};

/** Who asks for what, when, and by which policies it is judged. */
export function PlaygroundForm({ draft, setDraft, agents, tools, policies, refused, busy, submit }: FormProps) {
  const set = (part: Partial<Draft>) => setDraft({ ...draft, ...part });
  const tool = tools.find((one) => one.name === draft.tool);
  const given = argumentsIn(draft.arguments);
  const offers = (tool?.offers ?? []).filter((offer) => !given.includes(offer.name));
  const known = tools.map(({ name }) => ({ value: name, label: name }));
  const options =
    draft.tool && !tool ? [{ value: draft.tool, label: `${draft.tool} (not in the catalogue)` }, ...known] : known;
  return (
    <form
      noValidate
      className="flex flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <div className="grid gap-4 sm:grid-cols-2">
        <Field label="Agent" required>
          <Combobox
            options={agents.map((agent) => ({
              value: agent.id,
              label: `${agent.name}, ${agent.tier}${agent.status === "active" ? "" : ` (${agent.status})`}`,
            }))}
            value={draft.agentId}
            onValueChange={(agentId) => set({ agentId })}
            placeholder="Choose an agent"
            noun="agents"
          />
        </Field>
        <Field label="Tool" required>
          <Combobox
            options={options}
            value={draft.tool}
            onValueChange={(name) => set({ tool: name })}
            placeholder="Choose a tool"
            noun="tools"
          />
        </Field>
      </div>
      <Field label="Arguments" hint="A JSON object, as the agent would send it.">
        <Textarea
          value={draft.arguments}
          onChange={(event) => set({ arguments: event.target.value })}
          rows={6}
          spellCheck={false}
          className="font-mono text-xs"
        />
      </Field>
      {offers.length > 0 && (
        <fieldset>
          <legend className="mb-1 text-muted text-xs">Add an argument the catalogue knows</legend>
          <div className="flex flex-wrap gap-1">
            {offers.map((offer) => (
              <Button
                key={offer.name}
                size="sm"
                onClick={() => set({ arguments: withArgument(draft.arguments, offer.name, offer.value) })}
              >
                <Plus aria-hidden />
                <span className="font-mono text-xs">{offer.name}</span>
                {offer.required && <span className="text-muted text-xs">required</span>}
              </Button>
            ))}
          </div>
        </fieldset>
      )}
      <div className="grid gap-4 sm:grid-cols-2">
        <Field label="Resource" optional hint="host, path, method, region, dataClasses, type, id">
          <Textarea
            value={draft.resource}
            onChange={(event) => set({ resource: event.target.value })}
            rows={2}
            spellCheck={false}
            placeholder={'{ "host": "api.example.com" }'}
            className="font-mono text-xs"
          />
        </Field>
        <Field label="Context" optional hint="purpose, region, onBehalfOf, agentVersion, or anything a rule names">
          <Textarea
            value={draft.context}
            onChange={(event) => set({ context: event.target.value })}
            rows={2}
            spellCheck={false}
            placeholder={'{ "purpose": "invoices" }'}
            className="font-mono text-xs"
          />
        </Field>
        <Field label="Time, UTC" optional hint="Now when left empty.">
          <Input type="datetime-local" value={draft.at} onChange={(event) => set({ at: event.target.value })} />
        </Field>
      </div>
      <div className="grid gap-4 sm:grid-cols-2">
        <Field label="Policy">
          <Select options={policies} value={draft.policy} onChange={(event) => set({ policy: event.target.value })} />
        </Field>
        <Field label="Compare with" optional>
          <Select
            options={[{ value: "", label: "Nothing" }, ...policies.filter((policy) => policy.value !== draft.policy)]}
            value={draft.against}
            onChange={(event) => set({ against: event.target.value })}
          />
        </Field>
      </div>
      <FieldError message={refused} />
      <Button type="submit" variant="primary" busy={busy} className="self-end">
        Try request
      </Button>
    </form>
  );
}
