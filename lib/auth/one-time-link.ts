import "server-only";

import { createHash, randomBytes } from "node:crypto";
import type { Tx } from "@/lib/db";
import { db } from "@/lib/db";
import { env } from "@/lib/env";
import { newId } from "@/lib/ids";
import { invariant } from "@/lib/invariant";
import type { Invitation } from "./schema";

/**
 * One-time links: an invited person, or the first administrator, comes in with one. 256 random bits in the address, their SHA-256 in the database,
 * one use, one day. Opening the page changes nothing; only sending its form uses the link.
 */

export const linkHours = 24;

/**
 * Makes a link and voids the older ones for the same person.
 * @param personId null for the first administrator, whom using the link creates
 */
export async function makeLink(tx: Tx, personId: string | null): Promise<Invitation> {
  const token = randomBytes(32).toString("base64url");
  await voidLinks(tx, personId);
  const [row] = await tx.$queryRaw<{ expiresAt: Date }[]>`
    INSERT INTO sign_in_link (id, digest, person_id, created_at, expires_at)
    VALUES (${newId("lnk")}, ${linkDigest(token)}, ${personId}, clock_timestamp(), clock_timestamp() + make_interval(hours => ${linkHours}::int)) RETURNING expires_at AS "expiresAt"`;
  invariant(row, "an insert returns its row");
  return { url: `${env().publicUrl}/welcome/${token}`, expiresAt: row.expiresAt.toISOString() };
}

/** Makes every unused link of a person (or of the first administrator) useless. */
export async function voidLinks(tx: Tx, personId: string | null): Promise<void> {
  await tx.$executeRaw`UPDATE sign_in_link SET used_at = clock_timestamp() WHERE person_id IS NOT DISTINCT FROM ${personId} AND used_at IS NULL`;
}

export type OpenLink = { id: string; person: { id: string; email: string; name: string } | null };

/** The link a token stands for, while it can be used; null for every reason it cannot. */
export async function readLink(token: string): Promise<OpenLink | null> {
  return find(db, token, false);
}

/** The same inside the change that uses it: a second use waits for the first and then finds nothing. */
export async function takeLink(tx: Tx, token: string): Promise<OpenLink | null> {
  const link = await find(tx, token, true);
  if (link) await tx.$executeRaw`UPDATE sign_in_link SET used_at = clock_timestamp() WHERE id = ${link.id}`;
  return link;
}

async function find(from: Pick<Tx, "$queryRaw">, token: string, lock: boolean): Promise<OpenLink | null> {
  if (!/^[\w-]{43}$/.test(token)) return null;
  const digest = linkDigest(token);
  if (lock) await from.$queryRaw`SELECT 1 FROM sign_in_link WHERE digest = ${digest} FOR UPDATE`;
  const [row] = await from.$queryRaw<
    { id: string; personId: string | null; email: string | null; name: string | null }[]
  >`
    SELECT l.id, p.id AS "personId", p.email, p.name FROM sign_in_link l LEFT JOIN person p ON p.id = l.person_id
     WHERE l.digest = ${digest} AND l.used_at IS NULL AND l.expires_at > clock_timestamp() AND (l.person_id IS NULL OR p.active)`;
  if (!row) return null;
  return {
    id: row.id,
    person: row.personId ? { id: row.personId, email: row.email as string, name: row.name as string } : null,
  };
}

function linkDigest(token: string): Buffer {
  return createHash("sha256").update(token).digest();
}
