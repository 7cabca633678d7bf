import "server-only";

import { recordChange } from "@/lib/audit/append";
import { env } from "@/lib/env";
import { AppError, notFound } from "@/lib/errors";
import { newId } from "@/lib/ids";
import { aboutPerson } from "./about-person";
import { type Actor, can, requirePermission } from "./actor";
import { tokenFields, toToken } from "./queries";
import type { ApiToken, IssueTokenInput } from "./schema";
import { makeToken, tokenDigest } from "./token";

/**
 * Makes an API token for oneself. It opens no more than its maker could open at this moment, and never more than its person can later.
 * @returns the token with its secret, which is never shown again
 * @throws AppError `invalid_request` for a scope one does not have, `forbidden` for a voting token that was not asked for in a browser session
 */
export async function issueToken(actor: Actor, input: IssueTokenInput): Promise<ApiToken & { secret: string }> {
  requirePermission(actor, "tokens:write:own");
  const missing = input.scopes.find((scope) => !can(actor, scope));
  if (missing)
    throw new AppError("invalid_request", `\`/scopes\` is not valid: you do not have \`${missing}\` yourself`, {
      fields: [{ path: "/scopes", message: `you do not have \`${missing}\` yourself` }],
    });
  if (input.mayVote && actor.via !== "session")
    throw new AppError("forbidden", "a token that may vote is made in the browser, by the person themselves");
  if (input.mayVote !== input.scopes.includes("approvals:vote")) {
    const message = "a token may vote when it has the scope `approvals:vote`, and only then";
    throw new AppError("invalid_request", `\`/mayVote\` is not valid: ${message}`, {
      fields: [{ path: "/mayVote", message }],
    });
  }
  const id = newId("tok");
  const { token, digestInput } = makeToken("pat", id);
  const digest = tokenDigest(env().pepper, digestInput);
  return recordChange({ personId: actor.personId }, async (tx) => {
    await tx.$executeRaw`
      INSERT INTO api_token (id, person_id, name, digest, scopes, may_vote, created_at, expires_at)
      VALUES (${id}, ${actor.personId}, ${input.name}, ${digest}, ${input.scopes}::text[], ${input.mayVote}, clock_timestamp(), clock_timestamp() + make_interval(days => ${input.expiresInDays}::int))`;
    const row = await tx.apiToken.findUniqueOrThrow({ where: { id }, select: tokenFields });
    const { name, scopes, mayVote, expiresInDays } = input;
    return {
      result: { ...toToken(row, row.createdAt), secret: token },
      events: [
        { ...(await aboutPerson("token_issued", actor.personId, { name, scopes, mayVote, expiresInDays })), ref: id },
      ],
    };
  });
}

/** Ends one of one's own tokens. @throws AppError `not_found` for anybody else's, exactly as for none; `conflict` when it has ended already */
export async function revokeToken(actor: Actor, id: string): Promise<void> {
  requirePermission(actor, "tokens:write:own");
  await recordChange({ personId: actor.personId }, async (tx) => {
    const row = await tx.apiToken.findFirst({
      where: { id, personId: actor.personId },
      select: { name: true, revokedAt: true },
    });
    if (!row) throw notFound();
    const ended =
      await tx.$executeRaw`UPDATE api_token SET revoked_at = clock_timestamp() WHERE id = ${id} AND revoked_at IS NULL`;
    if (ended === 0) throw new AppError("conflict", "this token was revoked already");
    return {
      result: undefined,
      events: [{ ...(await aboutPerson("token_revoked", actor.personId, { name: row.name })), ref: id }],
    };
  });
}
