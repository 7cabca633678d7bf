import "server-only";

import { recordChange } from "@/lib/audit/append";
import { type Actor, requirePermission } from "@/lib/auth/actor";
import { databaseTime } from "@/lib/database-time";
import { AppError, notFound } from "@/lib/errors";
import type { CloseInput } from "./schema";

/**
 * Closes an incident with what was found and done. An agent that it suspended stays suspended: resuming it is a decision of its own.
 * @throws AppError `not_found` · `conflict` when it is closed already
 */
export async function closeIncident(actor: Actor, id: string, { comment }: CloseInput): Promise<{ id: string }> {
  requirePermission(actor, "incidents:write");
  return recordChange({ personId: actor.personId }, async (tx) => {
    await tx.$queryRaw`SELECT 1 FROM incident WHERE id = ${id} FOR UPDATE`;
    const incident = await tx.incident.findUnique({ where: { id } });
    if (!incident) throw notFound();
    if (incident.status !== "open") throw new AppError("conflict", "this incident is closed already");
    await tx.incident.update({
      where: { id },
      data: {
        status: "closed",
        closedAt: await databaseTime(tx),
        closedById: actor.via === "bootstrap" ? null : actor.personId,
        closeComment: comment,
      },
    });
    const agent = incident.agentId
      ? await tx.agent.findUnique({ where: { id: incident.agentId }, select: { ownerId: true } })
      : null;
    return {
      result: { id },
      events: [
        {
          kind: "incident_closed",
          ref: id,
          codes: [`incident.${incident.kind}`],
          payload: { comment },
          ...(incident.agentId ? { agent: incident.agentId } : {}),
          ...(agent ? { scope: agent.ownerId } : {}),
        },
      ],
    };
  });
}
