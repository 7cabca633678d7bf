import "server-only";

import type { Event } from "@/lib/audit/append";
import type { Tx } from "@/lib/db";

/**
 * Closes every pending and every approved, unspent request of these agents. Part of the control change that stops them.
 * The caller holds CONTROL: an append holds it while it opens and spends approvals.
 * @returns one entry per request
 */
export async function voidApprovals(tx: Tx, agentIds: readonly string[], reason: string): Promise<Event[]> {
  const voided = await tx.$queryRaw<{ id: string; agent_id: string; owner_id: string; tool: string; effect: string }[]>`
    WITH open AS (
      SELECT id FROM approval WHERE agent_id = ANY (${[...agentIds]}::text[]) AND status IN ('pending', 'approved') ORDER BY id COLLATE "C" FOR UPDATE
    )
    UPDATE approval a SET status = 'voided', status_reason = ${reason}, decided_at = clock_timestamp()
      FROM open WHERE a.id = open.id
    RETURNING a.id, a.agent_id, a.owner_id, a.tool, a.effect`;
  for (const { id } of voided) await tx.$executeRaw`SELECT pg_notify('countersign_approval', ${id})`;
  return voided.map((row) => ({
    kind: "approval_voided",
    agent: row.agent_id,
    approvalId: row.id,
    tool: row.tool,
    effect: row.effect,
    scope: row.owner_id,
    payload: { reason },
  }));
}
