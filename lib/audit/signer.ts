import "server-only";

import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { type Checkpoint, checkpointText } from "./checkpoint";
import { verifyConsistency } from "./merkle";
import { makeNote, type NoteSigner, signatureLine } from "./note";

/**
 * The one place that signs checkpoints. It remembers the last one it signed, in a file of its own, and signs nothing that does not continue it: no smaller tree, no
 * second root for a size, no tree that is not proven to begin with the last. audit-log design §8.
 */
export class ForkError extends Error {
  override name = "ForkError";
}

export type Signed = { size: number; root: Buffer };

/**
 * Signs a checkpoint, after the memory of it is on disk: a crash in between only means that the same bytes are signed again.
 * @param consistency hashes that lead from the last signed tree to this one; ignored for the first
 * @param path of the memory
 * @param stored the newest checkpoint in the database: it counts where it is ahead of the memory, so that a process that never signed is bound by it too
 * @throws ForkError when the tree does not continue what was signed
 */
export function signCheckpoint(
  checkpoint: Checkpoint,
  consistency: readonly Buffer[],
  signer: NoteSigner,
  path: string,
  stored: Signed | null = null,
): string {
  const last = newestKnown(path, checkpoint.origin, stored);
  if (last) continues(last, checkpoint, consistency);
  remember(path, checkpoint);
  const text = checkpointText(checkpoint);
  return makeNote(text, [signatureLine(text, signer)]);
}

function continues(last: Signed, { size, root }: Checkpoint, consistency: readonly Buffer[]): void {
  if (size < last.size) throw new ForkError(`the tree has ${size} leaves, but one of ${last.size} was signed`);
  if (size === last.size && !root.equals(last.root))
    throw new ForkError(`the tree of ${size} leaves has another root than the one that was signed`);
  if (
    size > last.size &&
    last.size > 0 &&
    !verifyConsistency(BigInt(last.size), BigInt(size), last.root, root, consistency)
  )
    throw new ForkError(`the tree of ${size} leaves does not begin with the one of ${last.size} that was signed`);
}

/** The larger of what this process remembers and what the database holds. */
export function newestKnown(path: string, origin: string, stored: Signed | null): Signed | null {
  const remembered = lastSigned(path, origin);
  return stored && stored.size > (remembered?.size ?? -1) ? stored : remembered;
}

/** What was signed last for this log; null when nothing was. */
export function lastSigned(path: string, origin: string): Signed | null {
  if (!existsSync(path)) return null;
  const held = JSON.parse(readFileSync(path, "utf8")) as Record<string, { size: number; root: string }>;
  const own = held[origin];
  return own ? { size: own.size, root: Buffer.from(own.root, "base64") } : null;
}

function remember(path: string, { origin, size, root }: Checkpoint): void {
  mkdirSync(dirname(path), { recursive: true });
  const held = existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : {};
  held[origin] = { size, root: root.toString("base64") };
  writeDurably(`${path}.new`, `${JSON.stringify(held)}\n`, "w");
  renameSync(`${path}.new`, path);
}

/** Appends a line to the anchor file: what was signed, where the database cannot reach. */
export function anchor(path: string, { origin, size, root }: Checkpoint, at: Date): void {
  mkdirSync(dirname(path), { recursive: true });
  writeDurably(path, `${origin} ${size} ${root.toString("base64")} ${at.toISOString()}\n`, "a");
}

/** The newest line of the anchor file about this log. @throws Error naming the line that cannot be read */
export function newestAnchor(path: string, origin: string): (Signed & { at: string }) | null {
  if (!existsSync(path)) return null;
  const lines = readFileSync(path, "utf8").split("\n");
  // A crash can leave the last line torn; what it would have said was signed again.
  lines.pop();
  for (let at = lines.length - 1; at >= 0; at--) {
    const [name, size, root, time] = (lines[at] as string).split(" ");
    if (name !== origin) continue;
    if (!/^\d+$/.test(size ?? "") || Buffer.from(root ?? "", "base64").length !== 32)
      throw new Error(`line ${at + 1} of the anchor file ${path} cannot be read`);
    return { size: Number(size), root: Buffer.from(root as string, "base64"), at: time ?? "" };
  }
  return null;
}

function writeDurably(path: string, text: string, flag: "w" | "a"): void {
  const file = openSync(path, flag, 0o600);
  try {
    writeSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
