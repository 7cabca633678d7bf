import "server-only";

import { db } from "@/lib/db";
import { env } from "@/lib/env";
import type { ApprovalState } from "./schema";

/** Where an approval stands, for the agent it belongs to; null when there is none. */
export async function approvalStateOf(id: string, agentId: string): Promise<ApprovalState | null> {
  const row = await db.approval.findFirst({
    where: { id, agentId },
    select: {
      status: true,
      quorum: true,
      expiresAt: true,
      _count: { select: { votes: { where: { verdict: "approve" } } } },
    },
  });
  if (!row) return null;
  return {
    id,
    status: row.status as ApprovalState["status"],
    required: row.quorum,
    granted: row._count.votes,
    expiresAt: row.expiresAt.toISOString(),
    reviewUrl: `${env().publicUrl}/inbox/${id}`,
  };
}
