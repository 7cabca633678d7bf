import "server-only";

import { readPayload } from "@/lib/audit/read-payload";
import { db, type Tx } from "@/lib/db";
import { AppError } from "@/lib/errors";
import { entryId } from "@/lib/ids";
import { type Tool, tool } from "@/lib/policy/schema";
import { type CardContent, type CardRequest, requesterOf } from "./card";
import type { ApprovalState, ApprovalStatus, Stake, Verdict, Vote } from "./state";

/** Reads one request with everything its rules and its card rest on. Asks nobody's permission. */

export type StoredVote = Vote & {
  name: string;
  comment: string | null;
  seenDigest: string;
  via: string;
  signed: boolean;
  at: Date;
};

export type StoredApproval = CardRequest & {
  lane: bigint;
  seq: bigint;
  agentId: string;
  /** Whose the agent was when the request opened; whose key the content is under. */
  ownerId: string;
  backupOwnerId: string | null;
  status: ApprovalStatus;
  statusReason: string | null;
  resource: string | null;
  stepUp: boolean;
  codes: string[];
  groups: string[];
  dueAt: Date | null;
  decidedAt: Date | null;
  consumedAt: Date | null;
  consumedLane: bigint | null;
  consumedSeq: bigint | null;
  sample: boolean;
  votes: StoredVote[];
  state: ApprovalState;
  /** The database's clock when it was read. */
  now: Date;
};

type Row = Omit<StoredApproval, "agent" | "owner" | "votes" | "state" | "decisionId"> & {
  agentName: string;
  environment: string;
  riskClass: string;
  currentOwnerId: string;
  currentOwnerName: string;
};

/**
 * @param content what `readContent` gave for the same request: who is said to have asked is in it
 * @param lock    inside a transaction, keeps the row until COMMIT
 * @returns null when there is no such request
 */
export async function readApproval(
  tx: Tx,
  id: string,
  content: CardContent,
  lock: "lock" | "look" = "look",
): Promise<StoredApproval | null> {
  if (lock === "lock") await tx.$queryRaw`SELECT 1 FROM approval WHERE id = ${id} FOR UPDATE`;
  const [row] = await tx.$queryRaw<Row[]>`
    SELECT a.id, a.lane, a.seq, a.agent_id AS "agentId", a.owner_id AS "ownerId", a.tool, a.effect, a.reversible, a.action_digest AS "actionDigest",
           a.policy_hash AS "policyHash", a.quorum, a.groups, a.step_up AS "stepUp", a.codes, a.amount, a.currency, a.recipient, a.resource, a.status,
           a.status_reason AS "statusReason", a.requested_at AS "requestedAt", a.due_at AS "dueAt", a.expires_at AS "expiresAt", a.decided_at AS "decidedAt",
           a.consumed_at AS "consumedAt", a.consumed_lane AS "consumedLane", a.consumed_seq AS "consumedSeq", a.sample, clock_timestamp() AS now,
           g.name AS "agentName", g.environment, g.risk_class AS "riskClass", g.backup_owner_id AS "backupOwnerId",
           o.id AS "currentOwnerId", o.name AS "currentOwnerName"
      FROM approval a JOIN agent g ON g.id = a.agent_id JOIN person o ON o.id = g.owner_id WHERE a.id = ${id}`;
  if (!row) return null;
  const votes = await tx.$queryRaw<StoredVote[]>`
    SELECT v.person_id AS "personId", p.name, v.verdict, v.groups, v.comment, v.seen_digest AS "seenDigest", v.via, v.step_up_id IS NOT NULL AS signed, v.created_at AS at
      FROM approval_vote v JOIN person p ON p.id = v.person_id WHERE v.approval_id = ${id} ORDER BY v.created_at, v.id`;
  const stakeholders = await tx.$queryRaw<{ personId: string; stake: Stake }[]>`
    SELECT owner AS "personId", 'own_agent' AS stake FROM unnest(ARRAY[${row.ownerId}, ${row.currentOwnerId}, ${row.backupOwnerId}]::text[]) AS u(owner) WHERE owner IS NOT NULL
    UNION ALL
    SELECT DISTINCT c.created_by_id, 'issued_credential' FROM credential c
     WHERE c.agent_id = ${row.agentId} AND c.created_by_id IS NOT NULL
       AND (c.revoked_at IS NULL OR c.revoked_at > ${row.requestedAt}) AND (c.expires_at IS NULL OR c.expires_at > ${row.requestedAt})
    UNION ALL
    SELECT DISTINCT v.created_by_id, 'published_policy' FROM policy_version v WHERE v.hash = ${row.policyHash} AND v.created_by_id IS NOT NULL
    UNION ALL
    SELECT p.id, 'own_request' FROM person p WHERE p.id = ${requesterOf(content)} OR p.email = lower(${requesterOf(content)})`;
  return {
    ...row,
    decisionId: entryId("dec", row.lane, row.seq),
    agent: { id: row.agentId, name: row.agentName, environment: row.environment, riskClass: row.riskClass },
    owner: { id: row.currentOwnerId, name: row.currentOwnerName },
    votes: votes.map((vote) => ({ ...vote, verdict: vote.verdict as Verdict })),
    state: { status: row.status, quorum: row.quorum, groups: row.groups, expiresAt: row.expiresAt, stakeholders },
  };
}

/** What the decision that opened the request was asked: never changes, so it is read outside of any transaction. */
export async function readContent(id: string): Promise<CardContent> {
  const place = await db.approval.findUnique({ where: { id }, select: { lane: true, seq: true } });
  if (!place) return "erased";
  try {
    return (await readPayload(place.lane, place.seq)) ?? "erased";
  } catch (error) {
    if (error instanceof AppError && error.code === "internal") return "altered";
    throw error;
  }
}

/** The tool as the policy knew it that opened the request; null when that policy is not here or did not know the tool. */
export async function readTool(policyHash: string, name: string): Promise<Tool | null> {
  const [row] = await db.$queryRaw<{ tool: unknown }[]>`
    SELECT jsonb_path_query_first(content, '$.tools[*] ? (@.name == $name)', jsonb_build_object('name', ${name}::text)) AS tool
      FROM policy_version WHERE hash = ${policyHash} ORDER BY number DESC LIMIT 1`;
  return tool.safeParse(row?.tool).data ?? null;
}
