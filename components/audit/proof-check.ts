// Checks in the browser that an entry is in the signed tree. Takes nothing on trust from the server but the bytes. RFC 9162 §2.1.3.2, C2SP signed-note.
import type { EntryProof } from "@/lib/explorer/schema";

export type ProofStep = {
  /** Hash of our side before this step, base64. */
  own: string;
  sibling: string;
  /** The side the sibling is on. */
  side: "left" | "right";
  /** Leaves that the sibling stands for, [from, to). */
  from: number;
  to: number;
};

export type ProofCheck = {
  leaf: string;
  steps: ProofStep[];
  root: string;
  /** The hash of the header is the leaf that the log stores. */
  leafFits: boolean;
  /** The path ends at the root that the note names. */
  rootFits: boolean;
  /** Null when this browser has no Ed25519. */
  signed: boolean | null;
};

/** Recomputes leaf, path and root, and checks the signature of the checkpoint. */
export async function checkProof(proof: EntryProof): Promise<ProofCheck> {
  const leaf = await sha256(Uint8Array.of(0), new TextEncoder().encode(proof.header));
  const steps: ProofStep[] = [];
  let [hash, at, last] = [leaf, proof.index, proof.size - 1];
  for (const { hash: sibling, from, to } of proof.steps) {
    const left = at % 2 === 1 || at === last;
    const own = toBase64(hash);
    hash = left ? await node(fromBase64(sibling), hash) : await node(hash, fromBase64(sibling));
    steps.push({ own, sibling, side: left ? "left" : "right", from, to });
    if (left) while (at % 2 === 0 && at !== 0) [at, last] = [Math.floor(at / 2), Math.floor(last / 2)];
    [at, last] = [Math.floor(at / 2), Math.floor(last / 2)];
  }
  const root = toBase64(hash);
  const text = proof.note.slice(0, proof.note.lastIndexOf("\n\n") + 1);
  const [, size, named] = text.split("\n");
  return {
    leaf: toBase64(leaf),
    steps,
    root,
    leafFits: toBase64(leaf) === proof.leaf,
    rootFits: last === 0 && named === root && Number(size) === proof.size,
    signed: await signedByLog(text, proof),
  };
}

async function signedByLog(text: string, { note, keys }: EntryProof): Promise<boolean | null> {
  const lines = note
    .slice(text.length + 1)
    .split("\n")
    .filter(Boolean);
  const [name, , encoded] = (keys[0] ?? "").split(/\+(.{8})\+/);
  const key = fromBase64(encoded ?? "").slice(1);
  try {
    const imported = await crypto.subtle.importKey("raw", key, { name: "Ed25519" }, false, ["verify"]);
    for (const line of lines) {
      const [, signer, signature] = line.split(" ");
      if (signer !== name) continue;
      const bytes = fromBase64(signature ?? "").slice(4);
      if (await crypto.subtle.verify({ name: "Ed25519" }, imported, bytes, new TextEncoder().encode(text))) return true;
    }
    return false;
  } catch (error) {
    if (error instanceof DOMException && error.name === "NotSupportedError") return null;
    throw error;
  }
}

function node(left: Uint8Array, right: Uint8Array): Promise<Uint8Array> {
  return sha256(Uint8Array.of(1), left, right);
}

async function sha256(...parts: Uint8Array[]): Promise<Uint8Array> {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
}

function toBase64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes));
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}
