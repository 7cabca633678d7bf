import "server-only";

import { changeControl } from "@/lib/audit/append";
import type { Actor } from "@/lib/auth/actor";
import { makeToken, tokenDigest } from "@/lib/auth/token";
import { databaseTime } from "@/lib/database-time";
import type { Tx } from "@/lib/db";
import { env } from "@/lib/env";
import { AppError } from "@/lib/errors";
import { newId } from "@/lib/ids";
import { sampleTime } from "@/lib/sample-time";
import { authorOf, lockAgent } from "./access";
import { fieldError } from "./register";
import { type CredentialInput, credentialLife, type IssuedCredential } from "./schema";

/**
 * Makes a credential for an agent. The secret is in the answer and nowhere else: the database holds a keyed digest that is unique over all agents.
 * @throws AppError `not_found`, `forbidden`, `conflict` when the agent is retired, `invalid_request` at `/expiresAt`
 */
export async function issueCredential(
  actor: Actor,
  agentId: string,
  input: CredentialInput,
): Promise<IssuedCredential> {
  return changeControl(authorOf(actor), async (tx) => {
    const agent = await lockAgent(tx, actor, agentId, "credentials:write");
    if (agent.status === "retired") throw new AppError("conflict", "the agent is retired and gets no more credentials");
    const now = await databaseTime(tx);
    const issued = await storeCredential(tx, agentId, expiryOf(input.expiresAt, now), actor.personId);
    return {
      result: issued,
      changes: [{ kind: "credential", ref: agentId }],
      events: [
        {
          kind: "credential_issued",
          agent: agentId,
          ref: issued.id,
          scope: agent.ownerId,
          payload: { expiresAt: issued.expiresAt },
        },
      ],
    };
  });
}

/** Stores the digest of a new secret. INVARIANT (one key, one agent): the digest is unique, and a guard in the database keeps its agent. */
export async function storeCredential(
  tx: Tx,
  agentId: string,
  expiresAt: Date,
  createdById: string | null,
): Promise<IssuedCredential> {
  const id = newId("crd");
  const { token, digestInput } = makeToken("agt", id);
  await tx.credential.create({
    data: {
      id,
      agentId,
      digest: new Uint8Array(tokenDigest(env().pepper, digestInput)),
      expiresAt,
      createdById,
      createdAt: sampleTime(),
    },
  });
  return { id, secret: token, expiresAt: expiresAt.toISOString() };
}

/**
 * When a credential ends.
 * @param asked RFC 3339, or undefined for the default life
 */
export function expiryOf(asked: string | undefined, now: Date): Date {
  const day = 86_400_000;
  if (asked === undefined) return new Date(now.getTime() + credentialLife.defaultDays * day);
  const at = new Date(asked);
  if (at <= now) throw fieldError("/expiresAt", "must be in the future");
  if (at.getTime() > now.getTime() + credentialLife.longestDays * day) {
    throw fieldError("/expiresAt", `must be at most ${credentialLife.longestDays} days ahead`);
  }
  return at;
}
