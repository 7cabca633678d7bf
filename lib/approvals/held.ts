import "server-only";

import { readPayload } from "@/lib/audit/read-payload";
import { db } from "@/lib/db";
import type { ApprovalSpec } from "@/lib/policy/schema";
import type { Finding } from "@/lib/policy/types";

/** An approval that a runtime says it holds, as it is stored; null members where there is none. */
export type HeldApproval = {
  id: string;
  /** Nonce of the action that was approved; the digest is recomputed with it. */
  nonce: string | undefined;
  stored: null | {
    status: string;
    statusReason: string | null;
    actionDigest: string;
    expiresAt: Date;
    quorum: number;
    groups: string[];
    stepUp: boolean;
    votes: number;
  };
};

/** Reads the approval that a caller names. Another agent's approval is as if it did not exist. */
export async function loadHeldApproval(id: string, agentId: string): Promise<HeldApproval> {
  const row = await db.approval.findFirst({
    where: { id, agentId },
    select: {
      lane: true,
      seq: true,
      status: true,
      statusReason: true,
      actionDigest: true,
      expiresAt: true,
      quorum: true,
      groups: true,
      stepUp: true,
      _count: { select: { votes: { where: { verdict: "approve" } } } },
    },
  });
  if (!row) return { id, nonce: undefined, stored: null };
  const fields = await readPayload(row.lane, row.seq);
  return {
    id,
    nonce: typeof fields?.nonce === "string" ? fields.nonce : undefined,
    stored: {
      status: row.status,
      statusReason: row.statusReason,
      actionDigest: `sha256:${Buffer.from(row.actionDigest).toString("hex")}`,
      expiresAt: row.expiresAt,
      quorum: row.quorum,
      groups: row.groups,
      stepUp: row.stepUp,
      votes: row._count.votes,
    },
  };
}

/**
 * Why this approval does not carry this action, or null when it does. What only the database can decide (expired, used by another call at the same time) is decided there.
 * @param digest of the action asked for now, computed with the approval's nonce
 * @param asked  what current policy asks for; null when it allows the action outright
 */
export function whyNotHeld(held: HeldApproval, digest: string, asked: ApprovalSpec | null): Finding | null {
  const refuse = (code: string, message: string): Finding => ({
    layer: "registry",
    ruleId: held.id,
    effect: "deny",
    code,
    message,
  });
  const { stored } = held;
  if (!stored) return refuse("approval_mismatch", "there is no such approval for this agent");
  switch (stored.status) {
    case "pending":
      return refuse("approval_pending", "this approval is still waiting for people to decide");
    case "denied":
      return refuse("approval_denied", "people refused this request");
    case "expired":
      return refuse("approval_expired", "this approval expired; ask again");
    case "voided":
      return refuse(
        "approval_stale",
        `this approval was voided: ${stored.statusReason ?? "what it rested on changed"}`,
      );
    case "consumed":
      return refuse("approval_consumed", "this approval was already used; each one is for a single use");
    case "approved":
      break;
    default:
      return refuse("approval_mismatch", "this approval is in a state that cannot be used");
  }
  if (stored.actionDigest !== digest)
    return refuse("approval_mismatch", "this is not the action that was approved; nothing about it may change");
  // Stricter now than what people were asked: a new approval. INVARIANT (current policy must still permit).
  if (
    asked &&
    (asked.quorum > stored.votes ||
      asked.groups.some((group) => !stored.groups.includes(group)) ||
      (asked.stepUp && !stored.stepUp))
  ) {
    return refuse("approval_stale", "the policy asks for more than when this was approved; ask again");
  }
  return null;
}

/** The finding that explains an allow by an approval. */
export function holdsNow(held: HeldApproval): Finding {
  const votes = held.stored?.votes ?? 0;
  return {
    layer: "tier",
    ruleId: held.id,
    effect: "allow",
    code: "approval.granted",
    message: `${votes === 1 ? "one person" : `${votes} people`} approved exactly this action; the approval is now used up`,
  };
}
