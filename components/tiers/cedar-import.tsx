"use client";

import { useState, useTransition } from "react";
import type { z } from "zod";
import { Banner } from "@/components/ui/banner";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { announce } from "@/components/ui/live-region";
import { ProblemBanner } from "@/components/ui/problem-banner";
import { Textarea } from "@/components/ui/textarea";
import type { Problem } from "@/lib/errors";
import type { ServerAction } from "@/lib/http/action";
import type { CedarImportAnswer, cedarImportInput } from "@/lib/policy/cedar-import-schema";
import type { Guardrail } from "@/lib/policy/schema";

export type ReadCedar = ServerAction<z.input<typeof cedarImportInput>, CedarImportAnswer>;

/**
 * From a Cedar file to guardrails of the draft: paste it, look at what was read and what was not, take it over.
 * @param take puts the guardrails into the draft; those with an id that is there already replace it
 */
export function CedarImport({ read, take }: { read: ReadCedar; take: (guardrails: Guardrail[]) => void }) {
  const [open, setOpen] = useState(false);
  const [text, setText] = useState("");
  const [answer, setAnswer] = useState<CedarImportAnswer>();
  const [problem, setProblem] = useState<Problem>();
  const [busy, start] = useTransition();

  const look = () =>
    start(async () => {
      setProblem(undefined);
      const result = await read({ text });
      if (!result.ok) return setProblem(result.error);
      setAnswer(result.data);
      announce(`${result.data.guardrails.length} rules read, ${result.data.problems.length} problems`);
    });
  const count = answer?.guardrails.length ?? 0;

  return (
    <Dialog
      title="Import guardrails from Cedar"
      description="Every forbid policy becomes a guardrail of the draft. Nothing is in force before the draft is published."
      size="lg"
      open={open}
      onOpenChange={setOpen}
      trigger={<Button>Import from Cedar…</Button>}
      footer={
        <>
          <Button onClick={look} busy={busy} disabled={text.trim() === ""}>
            Read
          </Button>
          <Button
            variant="primary"
            disabled={count === 0}
            onClick={() => {
              take(answer?.guardrails ?? []);
              setOpen(false);
              setAnswer(undefined);
              setText("");
            }}
          >
            {count === 1 ? "Take over 1 rule" : `Take over ${count} rules`}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        {problem && <ProblemBanner problem={problem} />}
        <Field label="Cedar policies" required>
          <Textarea
            rows={10}
            className="font-mono text-xs"
            value={text}
            spellCheck={false}
            onChange={(event) => {
              setText(event.target.value);
              setAnswer(undefined);
            }}
          />
        </Field>
        {answer && answer.problems.length > 0 && (
          <Banner tone="warning" title="Not everything can be taken over">
            <ul className="flex flex-col gap-1">
              {answer.problems.map(({ line, message }) => (
                <li key={`${line} ${message}`}>
                  Line {line}: {message}
                </li>
              ))}
            </ul>
          </Banner>
        )}
        {count > 0 && (
          <ul className="flex flex-col divide-y rounded-lg border">
            {answer?.guardrails.map((one) => (
              <li key={one.id} className="flex flex-col gap-1 px-3 py-2">
                <span>{one.name}</span>
                <span className="text-muted text-xs">{one.effect === "deny" ? "Denies" : "Asks for approval"}</span>
              </li>
            ))}
          </ul>
        )}
      </div>
    </Dialog>
  );
}
