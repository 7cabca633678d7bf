import "server-only";

import type { Actor } from "@/lib/auth/actor";
import type { Tx } from "@/lib/db";
import { notFound } from "@/lib/errors";
import type { Agent, Credential } from "@/lib/generated/prisma/client";
import { lockAgent } from "./access";

/**
 * A credential for a change, with its agent locked.
 * @throws AppError `not_found` when there is none, or its agent is not visible to the actor; `forbidden`
 */
export async function lockCredential(
  tx: Tx,
  actor: Actor,
  id: string,
): Promise<{ credential: Credential; agent: Agent }> {
  const found = await tx.credential.findUnique({ where: { id }, select: { agentId: true } });
  if (!found) throw notFound();
  const agent = await lockAgent(tx, actor, found.agentId, "credentials:write");
  const credential = await tx.credential.findUnique({ where: { id } });
  if (!credential) throw notFound();
  return { credential, agent };
}
