import "server-only";

import { createCipheriv, createDecipheriv, createSecretKey, type KeyObject, randomBytes } from "node:crypto";
import { pool } from "@/lib/db";
import { env } from "@/lib/env";
import { AppError } from "@/lib/errors";

/**
 * Data keys of the log: one per scope (the pseudonym of an agent's owner, or `system`) and month, wrapped by the installation's key-encryption key.
 * Destroying one makes every payload under it unreadable, in live data and in old backups. audit-log design §10.
 */
export type PayloadKey = { dekId: number; key: KeyObject };

const byScope = new Map<string, PayloadKey | Promise<PayloadKey>>();
const byId = new Map<number, Promise<KeyObject>>();

/**
 * The key to write with: at once when this process has used it before, else when it was read or made. Kept in memory for the life of the process.
 * @param at decides the month, UTC
 */
export function writingKey(scope: string, at: Date): PayloadKey | Promise<PayloadKey> {
  const month = monthOf(at);
  const name = `${scope}|${month}`;
  const known = byScope.get(name);
  if (known) return known;
  const made = makeOrRead(scope, month);
  byScope.set(name, made);
  made.then(
    (key) => byScope.set(name, key),
    () => byScope.delete(name),
  );
  return made;
}

let latest = { from: 0, to: 0, month: "" };

/** The first day of the month, UTC. */
function monthOf(at: Date): string {
  const time = at.getTime();
  if (time < latest.from || time >= latest.to) {
    latest = {
      from: Date.UTC(at.getUTCFullYear(), at.getUTCMonth()),
      to: Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + 1),
      month: `${at.toISOString().slice(0, 7)}-01`,
    };
  }
  return latest.month;
}

/** @throws AppError `not_found` when the key was destroyed: what it protected is erased */
export function readingKey(dekId: number): Promise<KeyObject> {
  const known = byId.get(dekId);
  if (known) return known;
  const read = pool()
    .query<{ wrapped: Buffer | null }>("SELECT wrapped FROM audit.payload_key WHERE dek_id = $1", [dekId])
    .then(({ rows }) => {
      const wrapped = rows[0]?.wrapped;
      if (!wrapped) throw new AppError("not_found", "this content was erased");
      return unwrap(wrapped);
    });
  byId.set(dekId, read);
  read.catch(() => byId.delete(dekId));
  return read;
}

async function makeOrRead(scope: string, month: string): Promise<PayloadKey> {
  const find = "SELECT dek_id, wrapped FROM audit.payload_key WHERE scope = $1 AND month = $2";
  const found = await pool().query<{ dek_id: number; wrapped: Buffer | null }>(find, [scope, month]);
  let row = found.rows[0];
  if (!row) {
    await pool().query(
      "INSERT INTO audit.payload_key (scope, month, wrapped) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
      [scope, month, wrap(randomBytes(32))],
    );
    row = (await pool().query<{ dek_id: number; wrapped: Buffer | null }>(find, [scope, month])).rows[0];
  }
  if (!row?.wrapped) throw new AppError("audit_unavailable", "the payload key of this month was destroyed");
  return { dekId: row.dek_id, key: unwrap(row.wrapped) };
}

const wrapping = Buffer.from("countersign/dek/v1");

function wrap(dek: Buffer): Buffer {
  const nonce = randomBytes(12);
  const cipher = createCipheriv("aes-256-gcm", env().kek, nonce).setAAD(wrapping);
  const text = Buffer.concat([cipher.update(dek), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), text]);
}

function unwrap(wrapped: Buffer): KeyObject {
  const decipher = createDecipheriv("aes-256-gcm", env().kek, wrapped.subarray(0, 12))
    .setAAD(wrapping)
    .setAuthTag(wrapped.subarray(12, 28));
  return createSecretKey(Buffer.concat([decipher.update(wrapped.subarray(28)), decipher.final()]));
}
