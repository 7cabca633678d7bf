import "server-only";

import type { Actor } from "@/lib/auth/actor";
import { exportCedar } from "@/lib/policy/cedar";
import { refreshSnapshot, snapshot, snapshotIsStale } from "@/lib/policy/snapshot";
import type { CedarAnswer } from "./cedar-schema";
import { getAgent } from "./queries";

/**
 * The policy in force and the mandate of one agent as Cedar policies, schema and entities.
 * @throws AppError `not_found` when the actor may not see the agent
 */
export async function cedarOf(actor: Actor, id: string): Promise<CedarAnswer> {
  const agent = await getAgent(actor, id);
  const { policy, policyHash } = (await snapshotIsStale()) ? await refreshSnapshot() : await snapshot();
  const { policies, schema, entities } = exportCedar(policy, {
    principal: {
      agentId: agent.id,
      version: agent.version?.label ?? null,
      tier: agent.tier,
      environment: agent.environment,
      status: agent.status,
      ownerId: agent.owner.active ? agent.owner.id : null,
      riskClass: agent.riskClass,
    },
    mandate: agent.mandate,
  });
  return { policies, schema, entities, policyHash };
}
