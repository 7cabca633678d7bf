"use client";

import { useRouter } from "next/navigation";
import { useState, useTransition } from "react";
import type { z } from "zod";
import { ImportReview } from "@/components/tools/import-review";
import { type Confirmation, confirmationOf, type RowChoice, startingChoice } from "@/components/tools/row-choice";
import { Banner } from "@/components/ui/banner";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { announce } from "@/components/ui/live-region";
import { Panel } from "@/components/ui/panel";
import { ProblemBanner } from "@/components/ui/problem-banner";
import { Textarea } from "@/components/ui/textarea";
import { toast } from "@/components/ui/toaster";
import type { Problem } from "@/lib/errors";
import type { ServerAction } from "@/lib/http/action";
import type { ImportAnswer, importText } from "@/lib/tools/import-schema";

export type ImportPasted = ServerAction<z.input<typeof importText>, ImportAnswer>;

/** A form's post is at most one megabyte; the answer of the interface is the same for longer ones. */
const mostBytes = 950_000;

/** From a document to tools in the catalogue: paste it, look at what it says, confirm tool by tool. */
export function ImportTools({ run }: { run: ImportPasted }) {
  const router = useRouter();
  const [text, setText] = useState("");
  const [source, setSource] = useState("");
  const [prefix, setPrefix] = useState("");
  const [refused, setRefused] = useState<string>();
  const [problem, setProblem] = useState<Problem>();
  const [review, setReview] = useState<ImportAnswer>();
  const [choices, setChoices] = useState<Record<string, RowChoice>>({});
  const [busy, start] = useTransition();

  const input = (dryRun: boolean, tools: Confirmation[]) => ({
    text: withSafeIntegers(text),
    dryRun,
    tools,
    ...(source.trim() ? { source: source.trim() } : {}),
    ...(prefix.trim() ? { prefix: prefix.trim() } : {}),
  });
  const read = () => {
    setProblem(undefined);
    const unfit = unfitText(text);
    setRefused(unfit);
    if (unfit) return;
    start(async () => {
      const result = await run(input(true, []));
      if (!result.ok) {
        const own = result.error.errors?.find((error) => error.path === "/document" || error.path === "");
        if (own) setRefused(sentenceOf(own.message));
        else setProblem(result.error);
        return;
      }
      setReview(result.data);
      setChoices(Object.fromEntries(result.data.tools.map((row) => [row.name, startingChoice(row)])));
      announce(`${result.data.tools.length} tools read`);
    });
  };
  const take = () => {
    setProblem(undefined);
    const confirmed = Object.entries(choices).flatMap(([name, choice]) =>
      choice.taken ? [confirmationOf(name, choice)] : [],
    );
    start(async () => {
      const result = await run(input(false, confirmed));
      if (!result.ok) return setProblem(result.error);
      const { created = [], changed = [], held = [] } = result.data.imported ?? {};
      const count = created.length + changed.length;
      toast.success(`${count} ${count === 1 ? "tool" : "tools"} sanctioned`, {
        description:
          held.length > 0 ? `${held.length} changed at their source and are held.` : "The policy has a new version.",
      });
      router.push(held.length > 0 ? "/tools?status=changed" : "/tools");
    });
  };

  if (review)
    return (
      <ImportReview
        review={review}
        choices={choices}
        onChange={(name, choice) => setChoices((held) => ({ ...held, [name]: choice }))}
        onTakeAll={(taken) =>
          setChoices((held) =>
            Object.fromEntries(
              review.tools.map((row) => [
                row.name,
                { ...(held[row.name] ?? startingChoice(row)), taken: taken && row.state !== "same" },
              ]),
            ),
          )
        }
        problem={problem}
        busy={busy}
        back={() => setReview(undefined)}
        take={take}
      />
    );
  return (
    <Panel title="Document">
      <form
        noValidate
        className="flex max-w-3xl flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          read();
        }}
      >
        <Field
          label="Tools as JSON"
          required
          hint="The answer of an MCP server to tools/list, or an OpenAPI document, 3.0 or 3.1."
          error={refused}
        >
          <Textarea
            value={text}
            onChange={(event) => setText(event.target.value)}
            rows={12}
            spellCheck={false}
            className="font-mono text-xs"
            placeholder={'{ "tools": [ … ] }'}
          />
        </Field>
        <Field label="From a file" optional labelHidden>
          <input
            type="file"
            accept=".json,application/json"
            aria-label="Read from a file"
            className="w-full max-w-sm rounded-md text-muted file:mr-3 file:h-8 file:rounded-md file:border file:border-control file:bg-surface file:px-3 file:text-text"
            onChange={async (event) => {
              const file = event.target.files?.[0];
              if (file) setText(await file.text());
            }}
          />
        </Field>
        <div className="grid gap-4 md:grid-cols-2">
          <Field label="Source" hint="Which server or API, such as crm. A later change there is held.">
            <Input
              value={source}
              onChange={(event) => setSource(event.target.value)}
              maxLength={100}
              autoComplete="off"
            />
          </Field>
          <Field label="Prefix" optional hint="Put in front of every name, such as crm.">
            <Input
              value={prefix}
              onChange={(event) => setPrefix(event.target.value)}
              maxLength={63}
              autoComplete="off"
              spellCheck={false}
              className="font-mono"
            />
          </Field>
        </div>
        <ProblemBanner problem={problem} />
        <Banner title="Nothing is taken over yet">
          The next step shows each tool with what it probably does. What the document does not say counts as the worst
          it could be.
        </Banner>
        <Button type="submit" variant="primary" busy={busy} className="self-end">
          Read document
        </Button>
      </form>
    </Panel>
  );
}

function unfitText(text: string): string | undefined {
  if (text.trim() === "") return "Paste a document or choose a file.";
  if (new Blob([text]).size > mostBytes)
    return "The document is larger than 950 kB. Import it in parts, or through POST /api/v1/tools/import.";
  try {
    JSON.parse(text);
  } catch {
    return /^(?:---|openapi:|swagger:)/m.test(text) ? "This is YAML. Convert it to JSON first." : "This is not JSON.";
  }
  return undefined;
}

/** Bounds of 64-bit integers are common in API documents and no exact number here: as text they are left out and listed. */
function withSafeIntegers(text: string): string {
  let found = false;
  const safe = JSON.stringify(JSON.parse(text), (_name, value: unknown) => {
    if (!Number.isInteger(value) || Number.isSafeInteger(value)) return value;
    found = true;
    return String(value);
  });
  return found ? safe : text;
}

function sentenceOf(message: string): string {
  const capital = message.charAt(0).toUpperCase() + message.slice(1);
  return /[.!?]$/.test(capital) ? capital : `${capital}.`;
}
