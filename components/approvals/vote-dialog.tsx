"use client";

import { type KeyboardEvent, type ReactNode, useState, useTransition } from "react";
import { Button } from "@/components/ui/button";
import { Dialog, DialogClose } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { ProblemBanner } from "@/components/ui/problem-banner";
import { Textarea } from "@/components/ui/textarea";
import type { Verdict } from "@/lib/approvals/state";
import type { Problem } from "@/lib/errors";

type VoteDialogProps = {
  verdict: Verdict;
  /** What is decided on, in a line. */
  object: ReactNode;
  /** When it is refused, the dialog stays open and says why. */
  onVote: (comment: string) => Promise<Problem | undefined>;
  /** Reads the request again, after it changed under the person's eyes. */
  onReread: () => void;
  onClose: () => void;
};

const words = {
  approve: { title: "Approve this request?", confirm: "Approve", hint: "The agent may then do exactly this, once." },
  deny: { title: "Deny this request?", confirm: "Deny", hint: "Your denial decides, whatever others voted." },
};

/** The second step of every verdict: it names what is decided on and takes the comment. Enter confirms. */
export function VoteDialog({ verdict, object, onVote, onReread, onClose }: VoteDialogProps) {
  const [comment, setComment] = useState("");
  const [missing, setMissing] = useState(false);
  const [problem, setProblem] = useState<Problem>();
  const [busy, start] = useTransition();
  const { title, confirm, hint } = words[verdict];
  const changed = problem?.code === "state_changed";

  const submit = () => {
    if (busy || changed) return;
    const given = comment.trim();
    setMissing(verdict === "deny" && given === "");
    if (verdict === "deny" && given === "") return;
    start(async () => setProblem(await onVote(given)));
  };
  const confirmOnEnter = (event: KeyboardEvent) => {
    if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing || event.repeat) return;
    event.preventDefault();
    submit();
  };

  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title={title} description={hint}>
      <form
        noValidate
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <p className="wrap-anywhere rounded-lg border bg-surface-sunken px-3 py-2 font-medium">{object}</p>
        <Field
          label={verdict === "deny" ? "Reason" : "Comment"}
          optional={verdict === "approve"}
          required={verdict === "deny"}
          hint="Kept with your vote in the audit log. Enter confirms, Shift and Enter start a new line."
          error={missing ? "Say why you deny it." : undefined}
        >
          <Textarea
            value={comment}
            onChange={(event) => setComment(event.target.value)}
            onKeyDown={confirmOnEnter}
            maxLength={2000}
          />
        </Field>
        <ProblemBanner problem={problem} />
        <div className="flex flex-wrap justify-end gap-2">
          <DialogClose>
            <Button>Cancel</Button>
          </DialogClose>
          {changed ? (
            <Button variant="primary" onClick={onReread}>
              Read it again
            </Button>
          ) : (
            <Button type="submit" variant="primary" busy={busy}>
              {confirm}
            </Button>
          )}
        </div>
      </form>
    </Dialog>
  );
}
