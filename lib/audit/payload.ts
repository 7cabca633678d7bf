// What an entry must not say in the open: arguments, reasoning, comments. Each field has its own salt, so that one field can be erased or shown alone while the
// commitment in the header still checks. Encrypted with a key per owner and month; a sub-key per entry keeps AES-GCM within its message limit per key.
// Stored. Changing this needs a version bump. audit-log design §4.2, §10.
import { createCipheriv, createDecipheriv, createSecretKey, hash, type KeyObject } from "node:crypto";
import { canonicalize, type Json } from "@/lib/json";
import { randomPooled } from "@/lib/random";

export type PayloadFields = { [name: string]: Json | undefined };

export type SealedPayload = {
  /** JCS of name → [salt, value] */ body: Buffer /** base64 of 32 bytes */;
  commit: string;
};

const fieldDomain = Buffer.from("countersign/field/v1\n");
const payloadDomain = Buffer.from("countersign/payload/v1\n");
const keyDomain = Buffer.from("countersign/payload-key/v1\n");

/** Salts each field, and commits to all of them. */
export function sealPayload(fields: PayloadFields): SealedPayload {
  const names = Object.keys(fields)
    .filter((name) => fields[name] !== undefined)
    .sort();
  const salts = randomPooled(16 * names.length);
  const committed: Buffer[] = [payloadDomain];
  let body = "{";
  names.forEach((name, at) => {
    const salt = salts.subarray(16 * at, 16 * at + 16);
    const value = canonicalize(fields[name]);
    committed.push(lengthPrefixed(name), fieldDigest(salt, name, value));
    body += `${at ? "," : ""}${JSON.stringify(name)}:["${salt.toString("base64")}",${value}]`;
  });
  return { body: Buffer.from(`${body}}`), commit: hash("sha256", Buffer.concat(committed), "base64") };
}

function fieldDigest(salt: Uint8Array, name: string, canonicalValue: string): Buffer {
  const value = Buffer.from(canonicalValue);
  const nameBytes = Buffer.from(name);
  const input = Buffer.allocUnsafe(fieldDomain.length + 16 + 4 + nameBytes.length + 4 + value.length);
  let at = fieldDomain.copy(input, 0);
  input.set(salt, at);
  at = input.writeUInt32BE(nameBytes.length, at + 16);
  at += nameBytes.copy(input, at);
  at = input.writeUInt32BE(value.length, at);
  value.copy(input, at);
  return hash("sha256", input, "buffer");
}

/** lp(name), remembered: the names of fields are few. */
function lengthPrefixed(text: string): Buffer {
  const known = prefixedNames.get(text);
  if (known) return known;
  const bytes = Buffer.from(text);
  const out = Buffer.allocUnsafe(4 + bytes.length);
  out.writeUInt32BE(bytes.length, 0);
  bytes.copy(out, 4);
  if (prefixedNames.size < 100) prefixedNames.set(text, out);
  return out;
}

const prefixedNames = new Map<string, Buffer>();

/** The commitment of a stored body, field by field; a redacted field carries `[digest]`. */
export function commitmentOf(body: Uint8Array): string {
  const fields = JSON.parse(Buffer.from(body).toString("utf8")) as Record<string, [string] | [string, Json]>;
  const committed: Buffer[] = [payloadDomain];
  for (const name of Object.keys(fields).sort()) {
    const field = fields[name] as [string] | [string, Json];
    const digest =
      field.length === 1
        ? Buffer.from(field[0], "base64")
        : fieldDigest(Buffer.from(field[0], "base64"), name, canonicalize(field[1]));
    committed.push(lengthPrefixed(name), digest);
  }
  return hash("sha256", Buffer.concat(committed), "base64");
}

/** The values of a stored body; redacted fields are left out. */
export function fieldsOf(body: Uint8Array): { [name: string]: Json } {
  const fields = JSON.parse(Buffer.from(body).toString("utf8")) as Record<string, [string] | [string, Json]>;
  const values: { [name: string]: Json } = {};
  for (const [name, field] of Object.entries(fields)) if (field.length === 2) values[name] = field[1];
  return values;
}

function place(lane: bigint, seq: bigint): Buffer {
  const bytes = Buffer.allocUnsafe(16);
  bytes.writeBigUInt64BE(lane, 0);
  bytes.writeBigUInt64BE(seq, 8);
  return bytes;
}

/** HMAC-SHA-256(DEK, domain ‖ place), with the two padded blocks of the key prepared once: one key serves every entry of an owner's month. RFC 2104 §2. */
function subKeyOf(dek: KeyObject, place: Buffer): KeyObject {
  let blocks = preparedKeys.get(dek);
  if (!blocks) {
    const key = dek.export();
    const block = (pad: number) => Buffer.from(Uint8Array.from({ length: 64 }, (_, at) => (key[at] ?? 0) ^ pad));
    blocks = { inner: Buffer.concat([block(0x36), keyDomain]), outer: block(0x5c) };
    preparedKeys.set(dek, blocks);
  }
  const inner = hash("sha256", Buffer.concat([blocks.inner, place]), "buffer");
  // A cipher takes a key object three times as fast as the same bytes.
  return createSecretKey(hash("sha256", Buffer.concat([blocks.outer, inner]), "buffer"));
}

const preparedKeys = new WeakMap<KeyObject, { inner: Buffer; outer: Buffer }>();

/** nonce12 ‖ tag16 ‖ ciphertext. The nonce is random because a refused append uses its place again. */
export function encryptPayload(body: Uint8Array, dek: KeyObject, lane: bigint, seq: bigint): Buffer {
  const aad = place(lane, seq);
  const subKey = subKeyOf(dek, aad);
  const nonce = randomPooled(12);
  const cipher = createCipheriv("aes-256-gcm", subKey, nonce).setAAD(aad);
  const text = cipher.update(body);
  cipher.final();
  return Buffer.concat([nonce, cipher.getAuthTag(), text]);
}

/** @throws Error when the key, the place or a byte is not the one it was encrypted with */
export function decryptPayload(stored: Uint8Array, dek: KeyObject, lane: bigint, seq: bigint): Buffer {
  const aad = place(lane, seq);
  const subKey = subKeyOf(dek, aad);
  const decipher = createDecipheriv("aes-256-gcm", subKey, stored.subarray(0, 12))
    .setAAD(aad)
    .setAuthTag(stored.subarray(12, 28));
  return Buffer.concat([decipher.update(stored.subarray(28)), decipher.final()]);
}
