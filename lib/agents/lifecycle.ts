// The life of an agent: draft → active ⇄ suspended → retired. Retirement is final. Knows no database and nobody's rights.
import type { agentStatuses } from "@/lib/policy/schema";

export type AgentStatus = (typeof agentStatuses)[number];

const next: Record<AgentStatus, readonly AgentStatus[]> = {
  draft: ["active", "retired"],
  active: ["suspended", "retired"],
  suspended: ["active", "retired"],
  retired: [],
};

export function canBecome(from: AgentStatus, to: AgentStatus): boolean {
  return next[from].includes(to);
}

/** Why a change of status is refused, for the person who asked. */
export function refusal(from: AgentStatus, to: AgentStatus): string {
  if (from === to) return `the agent is already ${from}`;
  if (from === "retired") return "the agent is retired, and a retired agent never comes back: register a new one";
  return `an agent that is ${from} cannot become ${to}`;
}
