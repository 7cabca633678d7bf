import "server-only";

import { voidApprovals } from "@/lib/agents/void-approvals";
import { changeControl, holdControl, recordChange } from "@/lib/audit/append";
import { databaseTime } from "@/lib/database-time";
import type { Tx } from "@/lib/db";
import { type Incident, openIncident } from "./open";

/**
 * Takes an agent out of action because of what was found, and opens the incident that says why, in one change. When this returns, no process acknowledges another allow
 * for it. An agent that is out of action already keeps its status; the same finding is then one open incident, however often it is made again.
 * @returns the incident's id
 */
export async function suspendForIncident(agentId: string, found: Omit<Incident, "agentId">): Promise<string> {
  const incident: Incident = { ...found, agentId };
  try {
    return await suspend(agentId, incident);
  } catch (error) {
    if (error instanceof NotActive) return openOnce(agentId, incident);
    throw error;
  }
}

class NotActive extends Error {}

async function suspend(agentId: string, incident: Incident): Promise<string> {
  return changeControl("system", async (tx) => {
    const { status, ownerId } = await lockAgent(tx, agentId, "exclusive");
    if (status !== "active") throw new NotActive();
    const voided = await voidApprovals(tx, [agentId], "the agent was suspended by an incident");
    await tx.agent.update({
      where: { id: agentId },
      data: { status: "suspended", statusReason: incident.title, suspendedAt: await databaseTime(tx) },
    });
    const opened = await openIncident(tx, incident);
    return {
      result: opened.ref,
      changes: [{ kind: "agent", ref: agentId }],
      events: [
        opened,
        {
          kind: "agent_suspended",
          agent: agentId,
          scope: ownerId,
          ref: opened.ref,
          payload: { reason: incident.title },
        },
        ...voided,
      ],
    };
  });
}

class Known extends Error {
  constructor(readonly id: string) {
    super("this incident is open");
  }
}

/** The agent's row is locked, so that calls which find the same at once open one incident. */
async function openOnce(agentId: string, incident: Incident): Promise<string> {
  try {
    return await recordChange("system", async (tx) => {
      await lockAgent(tx, agentId, "shared");
      const open = await tx.incident.findFirst({
        where: { agentId, kind: incident.kind, status: "open" },
        select: { id: true },
      });
      if (open) throw new Known(open.id);
      const opened = await openIncident(tx, incident);
      return { result: opened.ref, events: [opened] };
    });
  } catch (error) {
    if (error instanceof Known) return error.id;
    throw error;
  }
}

async function lockAgent(
  tx: Tx,
  agentId: string,
  control: "exclusive" | "shared",
): Promise<{ status: string; ownerId: string }> {
  await holdControl(tx, control);
  await tx.$queryRaw`SELECT 1 FROM agent WHERE id = ${agentId} FOR NO KEY UPDATE`;
  return tx.agent.findUniqueOrThrow({ where: { id: agentId }, select: { status: true, ownerId: true } });
}
