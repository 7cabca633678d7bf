import "server-only";

import { readHeader } from "@/lib/audit/entry";
import type { Committed } from "@/lib/audit/lane";
import { sealPayload } from "@/lib/audit/payload";
import { writingKey } from "@/lib/audit/payload-keys";
import { pool } from "@/lib/db";
import { notFound } from "@/lib/errors";
import { entryId, parseEntryId } from "@/lib/ids";
import { recordIncident } from "@/lib/incidents/open";
import { loadedSnapshot } from "@/lib/policy/snapshot";
import { startPlane } from "./plane";
import type { OutcomeReport } from "./schema";

/**
 * Records what really happened after a decision. A digest other than the decision's means that something else was done: that opens an incident.
 * @throws AppError `not_found` for what is not there or is another agent's, alike · `audit_unavailable`
 */
export async function reportOutcome(
  decisionId: string,
  agentId: string,
  report: OutcomeReport,
  sampleAt?: Date,
): Promise<{ id: string; recordedAt: string; matches: boolean }> {
  const { lanes } = await startPlane();
  const place = parseEntryId(decisionId);
  if (place?.prefix !== "dec") throw notFound();
  const { rows } = await pool().query<{ header: Buffer }>(
    "SELECT header FROM audit.entry WHERE lane = $1 AND seq = $2",
    [place.lane.toString(), place.seq.toString()],
  );
  const decision = rows[0] && readHeader(rows[0].header);
  if (decision?.kind !== "decision" || decision.agent !== agentId) throw notFound();
  const matches = decision.actionDigest === report.actionDigest;
  const scope = loadedSnapshot()?.agents.get(agentId)?.ownerActor ?? "system";
  const key = await writingKey(scope, new Date(lanes.now()));
  const committed = await new Promise<Committed>((resolve, reject) => {
    lanes.submit(
      {
        deadline: performance.now() + 2500,
        party: agentId,
        draft: () => ({
          facts: {
            kind: "outcome",
            agent: agentId,
            outcome: report.status,
            codes: matches ? [] : ["outcome.digest_mismatch"],
            tool: decision.tool,
            effect: decision.effect,
            actionDigest: report.actionDigest,
            ref: decisionId,
          },
          payload: sealPayload({ externalRef: report.externalRef, error: report.error }),
          key,
        }),
        learn: () => {},
        replayed: () => {},
        committed: resolve,
        failed: reject,
      },
      sampleAt,
    );
  });
  if (!matches) {
    await recordIncident({
      kind: "outcome_mismatch",
      agentId,
      title: `what was done is not what was decided: ${decision.tool ?? "a call"}`,
      details: {
        decision: decisionId,
        decided: decision.actionDigest ?? null,
        reported: report.actionDigest,
        status: report.status,
      },
      entry: committed,
    });
  }
  return { id: entryId("evt", committed.lane, committed.seq), recordedAt: committed.ts, matches };
}
