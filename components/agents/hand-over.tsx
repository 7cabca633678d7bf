"use client";

import { useState, useTransition } from "react";
import { type PersonChoice, personOptions } from "@/components/agents/identity-step";
import type { AnswerTransfer } from "@/components/agents/incoming-transfers";
import { Button } from "@/components/ui/button";
import { Combobox } from "@/components/ui/combobox";
import { Field } from "@/components/ui/field";
import { Panel } from "@/components/ui/panel";
import { ProblemBanner } from "@/components/ui/problem-banner";
import { sentence } from "@/components/ui/sentence";
import { Textarea } from "@/components/ui/textarea";
import { Time } from "@/components/ui/time";
import { toast } from "@/components/ui/toaster";
import type { AgentDetail } from "@/lib/agents/schema";
import type { Problem } from "@/lib/errors";
import type { ServerAction } from "@/lib/http/action";

/** Handing an agent to another owner: asked here, effective when they accept. */
export function HandOver({
  agent,
  people,
  request,
  answer,
}: {
  agent: AgentDetail;
  people: readonly PersonChoice[];
  request: ServerAction<{ id: string; ownerEmail: string; reason: string }, unknown>;
  answer: AnswerTransfer;
}) {
  const [to, setTo] = useState("");
  const [reason, setReason] = useState("");
  const [problem, setProblem] = useState<Problem>();
  const [busy, start] = useTransition();
  const pending = agent.pendingTransfer;
  const errorOf = (path: string) => {
    const message = problem?.errors?.find((each) => each.path === path)?.message;
    return message && sentence(message);
  };
  return (
    <Panel title="Hand over" description="The new owner must accept. Until then nothing changes.">
      {pending ? (
        <div className="flex flex-col items-start gap-3">
          <p>
            {pending.to.name} was asked to take this agent over <Time value={pending.createdAt} />. Reason:{" "}
            {pending.reason}
          </p>
          <Button
            busy={busy}
            onClick={() =>
              start(async () => {
                const result = await answer({ id: pending.id, answer: "cancel" });
                if (result.ok) toast.success("Transfer cancelled");
                else setProblem(result.error);
              })
            }
          >
            Cancel transfer
          </Button>
          <ProblemBanner problem={problem} />
        </div>
      ) : (
        <form
          noValidate
          className="flex max-w-3xl flex-col gap-4"
          onSubmit={(event) => {
            event.preventDefault();
            start(async () => {
              const result = await request({ id: agent.id, ownerEmail: to, reason });
              setProblem(result.ok ? undefined : result.error);
              if (result.ok)
                toast.success("Transfer requested", { description: "It takes effect when the new owner accepts." });
            });
          }}
        >
          <Field label="New owner" required error={errorOf("/ownerEmail")}>
            <Combobox
              options={personOptions(people.filter((person) => person.email !== agent.ownerEmail))}
              value={to}
              onValueChange={setTo}
              placeholder="Choose a person"
              noun="people"
            />
          </Field>
          <Field
            label="Reason"
            required
            hint="The new owner reads it. Recorded in the audit log."
            error={errorOf("/reason")}
          >
            <Textarea value={reason} onChange={(event) => setReason(event.target.value)} maxLength={2000} />
          </Field>
          {!problem?.errors && <ProblemBanner problem={problem} />}
          <Button type="submit" busy={busy} className="self-start">
            Request transfer
          </Button>
        </form>
      )}
    </Panel>
  );
}
