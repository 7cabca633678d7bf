import "server-only";

import type { Tx } from "@/lib/db";
import { entryId } from "@/lib/ids";
import { type CardContent, makeCard } from "./card";
import { readContent, readTool, type StoredApproval } from "./rows";
import type { Card } from "./schema";
import { lookedUp, type Past } from "./unusual";

/**
 * The card of a request, complete: with what is unusual about it. What was before is read as of the moment the request
 * was made, so the card of a waiting request stays the same while others are decided.
 * @param content what `readContent` gave for the same request
 */
export async function readCard(tx: Tx, approval: StoredApproval, content: CardContent): Promise<Card> {
  const tool = await readTool(approval.policyHash, approval.tool);
  const plain = makeCard(approval, tool, content);
  return plain.content === "readable" ? makeCard(approval, tool, content, await readPast(tx, approval, plain)) : plain;
}

/**
 * Precedents are approved actions that everybody who may read this request may read as well: those asked of any
 * approver, or of all the groups this one is asked of.
 */
async function readPast(tx: Tx, approval: StoredApproval, card: Card): Promise<Past> {
  const { agentId, tool, requestedAt, groups } = approval;
  const [similar] = await tx.$queryRaw<{ id: string; lane: bigint; seq: bigint; decidedAt: Date; redeemed: boolean }[]>`
    SELECT a.id, a.lane, a.seq, a.decided_at AS "decidedAt", coalesce(a.consumed_at < ${requestedAt}, false) AS redeemed
      FROM approval a
     WHERE a.agent_id = ${agentId} AND a.tool = ${tool} AND a.status IN ('approved', 'consumed') AND a.decided_at < ${requestedAt}
       AND (cardinality(a.groups) = 0 OR (cardinality(${groups}::text[]) > 0 AND ${groups}::text[] <@ a.groups))
     ORDER BY a.decided_at DESC, a.id DESC LIMIT 1`;
  const [amounts] = await tx.$queryRaw<{ count: number; least: string | null; most: string | null }[]>`
    SELECT count(*)::int AS count, min(a.amount::numeric)::text AS least, max(a.amount::numeric)::text AS most
      FROM (SELECT a.amount FROM approval a
             WHERE a.agent_id = ${agentId} AND a.tool = ${tool} AND a.status IN ('approved', 'consumed') AND a.decided_at < ${requestedAt}
               AND (cardinality(a.groups) = 0 OR (cardinality(${groups}::text[]) > 0 AND ${groups}::text[] <@ a.groups))
               AND a.currency IS NOT DISTINCT FROM ${card.currency}::text
               AND CASE WHEN a.amount ~ '^[0-9]{1,18}([.][0-9]{1,4})?$' THEN true ELSE false END
             ORDER BY a.decided_at DESC, a.id DESC LIMIT 1000) a`;
  const [used] = await tx.$queryRaw<{ before: boolean }[]>`
    SELECT EXISTS (SELECT 1 FROM entry_view v WHERE v.agent_id = ${agentId} AND v.tool = ${tool} AND v.outcome = 'allow' AND v.at < ${requestedAt}) AS before`;
  const known = await tx.$queryRaw<{ recipient: string; byAgent: boolean }[]>`
    SELECT r.recipient,
           EXISTS (SELECT 1 FROM entry_detail d JOIN entry_view v USING (lane, seq)
                    WHERE d.recipient = r.recipient AND v.outcome = 'allow' AND v.at < ${requestedAt} AND v.agent_id = ${agentId}) AS "byAgent"
      FROM unnest(${lookedUp(card.recipients)}::text[]) AS r(recipient)
     WHERE EXISTS (SELECT 1 FROM entry_detail d JOIN entry_view v USING (lane, seq)
                    WHERE d.recipient = r.recipient AND v.outcome = 'allow' AND v.at < ${requestedAt})`;
  return {
    similar: similar
      ? {
          approvalId: similar.id,
          decisionId: entryId("dec", similar.lane, similar.seq),
          decidedAt: similar.decidedAt,
          redeemed: similar.redeemed,
          content: await readContent(similar.id),
        }
      : null,
    usedToolBefore: used?.before ?? false,
    knownRecipients: known,
    amounts:
      card.amount !== null && amounts?.least && amounts.most
        ? { count: amounts.count, least: amounts.least, most: amounts.most }
        : null,
  };
}
