import "server-only";

import { notFound } from "@/lib/errors";
import type { EffectClass, TierKey } from "./schema";
import { snapshot } from "./snapshot";
import type { AgentPolicyInput } from "./types";

/** Agents as the policy editor tries rules on them. Who edits policy edits it for every agent, so all of them are offered. */

/** `effects` are those of the tools its mandate names. */
export type AgentChoice = { id: string; name: string; tier: TierKey; effects: EffectClass[] };

/** Every agent of the snapshot by name. */
export async function listAgentChoices(): Promise<AgentChoice[]> {
  const { agents, policy } = await snapshot();
  return [...agents.values()]
    .map(({ id, name, principal, compiled }) => ({
      id,
      name,
      tier: principal.tier,
      effects: [...new Set(compiled.mandate.tools.flatMap((tool) => policy.tools.get(tool)?.effect ?? []))],
    }))
    .sort((one, other) => one.name.localeCompare(other.name, "en"));
}

/** What the engine knows of one agent. @throws AppError `not_found` */
export async function agentInputOf(id: string): Promise<AgentPolicyInput> {
  const agent = (await snapshot()).agents.get(id);
  if (!agent) throw notFound();
  return { principal: agent.principal, mandate: agent.compiled.mandate };
}
