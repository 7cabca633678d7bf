import "server-only";

import type { Committed } from "@/lib/audit/lane";
import { env } from "@/lib/env";
import { entryId } from "@/lib/ids";
import type { Finding } from "@/lib/policy/types";
import type { Judged } from "./judge";
import type { DecisionResponse } from "./schema";

/** A recorded decision as the API answers it. `committed` is null for a dry run: no id, no receipt, no approval. */
export function answer(judged: Judged, committed: Committed | null, evaluatedAt: string): DecisionResponse {
  const { evaluation, outcome, reasons } = judged;
  const opened = committed && outcome === "approval_required" && evaluation.approval;
  return {
    id: committed && entryId("dec", committed.lane, committed.seq),
    outcome,
    mode: "enforce",
    wouldBe: evaluation.wouldBe,
    reasons: reasons.map(wireReason),
    obligations: evaluation.obligations,
    approval: opened
      ? {
          id: entryId("apr", committed.lane, committed.seq),
          status: "pending",
          required: opened.quorum,
          granted: 0,
          expiresAt: new Date(Date.parse(committed.ts) + opened.expiresIn * 1000).toISOString(),
          reviewUrl: `${env().publicUrl}/inbox/${entryId("apr", committed.lane, committed.seq)}`,
        }
      : null,
    actionDigest: judged.digest,
    actionNonce: judged.nonce,
    policyHash: judged.policyHash,
    evaluatedAt,
    receipt: committed?.receipt ?? null,
  };
}

/** A finding as it goes out: without the approval rule it carries. */
export function wireReason(finding: Finding): DecisionResponse["reasons"][number] {
  const { code, layer, ruleId, message, mode } = finding;
  return { code, layer, ruleId, message, ...(mode ? { mode } : {}) };
}
