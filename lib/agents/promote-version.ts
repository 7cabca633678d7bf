import "server-only";

import { changeControl } from "@/lib/audit/append";
import type { Actor } from "@/lib/auth/actor";
import { AppError, notFound } from "@/lib/errors";
import { authorOf, lockAgent } from "./access";

/**
 * Makes a version the current one; going back is promoting an older one.
 * @param key the version's id or number
 * @throws AppError `not_found`, `forbidden`, `conflict` when it is current already or the agent is retired
 */
export async function promoteVersion(
  actor: Actor,
  agentId: string,
  key: string,
): Promise<{ id: string; number: number }> {
  return changeControl(authorOf(actor), async (tx) => {
    const agent = await lockAgent(tx, actor, agentId, "agents:write");
    if (agent.status === "retired") throw new AppError("conflict", "the agent is retired and stays as it was");
    const version = await tx.agentVersion.findFirst({
      where: { agentId, ...(key.startsWith("ver_") ? { id: key } : { number: Number(key) }) },
      select: { id: true, number: true },
    });
    if (!version) throw notFound();
    if (version.id === agent.currentVersionId)
      throw new AppError("conflict", "this version is the current one already");
    await tx.agent.update({ where: { id: agentId }, data: { currentVersionId: version.id } });
    return {
      result: version,
      changes: [{ kind: "agent", ref: agentId }],
      events: [
        {
          kind: "version_promoted",
          agent: agentId,
          ref: version.id,
          scope: agent.ownerId,
          payload: { number: version.number, previous: agent.currentVersionId },
        },
      ],
    };
  });
}
