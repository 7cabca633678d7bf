import { randomBytes } from "node:crypto";

const alphabet = "0123456789abcdefghjkmnpqrstvwxyz";

export type IdPrefix =
  | "agt"
  | "crd"
  | "per"
  | "grp"
  | "pol"
  | "pub"
  | "inc"
  | "tok"
  | "trf"
  | "ver"
  | "vot"
  | "ses"
  | "drf"
  | "lnk"
  | "pky"
  | "pch"
  | "sup"
  | "cmt";

/**
 * Lowercase Crockford base32 of `bytes`, without padding: 8 characters for every 5 bytes.
 * @see https://www.crockford.com/base32.html (alphabet without i, l, o, u)
 */
export function base32(bytes: Uint8Array): string {
  let text = "";
  let bits = 0;
  let value = 0;
  for (const byte of bytes) {
    value = ((value << 8) | byte) & 0xfff;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += alphabet[(value >>> bits) & 31];
    }
  }
  if (bits > 0) text += alphabet[(value << (5 - bits)) & 31];
  return text;
}

/** Bytes of a base32 text made by `base32`, or null when a character is outside the alphabet. */
export function fromBase32(text: string): Uint8Array | null {
  const bytes = new Uint8Array(Math.floor((text.length * 5) / 8));
  let bits = 0;
  let value = 0;
  let at = 0;
  for (const character of text) {
    const digit = alphabet.indexOf(character);
    if (digit < 0) return null;
    value = ((value << 5) | digit) & 0xfff;
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      bytes[at++] = (value >>> bits) & 255;
    }
  }
  return bytes;
}

/** A new id: prefix, `_`, 26 characters; the first ten carry the milliseconds, so that ids sort by time of making. */
export function newId(prefix: IdPrefix, now: number = Date.now()): string {
  const bytes = new Uint8Array(16);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(now) << 16n);
  bytes.set(randomBytes(10), 6);
  return `${prefix}_${base32(bytes)}`;
}

/**
 * The id of a log entry on the wire: `dec_` (or another prefix) + base32 of 6 bytes lane ‖ 5 bytes seq. It can be guessed; access never rests on its secrecy.
 * @param lane below 2^48
 * @param seq  below 2^40
 */
export function entryId(prefix: "dec" | "apr" | "evt", lane: bigint, seq: bigint): string {
  const bytes = new Uint8Array(11);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, Number(lane >> 32n));
  view.setUint32(2, Number(lane & 0xffffffffn));
  view.setUint8(6, Number(seq >> 32n));
  view.setUint32(7, Number(seq & 0xffffffffn));
  return `${prefix}_${base32(bytes)}`;
}

/** Lane and seq of an entry id, or null when the text is not one. */
export function parseEntryId(id: string): { prefix: string; lane: bigint; seq: bigint } | null {
  const match = /^(dec|apr|evt)_([0-9a-hjkmnp-tv-z]{18})$/.exec(id);
  if (!match?.[1] || !match[2]) return null;
  const bytes = fromBase32(match[2]);
  if (!bytes) return null;
  const view = new DataView(bytes.buffer);
  const lane = (BigInt(view.getUint16(0)) << 32n) | BigInt(view.getUint32(2));
  const seq = (BigInt(view.getUint8(6)) << 32n) | BigInt(view.getUint32(7));
  return entryId(match[1] as "dec", lane, seq) === id ? { prefix: match[1], lane, seq } : null;
}
