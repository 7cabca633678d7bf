import "server-only";

import { changeControl } from "@/lib/audit/append";
import type { Actor } from "@/lib/auth/actor";
import { databaseTime } from "@/lib/database-time";
import { AppError } from "@/lib/errors";
import { authorOf } from "./access";
import { lockCredential } from "./credential-access";
import { expiryOf, storeCredential } from "./issue-credential";
import type { IssuedCredential, RotateInput } from "./schema";

/**
 * Replaces a credential. The old secret works until the end of the overlap, or until its own earlier end.
 * @throws AppError `not_found`, `forbidden`, `conflict` when it is revoked, expired or already rotated
 */
export async function rotateCredential(actor: Actor, id: string, input: RotateInput): Promise<IssuedCredential> {
  return changeControl(authorOf(actor), async (tx) => {
    const { credential, agent } = await lockCredential(tx, actor, id);
    const now = await databaseTime(tx);
    if (agent.status === "retired") throw new AppError("conflict", "the agent is retired and gets no more credentials");
    if (credential.revokedAt) throw new AppError("conflict", "the credential is revoked: issue a new one");
    if (credential.rotatedToId)
      throw new AppError("conflict", "the credential was rotated already: rotate its successor");
    if (credential.expiresAt && credential.expiresAt <= now)
      throw new AppError("conflict", "the credential is expired: issue a new one");

    const successor = await storeCredential(tx, agent.id, expiryOf(input.expiresAt, now), actor.personId);
    const overlapEnd = new Date(now.getTime() + input.overlapSeconds * 1000);
    const endsAt = credential.expiresAt && credential.expiresAt < overlapEnd ? credential.expiresAt : overlapEnd;
    await tx.credential.update({ where: { id }, data: { rotatedToId: successor.id, expiresAt: endsAt } });
    return {
      result: successor,
      changes: [{ kind: "credential", ref: agent.id }],
      events: [
        {
          kind: "credential_rotated",
          agent: agent.id,
          ref: id,
          scope: agent.ownerId,
          payload: { successor: successor.id, overlapEndsAt: endsAt.toISOString(), expiresAt: successor.expiresAt },
        },
      ],
    };
  });
}
