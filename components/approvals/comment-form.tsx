"use client";

import { useRouter } from "next/navigation";
import { useState, useTransition } from "react";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { ProblemBanner } from "@/components/ui/problem-banner";
import { Textarea } from "@/components/ui/textarea";
import type { CommentInput } from "@/lib/approvals/schema";
import type { Problem } from "@/lib/errors";

type CommentFormProps = {
  id: string;
  side: "owner" | "approver";
  addComment: (input: { id: string; comment: CommentInput }) => Promise<{ ok: true } | { ok: false; error: Problem }>;
};

/** Sends by its button only; Enter starts a new line. */
export function CommentForm({ id, side, addComment }: CommentFormProps) {
  const router = useRouter();
  const [text, setText] = useState("");
  const [missing, setMissing] = useState(false);
  const [problem, setProblem] = useState<Problem>();
  const [busy, start] = useTransition();
  const asking = side === "approver";

  const send = () => {
    const given = text.trim();
    setMissing(given === "");
    if (given === "" || busy) return;
    start(async () => {
      const result = await addComment({ id, comment: { text: given } });
      setProblem(result.ok ? undefined : result.error);
      if (!result.ok) return;
      setText("");
      router.refresh();
    });
  };

  return (
    <form
      noValidate
      className="flex flex-col gap-2"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <Field
        label={asking ? "Ask the owner" : "Answer those who decide"}
        error={missing ? (asking ? "Write your question." : "Write your answer.") : undefined}
      >
        <Textarea value={text} onChange={(event) => setText(event.target.value)} maxLength={2000} />
      </Field>
      <ProblemBanner problem={problem} />
      <div>
        <Button type="submit" busy={busy}>
          {asking ? "Send question" : "Send answer"}
        </Button>
      </div>
    </form>
  );
}
