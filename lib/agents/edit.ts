import "server-only";

import { changeControl } from "@/lib/audit/append";
import type { Actor } from "@/lib/auth/actor";
import { AppError } from "@/lib/errors";
import type { Agent, Prisma } from "@/lib/generated/prisma/client";
import { canonicalize, type Json } from "@/lib/json";
import { authorOf, lockAgent } from "./access";
import { checkMandate } from "./mandate";
import { mandateHash } from "./mandate-hash";
import { findOwner } from "./people";
import { checkBackup, checkName, echoModeFor } from "./register";
import type { EditInput } from "./schema";

/**
 * Changes what is written about an agent. What comes out as it was writes no entry.
 * @throws AppError `not_found`, `forbidden`, `conflict` (retired, the name is taken, or another mandate than `mandateSeen`), `invalid_request` naming the field
 */
export async function editAgent(actor: Actor, id: string, input: EditInput): Promise<{ id: string }> {
  if (input.mandate) await checkMandate(input.mandate);
  return changeControl(authorOf(actor), async (tx) => {
    const agent = await lockAgent(tx, actor, id, "agents:write");
    if (agent.status === "retired") throw new AppError("conflict", "the agent is retired and stays as it was");
    const { backupOwnerEmail, mandateSeen, ...rest } = input;
    if (input.mandate && mandateSeen !== undefined && mandateSeen !== mandateHash(agent.mandate))
      throw new AppError("conflict", "somebody else changed the mandate meanwhile; look at theirs before you save");
    const wanted: Partial<Agent> = { ...rest } as Partial<Agent>;
    if (backupOwnerEmail !== undefined) {
      const backup = backupOwnerEmail ? await findOwner(tx, backupOwnerEmail, "/backupOwnerEmail") : null;
      checkBackup(agent.ownerId, backup?.id ?? null);
      wanted.backupOwnerId = backup?.id ?? null;
    }
    if (input.name !== undefined) await checkName(tx, input.name, id);
    wanted.echoMode = echoModeFor(
      input.riskClass ?? agent.riskClass,
      input.echoMode ?? (agent.echoMode as "off" | "warn" | "enforce"),
      "/echoMode",
      input.echoMode !== undefined,
    );

    const { before, after } = difference(agent, wanted);
    if (Object.keys(after).length === 0) throw new AppError("state_changed", "nothing differs from what is stored");
    await tx.agent.update({ where: { id }, data: after as Prisma.AgentUncheckedUpdateInput });
    return {
      result: { id },
      changes: [{ kind: "agent", ref: id }],
      events: [
        {
          kind: "agent_changed",
          agent: id,
          scope: agent.ownerId,
          payload: { before: before as Json, after: after as Json },
        },
      ],
    };
  });
}

/** The fields that differ, as they were and as they shall be. */
function difference(agent: Agent, wanted: Partial<Agent>): { before: Partial<Agent>; after: Partial<Agent> } {
  const before: Record<string, unknown> = {};
  const after: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(wanted)) {
    const stored = agent[name as keyof Agent];
    if (canonicalize(stored ?? null) === canonicalize(value ?? null)) continue;
    before[name] = stored ?? null;
    after[name] = value;
  }
  return { before: before as Partial<Agent>, after: after as Partial<Agent> };
}
