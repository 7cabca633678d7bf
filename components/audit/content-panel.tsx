"use client";

import { MessageSquareWarning } from "lucide-react";
import { type ReactNode, useState, useTransition } from "react";
import { FindingList } from "@/components/audit/finding-list";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Description, DescriptionList } from "@/components/ui/description-list";
import { InertText } from "@/components/ui/inert-text";
import { JsonView } from "@/components/ui/json-view";
import { announce } from "@/components/ui/live-region";
import { Panel } from "@/components/ui/panel";
import { ProblemBanner } from "@/components/ui/problem-banner";
import type { Problem } from "@/lib/errors";
import type { EntryContent } from "@/lib/explorer/schema";
import type { ActionResult } from "@/lib/http/action";

type ContentPanelProps = {
  id: string;
  state: "stored" | "erased";
  mayOpen: boolean;
  open: (input: { id: string }) => Promise<ActionResult<EntryContent>>;
  /** The reasons in general words, until the exact findings are open. */
  reasons: ReactNode;
  /** Where the rules of its findings can be read, and the policy they were found under. */
  at: { policyNumber: number | null; agentId: string | null; tool: string | null };
};

/** Arguments, findings and reasoning of an entry. They are encrypted; opening them is a deed that the log records. */
export function ContentPanel({ id, state, mayOpen, open, reasons, at }: ContentPanelProps) {
  const [content, setContent] = useState<EntryContent>();
  const [problem, setProblem] = useState<Problem>();
  const [busy, start] = useTransition();
  const show = () =>
    start(async () => {
      const result = await open({ id });
      if (!result.ok) return setProblem(result.error);
      setProblem(undefined);
      setContent(result.data);
      announce("Content opened");
    });

  if (content) return <Opened content={content} reasons={reasons} at={at} />;
  return (
    <>
      {reasons}
      <Panel title="Content">
        <div className="flex flex-col items-start gap-3">
          <p className="max-w-prose text-muted">{said(state, mayOpen)}</p>
          {state === "stored" && mayOpen && (
            <Button busy={busy} onClick={show}>
              Show content
            </Button>
          )}
          <ProblemBanner problem={problem} />
        </div>
      </Panel>
    </>
  );
}

function said(state: "stored" | "erased", mayOpen: boolean): string {
  if (state === "erased")
    return "The content was erased. What the entry committed to still stands, and the lane still verifies.";
  if (!mayOpen) return "What was asked is stored encrypted. You may see this entry, but not its content.";
  return "Arguments, exact findings and reasoning are stored encrypted. Showing them is recorded in this log under your name.";
}

function Opened({ content, reasons, at }: { content: EntryContent; reasons: ReactNode; at: ContentPanelProps["at"] }) {
  const { findings, facts, reasoning, fields } = content;
  const known = [
    { term: "Amount", value: facts.amount && [facts.amount, facts.currency].filter(Boolean).join(" ") },
    { term: "Recipient", value: facts.recipient },
    { term: "Resource", value: facts.resource },
  ].filter((fact) => fact.value);
  return (
    <>
      {findings.length > 0 ? (
        <Panel title="Why" description="What each layer of the policy found, what weighed most first.">
          <FindingList findings={findings} at={at} />
        </Panel>
      ) : (
        reasons
      )}
      <Panel title="Content" description="Your look is recorded.">
        <div className="flex flex-col gap-4">
          {known.length > 0 && (
            <DescriptionList>
              {known.map(({ term, value }) => (
                <Description key={term} term={term}>
                  <InertText text={value ?? ""} />
                </Description>
              ))}
            </DescriptionList>
          )}
          {fields.map(({ name, json }) => (
            <JsonView key={name} json={json} label={labels[name] ?? name} />
          ))}
          {reasoning.length > 0 && <Reasoning steps={reasoning} />}
          {known.length + fields.length + reasoning.length + findings.length === 0 && (
            <p className="text-muted">The content is empty.</p>
          )}
        </div>
      </Panel>
    </>
  );
}

const labels: Record<string, string> = {
  arguments: "Arguments",
  resource: "Resource",
  context: "Context",
  obligations: "Obligations",
  nonce: "Action nonce",
  wouldBe: "With the rules in shadow",
};

function Reasoning({ steps }: { steps: readonly string[] }) {
  return (
    <section aria-label="Reasoning" className="rounded-lg border border-dashed">
      <h3 className="flex min-h-9 flex-wrap items-center gap-2 border-b border-dashed px-3 py-1">
        Reasoning
        <Badge tone="warning" icon={<MessageSquareWarning aria-hidden />}>
          Untrusted, written by the agent
        </Badge>
      </h3>
      <ol className="flex max-h-96 flex-col gap-2 overflow-y-auto p-3 text-muted">
        {steps.map((step, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a step is its position
          <li key={index} className="wrap-anywhere">
            <InertText text={step} lines />
          </li>
        ))}
      </ol>
    </section>
  );
}
