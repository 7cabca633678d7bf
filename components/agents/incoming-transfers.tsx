"use client";

import { useState, useTransition } from "react";
import { Banner } from "@/components/ui/banner";
import { Button } from "@/components/ui/button";
import { ProblemBanner } from "@/components/ui/problem-banner";
import { toast } from "@/components/ui/toaster";
import type { TransferDto } from "@/lib/agents/schema";
import type { Problem } from "@/lib/errors";
import type { ServerAction } from "@/lib/http/action";

export type AnswerTransfer = ServerAction<{ id: string; answer: "accept" | "decline" | "cancel" }, { agentId: string }>;

/** Agents that somebody wants to hand to the person who is looking. */
export function IncomingTransfers({
  transfers,
  answer,
}: {
  transfers: readonly TransferDto[];
  answer: AnswerTransfer;
}) {
  return transfers.map((transfer) => <IncomingTransfer key={transfer.id} transfer={transfer} answer={answer} />);
}

function IncomingTransfer({ transfer, answer }: { transfer: TransferDto; answer: AnswerTransfer }) {
  const [problem, setProblem] = useState<Problem>();
  const [busy, start] = useTransition();
  const give = (given: "accept" | "decline") =>
    start(async () => {
      const result = await answer({ id: transfer.id, answer: given });
      if (!result.ok) return setProblem(result.error);
      toast.success(given === "accept" ? `You own ${transfer.agent.name} now` : `You declined ${transfer.agent.name}`);
    });
  return (
    <div className="flex flex-col gap-2">
      <Banner
        title={`${transfer.from.name} wants to hand ${transfer.agent.name} to you`}
        action={
          <div className="flex flex-wrap gap-2">
            <Button busy={busy} onClick={() => give("decline")}>
              Decline
            </Button>
            <Button busy={busy} onClick={() => give("accept")}>
              Accept ownership
            </Button>
          </div>
        }
      >
        <p>
          {transfer.agent.purpose} ({transfer.agent.tier}, {transfer.agent.environment}, {transfer.agent.riskClass}{" "}
          risk)
        </p>
        <p className="text-muted">Reason: {transfer.reason}</p>
      </Banner>
      <ProblemBanner problem={problem} />
    </div>
  );
}
