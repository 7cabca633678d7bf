import "server-only";

import { recordChange } from "@/lib/audit/append";
import { db } from "@/lib/db";
import { env } from "@/lib/env";
import { AppError, notFound } from "@/lib/errors";
import { newId } from "@/lib/ids";
import { aboutPerson } from "./about-person";
import type { Actor } from "./actor";
import { confirmPassword } from "./confirm-password";
import type { Origin } from "./open-session";
import { makeChallenge, spendChallenge } from "./passkey-challenge";
import { type AddPasskeyInput, type BeginPasskeyInput, type Passkey, passkeysMax } from "./schema";
import { algorithms, faultSentence, readNewPasskey, siteOf } from "./webauthn";

/** One's own passkeys: they sign approvals where a rule asks for it, and do not sign anybody in. */

/** A credential as the browser is told of it. `id` is base64url. */
export type KnownPasskey = { id: string; transports: string[] };

export type PasskeyOptions = {
  challengeId: string;
  /** base64url of 32 bytes */
  challenge: string;
  siteId: string;
  person: { id: string; name: string; email: string };
  algorithms: readonly number[];
  /** Those one has: an authenticator that holds one of them makes no second. */
  known: KnownPasskey[];
};

/** Without a password, a session so young that somebody has just signed in. */
const freshMinutes = 10;

/** One's own passkeys, oldest first. */
export async function listPasskeys(actor: Actor): Promise<Passkey[]> {
  const rows = await db.passkey.findMany({
    where: { personId: actor.personId },
    select: { id: true, name: true, createdAt: true, lastUsedAt: true },
    orderBy: { id: "asc" },
  });
  return rows.map((row) => ({
    ...row,
    createdAt: row.createdAt.toISOString(),
    lastUsedAt: row.lastUsedAt?.toISOString() ?? null,
  }));
}

/** The credentials one can sign with. */
export async function knownPasskeys(actor: Actor): Promise<KnownPasskey[]> {
  const rows = await db.passkey.findMany({
    where: { personId: actor.personId },
    select: { credentialId: true, transports: true },
    orderBy: { id: "asc" },
  });
  return rows.map((row) => ({
    id: Buffer.from(row.credentialId).toString("base64url"),
    transports: row.transports,
  }));
}

/**
 * What the browser needs to make a passkey. INVARIANT (a session alone makes no passkey): a taken-over session could otherwise add its own key and sign with it,
 * so the person gives their password, or has just signed in where they have none.
 * @param session digest of the session that asks
 * @throws AppError `forbidden` for tokens and old sessions, `invalid_request` at `/password`, `conflict` with too many passkeys, `too_many_requests`
 */
export async function beginPasskey(
  actor: Actor,
  input: BeginPasskeyInput,
  session: Buffer | null,
  origin: Origin,
): Promise<PasskeyOptions> {
  await provePerson(actor, input, session, origin);
  const known = await knownPasskeys(actor);
  if (known.length >= passkeysMax)
    throw new AppError("conflict", `you have ${passkeysMax} passkeys already; remove one first`);
  const { id, nonce } = await makeChallenge(actor.personId);
  return {
    challengeId: id,
    challenge: nonce.toString("base64url"),
    siteId: siteOf(env().publicUrl).id,
    person: { id: actor.personId, name: actor.name, email: actor.email },
    algorithms,
    known,
  };
}

async function provePerson(
  actor: Actor,
  { password }: BeginPasskeyInput,
  session: Buffer | null,
  origin: Origin,
): Promise<void> {
  if (actor.via !== "session") throw new AppError("forbidden", "a passkey is added in the browser");
  const person = await db.person.findUniqueOrThrow({ where: { id: actor.personId }, select: { passwordHash: true } });
  if (person.passwordHash) {
    await confirmPassword(actor, password ?? "", origin, { path: "/password", doing: "adding a passkey" });
    return;
  }
  const [young] = await db.$queryRaw<{ young: boolean }[]>`
    SELECT created_at > clock_timestamp() - make_interval(mins => ${freshMinutes}::int) AS young FROM session WHERE digest = ${session} AND person_id = ${actor.personId}`;
  if (!young?.young)
    throw new AppError("forbidden", `sign out and in again first: a passkey is added within ${freshMinutes} minutes`);
}

/**
 * Keeps a passkey that the browser has just made for a challenge of `beginPasskey`.
 * @throws AppError `conflict` for a used or old challenge and for a passkey that is known, `invalid_request` for an answer that does not hold
 */
export async function addPasskey(actor: Actor, input: AddPasskeyInput): Promise<Passkey> {
  if (actor.via !== "session") throw new AppError("forbidden", "a passkey is added in the browser");
  const challenge = await spendChallenge(actor.personId, input.challengeId);
  const made = readNewPasskey(
    {
      authenticatorData: Buffer.from(input.authenticatorData, "base64url"),
      clientData: Buffer.from(input.clientDataJSON, "base64url"),
    },
    challenge,
    siteOf(env().publicUrl),
  );
  if (typeof made === "string") throw new AppError("invalid_request", faultSentence(made));
  const credentialId = new Uint8Array(made.credentialId);
  return recordChange({ personId: actor.personId }, async (tx) => {
    await tx.$queryRaw`SELECT 1 FROM person WHERE id = ${actor.personId} FOR UPDATE`; // one at a time, so that the limit holds
    if ((await tx.passkey.count({ where: { personId: actor.personId } })) >= passkeysMax)
      throw new AppError("conflict", `you have ${passkeysMax} passkeys already; remove one first`);
    if (await tx.passkey.findUnique({ where: { credentialId }, select: { id: true } }))
      throw new AppError("conflict", "this passkey is added already");
    const row = await tx.passkey.create({
      data: {
        id: newId("pky"),
        personId: actor.personId,
        name: input.name,
        credentialId,
        publicKey: new Uint8Array(made.publicKey),
        transports: input.transports,
        counter: made.counter,
      },
    });
    const payload = {
      name: input.name,
      credentialId: made.credentialId.toString("base64url"),
      publicKey: made.publicKey.toString("base64url"),
    };
    return {
      result: { id: row.id, name: row.name, createdAt: row.createdAt.toISOString(), lastUsedAt: null },
      events: [{ ...(await aboutPerson("passkey_added", actor.personId, payload)), ref: row.id }],
    };
  });
}

/** Removes one of one's own passkeys; what it signed stays checkable. @throws AppError `not_found` for anybody else's, exactly as for none */
export async function removePasskey(actor: Actor, id: string): Promise<void> {
  if (actor.via !== "session") throw new AppError("forbidden", "a passkey is removed in the browser");
  await recordChange({ personId: actor.personId }, async (tx) => {
    const row = await tx.passkey.findFirst({ where: { id, personId: actor.personId }, select: { name: true } });
    const { count } = await tx.passkey.deleteMany({ where: { id, personId: actor.personId } });
    if (!row || count === 0) throw notFound();
    return {
      result: undefined,
      events: [{ ...(await aboutPerson("passkey_removed", actor.personId, { name: row.name })), ref: id }],
    };
  });
}
