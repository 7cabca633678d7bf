"use client";

import { useRouter } from "next/navigation";
import { useState, useTransition } from "react";
import { Button } from "@/components/ui/button";
import { ButtonLink } from "@/components/ui/button-link";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { ProblemBanner } from "@/components/ui/problem-banner";
import { RadioGroup } from "@/components/ui/radio-group";
import { Textarea } from "@/components/ui/textarea";
import { toast } from "@/components/ui/toaster";
import type { Problem } from "@/lib/errors";
import type { ActionResult } from "@/lib/http/action";
import type { PublicationRow } from "@/lib/policy/publication-schema";

type Terms = { note: string; startsAt?: string | undefined; expiresAt?: string | undefined };

/**
 * The last step: why, from when on, and until when. What loosens then waits for a second person; the rest is in force at once, or at its start.
 * @param verb `Publish`, or `Roll back` for an old version
 */
export function PublishForm<Subject extends { revision: number } | { number: string }>({
  loosening,
  verb,
  subject,
  publish,
}: {
  loosening: boolean;
  verb: string;
  /** What is published: the draft as it was shown, or an old version. */
  subject: Subject;
  publish: (input: Subject & Terms) => Promise<ActionResult<PublicationRow>>;
}) {
  const router = useRouter();
  const [note, setNote] = useState("");
  const [start, setStart] = useState<"now" | "later">("now");
  const [startsAt, setStartsAt] = useState("");
  const [ends, setEnds] = useState<"never" | "then">("never");
  const [expiresAt, setExpiresAt] = useState("");
  const [asked, setAsked] = useState(false);
  const [problem, setProblem] = useState<Problem>();
  const [busy, run] = useTransition();
  const errors = {
    note: note.trim() ? undefined : "Say in a sentence why.",
    startsAt: start === "later" ? timeProblem(startsAt) : undefined,
    expiresAt:
      loosening && ends === "then"
        ? (timeProblem(expiresAt) ??
          (start === "later" && startsAt && expiresAt <= startsAt ? "It ends before it starts." : undefined))
        : undefined,
  };
  const submit = () => {
    setAsked(true);
    if (errors.note || errors.startsAt || errors.expiresAt) return;
    run(async () => {
      setProblem(undefined);
      const result = await publish({
        ...subject,
        note: note.trim(),
        ...(start === "later" ? { startsAt: utc(startsAt) } : {}),
        ...(loosening && ends === "then" ? { expiresAt: utc(expiresAt) } : {}),
      });
      if (!result.ok) return setProblem(result.error);
      const publication = result.data;
      if (publication.status === "published") {
        toast.success(`Version ${publication.number} is in force`, {
          description: "The next decision is made under it.",
        });
        router.push("/tiers");
      } else {
        if (publication.status === "scheduled") toast.success("Scheduled");
        else toast.info("Waiting for a second person");
        router.push(`/tiers/publications/${publication.id}`);
      }
    });
  };
  return (
    <form
      noValidate
      className="flex max-w-xl flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <Field
        label="Why"
        required
        hint="One sentence for the version history. A second person reads it too."
        error={asked ? errors.note : undefined}
      >
        <Textarea rows={2} maxLength={500} value={note} onChange={(event) => setNote(event.target.value)} />
      </Field>
      <RadioGroup
        label="Start"
        options={[
          { value: "now", label: loosening ? "As soon as a second person approves" : "Now" },
          { value: "later", label: "At a time" },
        ]}
        value={start}
        onValueChange={setStart}
      />
      {start === "later" && (
        <TimeField
          label="Starts, UTC"
          value={startsAt}
          onChange={setStartsAt}
          error={asked ? errors.startsAt : undefined}
        />
      )}
      {loosening && (
        <RadioGroup
          label="What it loosens"
          options={[
            { value: "never", label: "Stays until somebody changes it" },
            { value: "then", label: "Returns to what it was at a time" },
          ]}
          value={ends}
          onValueChange={setEnds}
        />
      )}
      {loosening && ends === "then" && (
        <TimeField
          label="Returns, UTC"
          value={expiresAt}
          onChange={setExpiresAt}
          error={asked ? errors.expiresAt : undefined}
        />
      )}
      <ProblemBanner problem={problem} />
      <div className="flex flex-wrap justify-end gap-2">
        <ButtonLink href={verb === "Publish" ? "/tiers/edit" : "/tiers"}>
          {verb === "Publish" ? "Back to the draft" : "Cancel"}
        </ButtonLink>
        <Button type="submit" variant="primary" busy={busy}>
          {loosening ? "Ask a second person" : verb}
        </Button>
      </div>
    </form>
  );
}

function TimeField({
  label,
  value,
  onChange,
  error,
}: {
  label: string;
  value: string;
  onChange: (value: string) => void;
  error: string | undefined;
}) {
  return (
    <Field label={label} required error={error} className="w-60">
      <Input type="datetime-local" value={value} onChange={(event) => onChange(event.target.value)} />
    </Field>
  );
}

function timeProblem(value: string): string | undefined {
  const time = Date.parse(utc(value));
  if (!Number.isFinite(time)) return "Choose a day and a time.";
  return time <= Date.now() ? "This is in the past." : undefined;
}

/** The field has no zone; the label says it is UTC. */
function utc(value: string): string {
  return value ? `${value.slice(0, 16)}:00Z` : "";
}
