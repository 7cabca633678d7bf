import "server-only";

import type { Actor } from "@/lib/auth/actor";
import { effectiveAuthority } from "@/lib/policy/effective";
import type { Mandate } from "@/lib/policy/schema";
import { refreshSnapshot, snapshot, snapshotIsStale } from "@/lib/policy/snapshot";
import type { Principal } from "@/lib/policy/types";
import { type AuthorityAnswer, mostAuthorityRows } from "./mandate-schema";
import { getAgent } from "./queries";

/**
 * What the policy in force leaves of a mandate, tool by tool: asked of the engine, for the mandate that is stored or one that is not saved yet. An agent that is not
 * active is looked at as if it were, because that is what the mandate is for.
 * @param given the mandate to look at; the stored one when left out
 * @throws AppError `not_found` when the actor may not see the agent
 */
export async function authorityOf(actor: Actor, id: string, given?: Mandate): Promise<AuthorityAnswer> {
  const agent = await getAgent(actor, id);
  const { policy } = (await snapshotIsStale()) ? await refreshSnapshot() : await snapshot();
  const mandate = given ?? agent.mandate;
  const principal: Principal = {
    agentId: agent.id,
    version: agent.version?.label ?? "unpinned",
    tier: agent.tier,
    environment: agent.environment,
    status: "active",
    ownerId: agent.owner.active ? agent.owner.id : null,
    riskClass: agent.riskClass,
  };
  const names = [...new Set(mandate.tools)];
  const now = Date.now();
  return {
    items: names.slice(0, mostAuthorityRows).map((tool) => ({
      tool,
      known: policy.tools.has(tool) && policy.tools.get(tool)?.status !== "blocked",
      ...effectiveAuthority(policy, { principal, mandate }, tool, now),
    })),
    left: Math.max(0, names.length - mostAuthorityRows),
  };
}
