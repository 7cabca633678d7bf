import "server-only";

import { changeControl } from "@/lib/audit/append";
import type { Actor } from "@/lib/auth/actor";
import { AppError } from "@/lib/errors";
import { newId } from "@/lib/ids";
import { sampleTime } from "@/lib/sample-time";
import { authorOf, lockAgent } from "./access";
import type { VersionInput } from "./schema";

/**
 * Adds an immutable version. It is not the current one before it is promoted.
 * @throws AppError `not_found`, `forbidden`, `conflict` when the agent is retired
 */
export async function createVersion(
  actor: Actor,
  agentId: string,
  input: VersionInput,
): Promise<{ id: string; number: number }> {
  return changeControl(authorOf(actor), async (tx) => {
    const agent = await lockAgent(tx, actor, agentId, "agents:write");
    if (agent.status === "retired") throw new AppError("conflict", "the agent is retired and stays as it was");
    const newest = await tx.agentVersion.findFirst({
      where: { agentId },
      orderBy: { number: "desc" },
      select: { number: true },
    });
    const version = { id: newId("ver"), number: (newest?.number ?? 0) + 1 };
    await tx.agentVersion.create({
      data: { ...version, agentId, ...input, createdById: actor.personId, createdAt: sampleTime() },
    });
    return {
      result: version,
      changes: [{ kind: "agent", ref: agentId }],
      events: [
        {
          kind: "version_created",
          agent: agentId,
          ref: version.id,
          scope: agent.ownerId,
          payload: { number: version.number, ...input },
        },
      ],
    };
  });
}
