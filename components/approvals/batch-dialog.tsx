"use client";

import { CircleCheck, CircleX } from "lucide-react";
import Link from "next/link";
import { useState } from "react";
import { BatchCard } from "@/components/approvals/batch-card";
import { BatchForm } from "@/components/approvals/batch-form";
import { Badge } from "@/components/ui/badge";
import { Banner } from "@/components/ui/banner";
import { Button } from "@/components/ui/button";
import { Dialog, DialogClose } from "@/components/ui/dialog";
import { Id } from "@/components/ui/id";
import { announce } from "@/components/ui/live-region";
import { sentence } from "@/components/ui/sentence";
import { statusWord } from "@/components/ui/status-badge";
import type { BatchCards, BatchRefused, BatchResult, BatchVoteInput } from "@/lib/approvals/batch-schema";
import type { Problem } from "@/lib/errors";

export type CastVotes = (
  input: BatchVoteInput,
) => Promise<{ ok: true; data: BatchResult[] } | { ok: false; error: Problem }>;

type BatchDialogProps = {
  batch: BatchCards;
  castVotes: CastVotes;
  onLeaveOut: (id: string) => void;
  /** @param decided whether votes were cast */
  onClose: (decided: boolean) => void;
};

/** Several requests, each shown, with one verdict; and then what became of each. */
export function BatchDialog({ batch, castVotes, onLeaveOut, onClose }: BatchDialogProps) {
  const [results, setResults] = useState<BatchResult[]>();
  const close = (open: boolean) => !open && onClose(results !== undefined);

  if (batch.refused) return <Refused refused={batch.refused} onLeaveOut={onLeaveOut} onOpenChange={close} />;
  if (results) return <Results results={results} onOpenChange={close} />;

  const cast = async (given: Pick<BatchVoteInput, "verdict" | "comment" | "count">): Promise<Problem | undefined> => {
    const requests = batch.requests.map(({ card, seenDigest }) => ({ id: card.approvalId, seenDigest }));
    const result = await castVotes({ ...given, requests });
    if (!result.ok) return result.error;
    setResults(result.data);
    announce(summary(result.data));
    return undefined;
  };
  return (
    <Dialog
      open
      onOpenChange={close}
      size="lg"
      title={`Review ${batch.requests.length} requests together`}
      description="Read each. Your verdict becomes one vote per request."
    >
      <div className="flex flex-col gap-4">
        <ol className="flex flex-col gap-3">
          {batch.requests.map(({ card }, at) => (
            <BatchCard key={card.approvalId} card={card} place={at + 1} />
          ))}
        </ol>
        <BatchForm count={batch.requests.length} onVote={cast} />
      </div>
    </Dialog>
  );
}

function Refused({
  refused,
  onLeaveOut,
  onOpenChange,
}: {
  refused: BatchRefused;
  onLeaveOut: (id: string) => void;
  onOpenChange: (open: boolean) => void;
}) {
  return (
    <Dialog
      open
      onOpenChange={onOpenChange}
      title="These are not decided together"
      description="Nothing was decided."
      footer={
        <>
          <DialogClose>
            <Button>Close</Button>
          </DialogClose>
          <Button onClick={() => onLeaveOut(refused.id)}>Leave it out</Button>
        </>
      }
    >
      <Banner tone="warning" title={sentence(`one of them is the reason: ${refused.because}`)}>
        <Link href={`/inbox/${refused.id}`} className="rounded-md text-link underline">
          Open that request
        </Link>{" "}
        <Id value={refused.id} noun="request id" />
      </Banner>
    </Dialog>
  );
}

function Results({ results, onOpenChange }: { results: BatchResult[]; onOpenChange: (open: boolean) => void }) {
  return (
    <Dialog
      open
      onOpenChange={onOpenChange}
      title={summary(results)}
      footer={
        <DialogClose>
          <Button variant="primary">Done</Button>
        </DialogClose>
      }
    >
      <ol className="flex flex-col gap-2">
        {results.map((result) => (
          <li key={result.id} className="flex flex-wrap items-center gap-2">
            <Id value={result.id} href={`/inbox/${result.id}`} noun="request id" />
            {result.ok ? (
              <Badge tone={result.status === "denied" ? "deny" : "allow"} icon={<CircleCheck aria-hidden />}>
                {statusWord("approval", result.status)}
              </Badge>
            ) : (
              <>
                <Badge tone="warning" icon={<CircleX aria-hidden />}>
                  Vote not taken
                </Badge>
                <span>{sentence(result.because)}</span>
              </>
            )}
          </li>
        ))}
      </ol>
    </Dialog>
  );
}

function summary(results: readonly BatchResult[]): string {
  const taken = results.filter(({ ok }) => ok).length;
  return taken === results.length ? `${taken} votes recorded` : `${taken} of ${results.length} votes recorded`;
}
