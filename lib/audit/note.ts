// Signed notes: a text and one signature line per signer. C2SP signed-note. Pure; the key decides the algorithm, never the note.
import { createPublicKey, hash, type KeyObject, sign, verify } from "node:crypto";
import { AppError } from "@/lib/errors";

/** Ed25519 over the text (0x01), and a cosignature with a time (0x04, C2SP tlog-cosignature). */
export const signatureTypes = { note: 1, cosignature: 4 } as const;
type SignatureType = (typeof signatureTypes)[keyof typeof signatureTypes];

export type NoteSigner = { name: string; type: SignatureType; privateKey: KeyObject };
export type NoteVerifier = { name: string; type: SignatureType; keyId: Buffer; publicKey: KeyObject };

export type Note = {
  /** ends with a newline */
  text: string;
  signatures: { name: string; keyId: Buffer; signature: Buffer }[];
};

/** First 4 bytes of SHA-256(name ‖ "\n" ‖ type ‖ public key). */
export function keyIdOf(name: string, type: SignatureType, publicKey: Uint8Array): Buffer {
  return hash("sha256", Buffer.concat([Buffer.from(`${name}\n`), Buffer.from([type]), publicKey]), "buffer").subarray(
    0,
    4,
  );
}

/** The 32 public bytes of an Ed25519 key. */
export function rawPublicKey(key: KeyObject): Buffer {
  const publicKey = key.type === "private" ? createPublicKey(key) : key;
  return publicKey.export({ format: "der", type: "spki" }).subarray(-32);
}

/** An Ed25519 public key from its 32 bytes. */
export function publicKeyOf(raw: Uint8Array): KeyObject {
  return createPublicKey({ key: Buffer.concat([spkiHead, raw]), format: "der", type: "spki" });
}

const spkiHead = Buffer.from("302a300506032b6570032100", "hex");

/** `name+hex(key id)+base64(type ‖ public key)`: what a verifier is told once, over another way than the log. */
export function verifierKey({ name, type, privateKey }: NoteSigner): string {
  const raw = rawPublicKey(privateKey);
  return `${name}+${keyIdOf(name, type, raw).toString("hex")}+${Buffer.concat([Buffer.from([type]), raw]).toString("base64")}`;
}

/** @throws AppError `invalid_request` when it is not the verifier key of an Ed25519 signer, or its id is not its own */
export function parseVerifierKey(text: string): NoteVerifier {
  const match = /^([^\s+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)$/.exec(text.trim());
  const bytes = Buffer.from(match?.[3] ?? "", "base64");
  const type = bytes[0];
  if (!match || bytes.length !== 33 || (type !== signatureTypes.note && type !== signatureTypes.cosignature))
    throw new AppError("invalid_request", "this is not a verifier key such as `name+1f2e3d4c+AbCd…`");
  const name = match[1] as string;
  const raw = bytes.subarray(1);
  const keyId = keyIdOf(name, type, raw);
  if (keyId.toString("hex") !== match[2])
    throw new AppError("invalid_request", `the id of the verifier key of ${name} is not that of its key`);
  return { name, type, keyId, publicKey: publicKeyOf(raw) };
}

/** The verifier of a signer's notes. */
export function verifierOf(signer: NoteSigner): NoteVerifier {
  const raw = rawPublicKey(signer.privateKey);
  return {
    name: signer.name,
    type: signer.type,
    keyId: keyIdOf(signer.name, signer.type, raw),
    publicKey: publicKeyOf(raw),
  };
}

/** One signature line, with its newline. @param text of the note @param time of a cosignature, seconds since 1970 */
export function signatureLine(text: string, signer: NoteSigner, time = 0): string {
  const id = keyIdOf(signer.name, signer.type, rawPublicKey(signer.privateKey));
  const stamp = Buffer.alloc(signer.type === signatureTypes.cosignature ? 8 : 0);
  if (signer.type === signatureTypes.cosignature) stamp.writeBigUInt64BE(BigInt(time));
  const signature = sign(null, signedBytes(text, signer.type, time), signer.privateKey);
  return `— ${signer.name} ${Buffer.concat([id, stamp, signature]).toString("base64")}\n`;
}

/** A note that is whole: the text, an empty line, the signature lines. */
export function makeNote(text: string, lines: readonly string[]): string {
  return `${text}\n${lines.join("")}`;
}

function signedBytes(text: string, type: SignatureType, time: number): Buffer {
  return Buffer.from(type === signatureTypes.cosignature ? `cosignature/v1\ntime ${time}\n${text}` : text);
}

/**
 * Splits a note without checking any signature.
 * @throws AppError `invalid_request` when it is not a note
 */
export function parseNote(note: string): Note {
  const split = note.lastIndexOf("\n\n");
  const malformed = new AppError("invalid_request", "this is not a signed note");
  // biome-ignore lint/suspicious/noControlCharactersInRegex: a note holds no control character but the newline, C2SP signed-note
  if (split < 0 || !note.endsWith("\n") || /[\u0000-\u0009\u000b-\u001f\ufffd]/.test(note)) throw malformed;
  const lines = note
    .slice(split + 2)
    .split("\n")
    .slice(0, -1);
  if (lines.length === 0 || lines.length > 100) throw malformed;
  const signatures = lines.map((line) => {
    const match = /^— ([^\s+]+) ([A-Za-z0-9+/]+={0,2})$/.exec(line);
    const bytes = Buffer.from(match?.[2] ?? "", "base64");
    if (!match || bytes.length < 5 || bytes.toString("base64") !== match[2]) throw malformed;
    return { name: match[1] as string, keyId: bytes.subarray(0, 4), signature: bytes.subarray(4) };
  });
  return { text: note.slice(0, split + 1), signatures };
}

/**
 * Checks a note against keys. Signatures by others are ignored; one of a known key that fails refuses the note.
 * @returns the text, and who signed it; a cosignature with its time in seconds
 * @throws AppError `invalid_request` when it is not a note, none of the keys signed it, or a signature of one of them is wrong
 */
export function openNote(
  note: string,
  verifiers: readonly NoteVerifier[],
): { text: string; signedBy: { name: string; time: number | null }[] } {
  const { text, signatures } = parseNote(note);
  const signedBy: { name: string; time: number | null }[] = [];
  for (const { name, keyId, signature } of signatures) {
    const verifier = verifiers.find((one) => one.name === name && one.keyId.equals(keyId));
    if (!verifier) continue;
    const stamped = verifier.type === signatureTypes.cosignature;
    const time = stamped && signature.length === 72 ? Number(signature.readBigUInt64BE()) : 0;
    const bytes = stamped ? signature.subarray(8) : signature;
    if (bytes.length !== 64 || !verify(null, signedBytes(text, verifier.type, time), verifier.publicKey, bytes))
      throw new AppError("invalid_request", `the signature of ${name} is not over this note`);
    signedBy.push({ name, time: stamped ? time : null });
  }
  if (signedBy.length === 0) throw new AppError("invalid_request", "none of the known keys signed this note");
  return { text, signedBy };
}
