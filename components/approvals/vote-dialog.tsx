"use client";

import { type KeyboardEvent, type ReactNode, useEffect, useRef, useState, useTransition } from "react";
import { Banner } from "@/components/ui/banner";
import { Button } from "@/components/ui/button";
import { ButtonLink } from "@/components/ui/button-link";
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
  /** The rule asks that an approval is signed with a passkey: whether this person has one. */
  signing?: { hasPasskey: boolean } | undefined;
  /** When it is refused, the dialog stays open and says why: a problem, or a sentence. `signal` ends when the dialog closes. */
  onVote: (comment: string, signal: AbortSignal) => Promise<Problem | string | undefined>;
  /** Reads the request again, after it changed under the person's eyes. */
  onReread: () => void;
  onClose: () => void;
};

const words = {
  approve: { title: "Approve this request?", confirm: "Approve", hint: "The agent may then do exactly this, once." },
  deny: { title: "Deny this request?", confirm: "Deny", hint: "Your denial decides, whatever others voted." },
};

/** The second step of every verdict: it names what is decided on and takes the comment. Enter confirms. */
export function VoteDialog({ verdict, object, signing, onVote, onReread, onClose }: VoteDialogProps) {
  const [comment, setComment] = useState("");
  const [missing, setMissing] = useState(false);
  const [refused, setRefused] = useState<Problem | string>();
  const [busy, start] = useTransition();
  const { title, confirm, hint } = words[verdict];
  const problem = typeof refused === "string" ? undefined : refused;
  const changed = problem?.code === "state_changed";
  const signs = verdict === "approve" ? signing : undefined;
  const cannotSign = signs?.hasPasskey === false;
  const open = useRef<AbortController>(null);
  useEffect(() => {
    const controller = new AbortController();
    open.current = controller;
    return () => controller.abort();
  }, []);

  const submit = () => {
    const signal = open.current?.signal;
    if (busy || changed || cannotSign || !signal) return;
    const given = comment.trim();
    setMissing(verdict === "deny" && given === "");
    if (verdict === "deny" && given === "") return;
    setRefused(undefined);
    start(async () => setRefused(await onVote(given, signal)));
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
        {cannotSign && (
          <Banner
            tone="warning"
            title="You have no passkey yet"
            action={<ButtonLink href="/settings/passkeys">Add a passkey</ButtonLink>}
          >
            The rule asks that an approval is signed with one. Denying needs none.
          </Banner>
        )}
        {signs?.hasPasskey && (
          <p role="status" className="text-muted">
            {busy
              ? "Answer your browser: it asks for your passkey. You have a minute."
              : "Your browser then asks for your passkey, which signs exactly this request."}
          </p>
        )}
        {typeof refused === "string" && <Banner tone="deny" title={refused} />}
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
            !cannotSign && (
              <Button type="submit" variant="primary" busy={busy}>
                {signs ? "Sign and approve" : confirm}
              </Button>
            )
          )}
        </div>
      </form>
    </Dialog>
  );
}
