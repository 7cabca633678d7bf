"use client";

import { useState, useTransition } from "react";
import { LaneChain } from "@/components/audit/lane-chain";
import { Banner } from "@/components/ui/banner";
import { Button } from "@/components/ui/button";
import { announce } from "@/components/ui/live-region";
import { formatCount } from "@/components/ui/money";
import { Panel } from "@/components/ui/panel";
import { ProblemBanner } from "@/components/ui/problem-banner";
import { sentence } from "@/components/ui/sentence";
import { StatusBadge } from "@/components/ui/status-badge";
import type { Problem } from "@/lib/errors";
import type { EntryDetail, LaneCheckResult } from "@/lib/explorer/schema";
import type { ActionResult } from "@/lib/http/action";

type LanePanelProps = {
  entry: Pick<EntryDetail, "id" | "lane" | "seq" | "chain">;
  check: (input: { id: string }) => Promise<ActionResult<LaneCheckResult>>;
};

/** The entry between its neighbors, and the check of the whole lane. */
export function LanePanel({ entry, check }: LanePanelProps) {
  const [result, setResult] = useState<LaneCheckResult>();
  const [problem, setProblem] = useState<Problem>();
  const [busy, start] = useTransition();
  const run = () =>
    start(async () => {
      const answer = await check({ id: entry.id });
      if (!answer.ok) return setProblem(answer.error);
      setProblem(undefined);
      setResult(answer.data);
      announce(answer.data.intact ? "The lane is intact" : "The lane is not intact");
    });
  const verdict = result === undefined ? "unchecked" : result.intact ? "verified" : "failed";

  return (
    <Panel
      title={`Lane ${entry.lane}`}
      description="Each entry holds the hash of the one before it, from the first."
      actions={
        <>
          <StatusBadge kind="proof" value={verdict} />
          <Button size="sm" busy={busy} onClick={run}>
            Check this lane
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        <LaneChain chain={result?.chain ?? entry.chain} current={entry.seq} />
        <ProblemBanner problem={problem} />
        {result && <Result result={result} />}
      </div>
    </Panel>
  );
}

function Result({ result }: { result: LaneCheckResult }) {
  const { fault, checked, entries, milliseconds, entriesPerSecond } = result;
  const effort = `${formatCount(checked)} of ${formatCount(entries)} entries in ${formatCount(milliseconds)} ms, ${formatCount(entriesPerSecond)} per second`;
  if (fault) {
    const place = fault.seq === null ? "The lane's own row" : `Entry ${fault.seq}`;
    return (
      <Banner tone="deny" title={`${place}, column ${fault.column}: ${sentence(fault.message)}`}>
        Found correct before it: {effort}. Keep the database as it is and tell whoever runs Countersign.
      </Banner>
    );
  }
  return (
    <p>
      Every hash, link and number fits, from the first entry to the head.{" "}
      <span className="text-muted">Read {effort}.</span>
    </p>
  );
}
