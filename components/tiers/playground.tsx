"use client";

import { useState, useTransition } from "react";
import type { z } from "zod";
import { type Draft, emptyDraft, type PolicyOption, requestOf } from "@/components/tiers/playground-draft";
import { PlaygroundForm } from "@/components/tiers/playground-form";
import { TrialResult } from "@/components/tiers/trial-result";
import { Banner } from "@/components/ui/banner";
import { Button } from "@/components/ui/button";
import { EmptyState } from "@/components/ui/empty-state";
import { announce } from "@/components/ui/live-region";
import { Panel } from "@/components/ui/panel";
import { ProblemBanner } from "@/components/ui/problem-banner";
import { statusWord } from "@/components/ui/status-badge";
import { Time } from "@/components/ui/time";
import type { TryAnswer, tryInput } from "@/lib/decisions/try-schema";
import type { Problem } from "@/lib/errors";
import type { PlaygroundStart } from "@/lib/explorer/playground-start";
import type { EntryContent } from "@/lib/explorer/schema";
import type { ActionResult, ServerAction } from "@/lib/http/action";
import type { ArgumentOffer } from "@/lib/tools/argument-offers";

export type PlaygroundTool = { name: string; offers: ArgumentOffer[] };
export type PlaygroundAgent = { id: string; name: string; tier: string; status: string };

type PlaygroundProps = {
  agents: readonly PlaygroundAgent[];
  tools: readonly PlaygroundTool[];
  versions: readonly { number: number; note: string }[];
  inForce: number;
  start: PlaygroundStart;
  run: ServerAction<z.input<typeof tryInput>, TryAnswer>;
  openContent: (input: { id: string }) => Promise<ActionResult<EntryContent>>;
};

/** Any request, judged by the policy in force, the draft or an old version, side by side if wished. Nothing of it is recorded. */
export function Playground({ agents, tools, versions, inForce, start, run, openContent }: PlaygroundProps) {
  const [draft, setDraft] = useState<Draft>(() => emptyDraft(start, agents[0]?.id ?? ""));
  const [answer, setAnswer] = useState<TryAnswer>();
  const [problem, setProblem] = useState<Problem>();
  const [refused, setRefused] = useState<string>();
  const [filled, setFilled] = useState(false);
  const [busy, begin] = useTransition();
  const policies: PolicyOption[] = [
    { value: "live", label: `In force (version ${inForce})` },
    { value: "draft", label: "The draft" },
    ...versions
      .filter(({ number }) => number !== inForce)
      .map(({ number, note }) => ({ value: String(number), label: `Version ${number}: ${note}` })),
  ];
  const fill = (id: string) =>
    begin(async () => {
      const result = await openContent({ id });
      if (!result.ok) return setProblem(result.error);
      const field = (name: string) => result.data.fields.find((one) => one.name === name)?.json;
      setDraft((held) => ({
        ...held,
        arguments: pretty(field("arguments")) ?? held.arguments,
        resource: pretty(field("resource")) ?? "",
        context: pretty(field("context")) ?? "",
      }));
      setFilled(true);
      announce("Filled in from the decision");
    });
  const attempt = () => {
    const request = requestOf(draft);
    setProblem(undefined);
    setRefused(request.ok ? undefined : request.message);
    if (!request.ok) return;
    begin(async () => {
      const result = await run(request.input);
      if (!result.ok) return setProblem(result.error);
      setAnswer(result.data);
      announce(result.data.trials.map((trial) => statusWord("outcome", trial.outcome)).join(", then "));
    });
  };
  const { decision } = start;
  return (
    <div className="grid items-start gap-4 xl:grid-cols-[minmax(0,2fr)_minmax(0,3fr)]">
      <div className="flex min-w-0 flex-col gap-4">
        {decision && !filled && (
          <Banner
            title="From a decision"
            action={
              decision.mayOpen && (
                <Button size="sm" busy={busy} onClick={() => fill(decision.id)}>
                  Fill in its content
                </Button>
              )
            }
          >
            Decided <Time value={decision.at} />.{" "}
            {decision.mayOpen
              ? "Its arguments are stored encrypted; opening them is recorded in the log under your name."
              : "You may see this decision, but not its content, so its arguments are left empty."}
          </Banner>
        )}
        <Panel title="Request">
          <PlaygroundForm
            draft={draft}
            setDraft={setDraft}
            agents={agents}
            tools={tools}
            policies={policies}
            refused={refused}
            busy={busy}
            submit={attempt}
          />
        </Panel>
      </div>
      <div className="flex min-w-0 flex-col gap-4">
        <ProblemBanner problem={problem} />
        {answer ? (
          <>
            {answer.trials.length === 2 && <Comparison answer={answer} />}
            <div className={answer.trials.length === 2 ? "grid items-start gap-4 lg:grid-cols-2" : ""}>
              {answer.trials.map((trial, index) => (
                <TrialResult
                  // biome-ignore lint/suspicious/noArrayIndexKey: a trial is its position
                  key={index}
                  trial={trial}
                  agentId={answer.agentId}
                  tool={draft.tool}
                />
              ))}
            </div>
            <p className="text-muted text-xs">
              Judged as of <Time value={answer.evaluatedAt} />. What budgets have spent already is not looked at.
            </p>
          </>
        ) : (
          <EmptyState kind="nothing" title="Nothing tried yet">
            The answer appears here, with what each layer of the policy found.
          </EmptyState>
        )}
      </div>
    </div>
  );
}

function Comparison({ answer: { trials } }: { answer: TryAnswer }) {
  const [one, other] = trials;
  if (!one || !other) return null;
  if (one.outcome !== other.outcome)
    return (
      <Banner tone="warning" title="The two policies answer differently">
        {statusWord("outcome", one.outcome)} by the first, {statusWord("outcome", other.outcome).toLowerCase()} by the
        second.
      </Banner>
    );
  const same = one.who === other.who;
  return (
    <Banner title={same ? "Both policies answer the same" : "Both ask, but not the same people"}>
      {same
        ? "The reasons may still differ."
        : `${one.who ?? "Nobody"} by the first; ${other.who ?? "nobody"} by the second.`}
    </Banner>
  );
}

function pretty(json: string | undefined): string | undefined {
  return json === undefined ? undefined : JSON.stringify(JSON.parse(json), null, 2);
}
