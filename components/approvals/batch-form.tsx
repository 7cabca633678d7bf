"use client";

import { useState, useTransition } from "react";
import { Button } from "@/components/ui/button";
import { DialogClose } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { ProblemBanner } from "@/components/ui/problem-banner";
import { RadioGroup } from "@/components/ui/radio-group";
import { Textarea } from "@/components/ui/textarea";
import type { Verdict } from "@/lib/approvals/state";
import type { Problem } from "@/lib/errors";

type BatchFormProps = {
  count: number;
  /** When it is refused, the form stays and says why. */
  onVote: (given: { verdict: Verdict; comment: string; count: number }) => Promise<Problem | undefined>;
};

/** The verdict on several requests: chosen, explained, and confirmed by typing how many they are. */
export function BatchForm({ count, onVote }: BatchFormProps) {
  const [verdict, setVerdict] = useState<Verdict>();
  const [comment, setComment] = useState("");
  const [typed, setTyped] = useState("");
  const [checked, setChecked] = useState(false);
  const [problem, setProblem] = useState<Problem>();
  const [busy, start] = useTransition();
  const wrong = {
    verdict: verdict === undefined ? "Choose one." : undefined,
    comment: comment.trim() === "" ? "Say why; each vote keeps it." : undefined,
    count: typed.trim() === String(count) ? undefined : `Type ${count}, the number of requests above.`,
  };

  const submit = () => {
    setChecked(true);
    if (busy || verdict === undefined || wrong.comment || wrong.count) return;
    start(async () => setProblem(await onVote({ verdict, comment: comment.trim(), count })));
  };
  return (
    <form
      noValidate
      className="flex flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <RadioGroup
        label="Verdict"
        options={[
          { value: "approve", label: "Approve", hint: "Each agent may then do exactly what is shown, once." },
          { value: "deny", label: "Deny", hint: "Your denial decides, whatever others voted." },
        ]}
        {...(verdict ? { value: verdict } : {})}
        onValueChange={setVerdict}
        error={checked ? wrong.verdict : undefined}
      />
      <Field
        label="Comment"
        required
        hint="Kept with each vote in the audit log."
        error={checked ? wrong.comment : undefined}
      >
        <Textarea value={comment} onChange={(event) => setComment(event.target.value)} maxLength={2000} />
      </Field>
      <Field label="How many requests do you decide?" required error={checked ? wrong.count : undefined}>
        <Input
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
          inputMode="numeric"
          autoComplete="off"
          className="max-w-24"
        />
      </Field>
      <ProblemBanner problem={problem} />
      <div className="flex flex-wrap justify-end gap-2">
        <DialogClose>
          <Button>Cancel</Button>
        </DialogClose>
        <Button type="submit" variant="primary" busy={busy}>
          {verdict === "deny" ? "Deny" : verdict === "approve" ? "Approve" : "Decide"} {count} requests
        </Button>
      </div>
    </form>
  );
}
