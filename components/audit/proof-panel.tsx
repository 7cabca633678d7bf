"use client";

import { useState, useTransition } from "react";
import { checkProof, type ProofCheck } from "@/components/audit/proof-check";
import { ProofPath } from "@/components/audit/proof-path";
import { Banner } from "@/components/ui/banner";
import { Button } from "@/components/ui/button";
import { buttonStyle } from "@/components/ui/button-style";
import { announce } from "@/components/ui/live-region";
import { formatCount } from "@/components/ui/money";
import { Panel } from "@/components/ui/panel";
import { ProblemBanner } from "@/components/ui/problem-banner";
import { StatusBadge } from "@/components/ui/status-badge";
import type { Problem } from "@/lib/errors";
import type { EntryProof } from "@/lib/explorer/schema";
import type { ActionResult } from "@/lib/http/action";

type ProofPanelProps = { id: string; readProof: (input: { id: string }) => Promise<ActionResult<EntryProof>> };

/** That the entry is in the signed tree, checked in this browser from the bytes, with the way to the root as a picture. */
export function ProofPanel({ id, readProof }: ProofPanelProps) {
  const [result, setResult] = useState<{ proof: EntryProof; check: ProofCheck }>();
  const [problem, setProblem] = useState<Problem>();
  const [busy, start] = useTransition();
  const run = () =>
    start(async () => {
      const answer = await readProof({ id });
      if (!answer.ok) return setProblem(answer.error);
      const check = await checkProof(answer.data);
      setProblem(undefined);
      setResult({ proof: answer.data, check });
      announce(holds(check) ? "The entry is proven" : "The entry is not proven");
    });

  return (
    <Panel
      title="Proof"
      description="The entry is a leaf of the log's tree, whose root is signed about every second."
      actions={
        <>
          <StatusBadge
            kind="proof"
            value={result === undefined ? "unchecked" : holds(result.check) ? "verified" : "failed"}
          />
          <a className={buttonStyle({ size: "sm" })} href={`/api/v1/audit/entries/${id}/proof`} download>
            Download proof
          </a>
          <Button size="sm" busy={busy} onClick={run}>
            Verify this entry
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        <ProblemBanner problem={problem} />
        {result ? (
          <>
            <Verdict {...result} />
            <ProofPath check={result.check} index={result.proof.index} size={result.proof.size} />
          </>
        ) : (
          <p className="text-muted">
            Verifying computes every hash in this browser, from the bytes of the entry to the signed root. The
            downloaded file lets other software do the same.
          </p>
        )}
      </div>
    </Panel>
  );
}

function holds({ leafFits, rootFits, signed }: ProofCheck): boolean {
  return leafFits && rootFits && signed !== false;
}

function Verdict({ proof, check }: { proof: EntryProof; check: ProofCheck }) {
  if (!check.leafFits)
    return (
      <Banner tone="deny" title="The entry was changed: its bytes do not have the hash that the log stores for it." />
    );
  if (!check.rootFits)
    return <Banner tone="deny" title="The path does not lead to the root of the checkpoint: the tree was changed." />;
  if (check.signed === false) return <Banner tone="deny" title="The checkpoint is not signed by the key of the log." />;
  return (
    <p>
      Leaf {formatCount(proof.index)} of {formatCount(proof.size)}: {formatCount(check.steps.length)} hashes lead from
      the entry to the root of the checkpoint,{" "}
      {check.signed
        ? "which the log has signed."
        : "whose signature this browser cannot check; the offline verifier can."}
    </p>
  );
}
