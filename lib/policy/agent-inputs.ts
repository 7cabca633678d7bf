import "server-only";

import type { Tx } from "@/lib/db";
import { mandate, tierKey } from "./schema";
import type { AgentPolicyInput, Principal } from "./types";

/** An agent as policy sees it, and who answers for it. */
export type OwnedAgent = { input: AgentPolicyInput; ownerId: string; backupOwnerId: string | null };

/** Every agent that is not retired. One whose record does not parse can do nothing and is left out. */
export async function readAgentInputs(tx: Tx): Promise<OwnedAgent[]> {
  const rows = await tx.agent.findMany({
    where: { status: { not: "retired" } },
    select: {
      id: true,
      ownerId: true,
      backupOwnerId: true,
      environment: true,
      riskClass: true,
      tier: true,
      mandate: true,
      status: true,
      owner: { select: { active: true } },
      currentVersion: { select: { label: true } },
    },
    orderBy: { id: "asc" },
  });
  return rows.flatMap((row) => {
    const [granted, tier] = [mandate.safeParse(row.mandate), tierKey.safeParse(row.tier)];
    if (!granted.success || !tier.success) return [];
    const principal: Principal = {
      agentId: row.id,
      version: row.currentVersion?.label ?? null,
      tier: tier.data,
      environment: row.environment as Principal["environment"],
      status: row.status as Principal["status"],
      ownerId: row.owner.active ? row.ownerId : null,
      riskClass: row.riskClass as Principal["riskClass"],
    };
    return [{ input: { principal, mandate: granted.data }, ownerId: row.ownerId, backupOwnerId: row.backupOwnerId }];
  });
}
