import "server-only";

import { type Event, holdControl, recordChange } from "@/lib/audit/append";
import { db } from "@/lib/db";
import { AppError } from "@/lib/errors";
import type { Job } from "@/lib/jobs/periodic";

/** Closes what nobody answered, and what was approved and never redeemed, when its time is over. Expiry grants nothing, ever. */
export const expireJob: Job = {
  name: "expire approvals",
  everyMilliseconds: 5_000,
  run: async () => void (await expireApprovals()),
};

const batch = 100;

/**
 * @param options.sampleAt closes, in an evaluation log, what had expired by that past time, as of the moment each expired
 * @returns how many were closed
 */
export async function expireApprovals(options: { sampleAt?: Date } = {}): Promise<number> {
  let closed = 0;
  for (;;) {
    const taken = await expireBatch(options.sampleAt);
    closed += taken;
    if (taken < batch) return closed;
  }
}

type Row = {
  id: string;
  agentId: string;
  ownerId: string;
  tool: string;
  effect: string;
  policyHash: string;
  actionDigest: Uint8Array;
  was: string;
  expiresAt: Date;
};

/** Two processes may run it at once: each takes rows the other does not hold. */
async function expireBatch(sampleAt: Date | undefined): Promise<number> {
  if (sampleAt) {
    const [log] = await db.$queryRaw<{ sample: boolean }[]>`SELECT sample FROM audit.log_identity`;
    if (!log?.sample) throw new AppError("forbidden", "only an evaluation log takes sample time");
  }
  const [due] = await db.$queryRaw<{ due: boolean }[]>`
    SELECT EXISTS (SELECT 1 FROM approval WHERE status IN ('pending', 'approved') AND expires_at <= coalesce(${sampleAt ?? null}::timestamptz, clock_timestamp())) AS due`;
  if (!due?.due) return 0;
  return recordChange("system", async (tx) => {
    await holdControl(tx, "shared");
    const rows = await tx.$queryRaw<Row[]>`
      WITH over AS (
        SELECT id, status FROM approval WHERE status IN ('pending', 'approved') AND expires_at <= coalesce(${sampleAt ?? null}::timestamptz, clock_timestamp())
         ORDER BY id COLLATE "C" LIMIT ${batch} FOR UPDATE SKIP LOCKED
      )
      UPDATE approval a SET status = 'expired', decided_at = coalesce(a.decided_at, CASE WHEN ${sampleAt !== undefined} THEN a.expires_at ELSE clock_timestamp() END),
             status_reason = CASE over.status WHEN 'pending' THEN 'nobody answered in time' ELSE 'approved, but not redeemed in time' END
        FROM over WHERE a.id = over.id
      RETURNING a.id, a.agent_id AS "agentId", a.owner_id AS "ownerId", a.tool, a.effect, a.policy_hash AS "policyHash", a.action_digest AS "actionDigest",
                over.status AS was, a.expires_at AS "expiresAt"`;
    for (const { id } of rows) await tx.$executeRaw`SELECT pg_notify('countersign_approval', ${id})`;
    if (rows.length === 0) throw new NothingLeft();
    return { result: rows.length, events: rows.map((row) => eventOf(row, sampleAt !== undefined)) };
  }).catch((error: unknown) => {
    if (error instanceof NothingLeft) return 0;
    throw error;
  });
}

/** Another process took the rows first: nothing to record. */
class NothingLeft extends Error {}

function eventOf(row: Row, sample: boolean): Event {
  return {
    kind: "approval_expired",
    agent: row.agentId,
    tool: row.tool,
    effect: row.effect,
    approvalId: row.id,
    policyHash: row.policyHash,
    actionDigest: `sha256:${Buffer.from(row.actionDigest).toString("hex")}`,
    codes: [row.was === "pending" ? "approval.unanswered" : "approval.unredeemed"],
    sampleAt: sample ? row.expiresAt.toISOString() : undefined,
  };
}
