"use client";

import { type ReactNode, useDeferredValue, useEffect, useMemo, useState } from "react";
import { amountWords } from "@/components/tiers/band-sentence";
import type { BandsCell, DraftContent } from "@/components/tiers/cells";
import { type AgentChoice, useEditor } from "@/components/tiers/editor-context";
import { Combobox } from "@/components/ui/combobox";
import { Field } from "@/components/ui/field";
import { sentence } from "@/components/ui/sentence";
import { compilePolicy } from "@/lib/policy/compile";
import { type EffectiveAuthority, effectiveAuthority } from "@/lib/policy/effective";
import type { Money, Tool } from "@/lib/policy/schema";
import type { AgentPolicyInput } from "@/lib/policy/types";

/** What one agent of this tier would really be allowed by the draft, as the engine says it: with its mandate, every guardrail and what cannot be undone. */
export function AuthorityPanel({ content, cell, now }: { content: DraftContent; cell: BandsCell; now: number }) {
  const { agents, tools, agentInput } = useEditor();
  const named = new Set(
    tools
      .filter((tool) => (cell.kind === "tool" ? tool.name === cell.tool : tool.effect === cell.effect))
      .map((tool) => tool.name),
  );
  const concerned = (agent: AgentChoice) => agent.tools.some((tool) => named.has(tool));
  const inTier = agents.filter((agent) => agent.tier === cell.tier);
  const ofTier = [...inTier.filter(concerned), ...inTier.filter((agent) => !concerned(agent))];
  const [chosen, setChosen] = useState(ofTier[0]?.id);
  const agent = ofTier.find(({ id }) => id === chosen) ?? ofTier[0];
  const loaded = useAgent(agent?.id, agentInput);
  const fitting = loaded.agent ? toolsFor(cell, tools, loaded.agent) : [];
  const [chosenTool, setChosenTool] = useState<string>();
  const tool = fitting.includes(chosenTool ?? "") ? chosenTool : fitting[0];
  if (!agent) return <p className="text-muted">No agent is in {cell.tier}, so nobody is affected by this yet.</p>;
  return (
    <div className="flex flex-col gap-3">
      <div className="grid gap-3 sm:max-lg:grid-cols-2">
        <Field label="Agent">
          <Combobox
            noun="agents"
            placeholder="Choose an agent"
            options={ofTier.map(({ id, name }) => ({ value: id, label: name }))}
            value={agent.id}
            onValueChange={setChosen}
          />
        </Field>
        <Field label="Tool">
          <Combobox
            noun="tools"
            placeholder={loaded.agent ? "No tool of this kind" : "…"}
            options={fitting.map((name) => ({ value: name, label: name }))}
            value={tool}
            onValueChange={setChosenTool}
          />
        </Field>
      </div>
      {loaded.failed && (
        <p className="text-status-deny">The agent could not be loaded. Close this panel and open it again.</p>
      )}
      {loaded.agent && !tool && (
        <p className="text-muted">Its mandate has no tool of this kind, so it may do none of this.</p>
      )}
      {loaded.agent && tool && <Authority content={content} agent={loaded.agent} tool={tool} now={now} />}
    </div>
  );
}

function Authority({
  content,
  agent,
  tool,
  now,
}: {
  content: DraftContent;
  agent: AgentPolicyInput;
  tool: string;
  now: number;
}) {
  const { tools } = useEditor();
  const settled = useDeferredValue(content);
  const authority = useMemo(() => {
    try {
      const policy = compilePolicy({ version: 1, tools: tools.filter(({ name }) => name === tool), ...settled });
      return effectiveAuthority(policy, agent, tool, now);
    } catch {
      return null;
    }
  }, [settled, tools, agent, tool, now]);
  if (!authority) return <p className="text-muted">This cannot be worked out until the problems are solved.</p>;
  return (
    <dl aria-live="polite" className="flex flex-col gap-2">
      <Term word="In effect">
        <span className="font-medium">{sentence(authorityWords(authority))}</span>
      </Term>
      <Term word="Decided by">
        {layerWords[authority.decidedBy.layer] ?? authority.decidedBy.layer}{" "}
        <code className="wrap-anywhere font-mono text-muted text-xs">{authority.decidedBy.ruleId}</code>
      </Term>
      {authority.conditions.length > 0 && (
        <Term word="Provided">
          <ul className="list-disc pl-4">
            {authority.conditions.map((words) => (
              <li key={words}>{words}</li>
            ))}
          </ul>
        </Term>
      )}
    </dl>
  );
}

function Term({ word, children }: { word: string; children: ReactNode }) {
  return (
    <div>
      <dt className="text-muted text-xs">{word}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** `alone up to 500 EUR; up to 5,000 EUR one person of Finance must approve; never above`. */
export function authorityWords({ allowUpTo, approvalUpTo, never, whoMustApprove }: EffectiveAuthority): string {
  if (never) return "never";
  const parts: string[] = [];
  if (allowUpTo !== null) parts.push(allowUpTo === "unlimited" ? "alone" : `alone up to ${moneyWords(allowUpTo)}`);
  const who = whoMustApprove ?? "a person must approve";
  if (approvalUpTo !== null)
    parts.push(
      approvalUpTo === "unlimited"
        ? parts.length > 0
          ? `otherwise ${who}`
          : who
        : `up to ${moneyWords(approvalUpTo)} ${who}`,
    );
  if ((approvalUpTo ?? allowUpTo) !== "unlimited") parts.push("above never");
  return parts.join("; ");
}

function moneyWords({ amount, currency }: Money): string {
  return `${amountWords(amount)} ${currency}`;
}

const layerWords: Record<string, string> = {
  registry: "The agent's state",
  catalogue: "The catalogue",
  mandate: "The agent's mandate",
  guardrail: "A guardrail",
  tier: "The tier",
  budget: "A budget",
  default: "Nothing allows it",
};

/** The tools of the mandate that the cell is about. */
function toolsFor(cell: BandsCell, tools: readonly Tool[], agent: AgentPolicyInput): string[] {
  const named = new Set(agent.mandate.tools);
  return tools
    .filter(
      (tool) => named.has(tool.name) && (cell.kind === "tool" ? tool.name === cell.tool : tool.effect === cell.effect),
    )
    .map((tool) => tool.name);
}

function useAgent(id: string | undefined, load: (id: string) => Promise<AgentPolicyInput | null>) {
  const [held, setHeld] = useState<{ id: string; agent: AgentPolicyInput | null }>();
  // The agent's mandate is on the server; it is asked for when it is first looked at.
  useEffect(() => {
    if (id === undefined) return;
    let wanted = true;
    load(id)
      .catch(() => null)
      .then((agent) => wanted && setHeld({ id, agent }));
    return () => {
      wanted = false;
    };
  }, [id, load]);
  const current = held?.id === id ? held : undefined;
  return { agent: current?.agent ?? null, failed: current !== undefined && current.agent === null };
}
