import "server-only";

import { changeControl } from "@/lib/audit/append";
import type { Actor } from "@/lib/auth/actor";
import { databaseTime } from "@/lib/database-time";
import { AppError } from "@/lib/errors";
import { authorOf } from "./access";
import { lockCredential } from "./credential-access";

/**
 * Ends a credential at once: when this returns, no process accepts it.
 * @throws AppError `not_found`, `forbidden`, `conflict` when it is revoked already
 */
export async function revokeCredential(actor: Actor, id: string): Promise<{ id: string }> {
  return changeControl(authorOf(actor), async (tx) => {
    const { credential, agent } = await lockCredential(tx, actor, id);
    if (credential.revokedAt) throw new AppError("conflict", "the credential is revoked already");
    await tx.credential.update({ where: { id }, data: { revokedAt: await databaseTime(tx) } });
    return {
      result: { id },
      changes: [{ kind: "credential", ref: agent.id }],
      events: [{ kind: "credential_revoked", agent: agent.id, ref: id, scope: agent.ownerId }],
    };
  });
}
