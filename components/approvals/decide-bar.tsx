"use client";

import { ChevronDown, ChevronUp } from "lucide-react";
import { useRouter } from "next/navigation";
import { type ReactNode, useEffect, useEffectEvent, useState } from "react";
import { VoteDialog } from "@/components/approvals/vote-dialog";
import { useLive } from "@/components/live/use-live";
import { signWithPasskey } from "@/components/passkeys/ceremony";
import { Button } from "@/components/ui/button";
import { ButtonLink } from "@/components/ui/button-link";
import { Kbd } from "@/components/ui/kbd";
import { isTyping, useShortcutsEnabled } from "@/components/ui/keyboard";
import { sentence } from "@/components/ui/sentence";
import { toast } from "@/components/ui/toaster";
import type { StepUpOptions } from "@/lib/approvals/ask-step-up";
import type { VoteInput, VoteResult } from "@/lib/approvals/schema";
import type { Verdict } from "@/lib/approvals/state";
import type { Problem } from "@/lib/errors";

type DecideBarProps = {
  id: string;
  /** What is decided on, in a line. */
  object: ReactNode;
  tool: string;
  /** Digest of the card as this page shows it; null when its content is not visible. */
  seenDigest: string | null;
  /** Why this person cannot vote, or null. */
  cannotVoteBecause: string | null;
  /** Paths of the requests before and after this one in the list it was opened from, and of the list. */
  previous: string | null;
  next: string | null;
  list: string;
  /** Where the rule asks that an approval is signed with a passkey: whether the person has one, and what asks for the signature. */
  stepUp: {
    hasPasskey: boolean;
    ask: (input: { id: string }) => Promise<{ ok: true; data: StepUpOptions } | { ok: false; error: Problem }>;
  } | null;
  castVote: (input: {
    id: string;
    vote: VoteInput;
  }) => Promise<{ ok: true; data: VoteResult } | { ok: false; error: Problem }>;
};

/**
 * The verdicts and the way along the list, always in reach at the lower edge. `a` and `d` open the dialog of a verdict,
 * `j` and `k` lead on and back; no single key decides anything.
 */
export function DecideBar({
  id,
  object,
  tool,
  seenDigest,
  cannotVoteBecause,
  previous,
  next,
  list,
  stepUp,
  castVote,
}: DecideBarProps) {
  const router = useRouter();
  const enabled = useShortcutsEnabled();
  // The digest is that of the moment the dialog opened: what changes behind it has not been read.
  const [open, setOpen] = useState<{ verdict: Verdict; seenDigest: string }>();
  const canVote = cannotVoteBecause === null && seenDigest !== null;
  useLive("approvals", () => router.refresh());

  const decide = (verdict: Verdict) => canVote && setOpen({ verdict, seenDigest });
  const onKeyDown = useEffectEvent((event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || open || isTyping(event.target)) return;
    const act = {
      a: () => decide("approve"),
      d: () => decide("deny"),
      j: () => next && router.push(next),
      k: () => previous && router.push(previous),
    }[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });
  useEffect(() => {
    if (!enabled) return;
    const listener = (event: KeyboardEvent) => onKeyDown(event);
    addEventListener("keydown", listener);
    return () => removeEventListener("keydown", listener);
  }, [enabled]);

  const sign = async (signal: AbortSignal) => {
    if (!stepUp || open?.verdict !== "approve") return undefined;
    const asked = await stepUp.ask({ id });
    if (!asked.ok) return { refused: asked.error };
    const signed = await signWithPasskey(asked.data, signal);
    return signed.ok ? { passkey: signed.answer } : { refused: signed.because };
  };
  const vote = async (comment: string, signal: AbortSignal): Promise<Problem | string | undefined> => {
    if (!open) return undefined;
    const signed = await sign(signal);
    if (signed?.refused !== undefined) return signed.refused;
    const result = await castVote({
      id,
      vote: {
        verdict: open.verdict,
        seenDigest: open.seenDigest,
        ...(comment ? { comment } : {}),
        ...(signed ? { passkey: signed.passkey } : {}),
      },
    });
    if (!result.ok) return result.error;
    setOpen(undefined);
    toast.success(outcomeOf(result.data, tool), next || previous ? {} : { description: "That was the last one here." });
    router.push(next ?? previous ?? list);
    return undefined;
  };

  return (
    <div className="-mx-4 md:-mx-6 -mb-16 sticky bottom-0 z-10 flex flex-wrap items-center justify-between gap-2 border-t bg-surface px-4 py-2 md:px-6 print:hidden">
      {canVote ? (
        <div className="flex gap-2">
          <Button onClick={() => decide("approve")}>Approve…{enabled && <Kbd>a</Kbd>}</Button>
          <Button onClick={() => decide("deny")}>Deny…{enabled && <Kbd>d</Kbd>}</Button>
        </div>
      ) : (
        <p className="min-w-0 flex-1 text-muted">
          {sentence(cannotVoteBecause ?? "the content of this request is not visible to you")}
        </p>
      )}
      <nav aria-label="Requests" className="flex gap-2">
        <Step href={previous} label="Previous" icon={<ChevronUp aria-hidden />} hint={enabled ? "k" : undefined} />
        <Step href={next} label="Next" icon={<ChevronDown aria-hidden />} hint={enabled ? "j" : undefined} />
      </nav>
      {open && (
        <VoteDialog
          verdict={open.verdict}
          object={object}
          signing={stepUp ?? undefined}
          onVote={vote}
          onReread={() => {
            setOpen(undefined);
            router.refresh();
          }}
          onClose={() => setOpen(undefined)}
        />
      )}
    </div>
  );
}

function Step({
  href,
  label,
  icon,
  hint,
}: {
  href: string | null;
  label: string;
  icon: ReactNode;
  hint: string | undefined;
}) {
  const content = (
    <>
      {icon}
      <span className="max-sm:sr-only">{label}</span>
      {hint && (
        <span className="max-sm:hidden">
          <Kbd>{hint}</Kbd>
        </span>
      )}
    </>
  );
  return href ? (
    <ButtonLink href={href} variant="ghost" prefetch={false}>
      {content}
    </ButtonLink>
  ) : (
    <Button variant="ghost" disabled>
      {content}
    </Button>
  );
}

function outcomeOf({ status, granted, required, missingGroups }: VoteResult, tool: string): string {
  if (status === "approved") return `Approved: ${tool}`;
  if (status === "denied") return `Denied: ${tool}`;
  const waiting =
    missingGroups.length > 0 ? `waits for ${missingGroups.join(" and ")}` : `waits for ${required - granted} more`;
  return `Your vote counts: ${tool} ${waiting}`;
}
