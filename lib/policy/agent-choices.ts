import "server-only";

import { db } from "@/lib/db";
import { notFound } from "@/lib/errors";
import { readAgentInputs } from "./agent-inputs";
import type { TierKey } from "./schema";
import type { AgentPolicyInput } from "./types";

/** Agents as the policy editor tries rules on them. Who edits policy edits it for every agent, so all of them are offered. */

/** `tools` are those its mandate names. */
export type AgentChoice = { id: string; name: string; tier: TierKey; tools: string[] };

/** Every agent that is not retired, by name. */
export async function listAgentChoices(): Promise<AgentChoice[]> {
  const [inputs, named] = await Promise.all([
    readAgentInputs(db),
    db.agent.findMany({ where: { status: { not: "retired" } }, select: { id: true, name: true } }),
  ]);
  const names = new Map(named.map(({ id, name }) => [id, name]));
  return inputs
    .map(({ input: { principal, mandate } }) => ({
      id: principal.agentId,
      name: names.get(principal.agentId) ?? principal.agentId,
      tier: principal.tier,
      tools: mandate.tools,
    }))
    .sort((one, other) => one.name.localeCompare(other.name, "en"));
}

/** What the engine knows of one agent. @throws AppError `not_found` */
export async function agentInputOf(id: string): Promise<AgentPolicyInput> {
  const agent = (await readAgentInputs(db)).find(({ input }) => input.principal.agentId === id);
  if (!agent) throw notFound();
  return agent.input;
}
