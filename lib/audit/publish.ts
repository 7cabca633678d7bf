import "server-only";

import { join } from "node:path";
import { pool } from "@/lib/db";
import { env } from "@/lib/env";
import type { Job } from "@/lib/jobs/periodic";
import { log } from "@/lib/log";
import { readIdentity } from "./close-lane";
import { logFaults } from "./log-faults";
import { logKeysOf } from "./log-keys";
import { makeNote, signatureLine, verifierOf } from "./note";
import { consistencyHashes, newestCheckpoint, type StoredCheckpoint } from "./proofs";
import { integrate, treeState } from "./sequence";
import { anchor, ForkError, newestAnchor, newestKnown, signCheckpoint } from "./signer";
import { treeHashes } from "./tree-hashes";

/**
 * Publishing: sign the committed tree, write the anchor, store the checkpoint. Not in the transaction that integrates: a signature made in one that is rolled back
 * would bind the log to a root it may never have again. audit-log design §6.
 */

export const signerPath = () => join(env().dataDirectory, "log", "signer.json");
export const anchorPath = () => env().anchorFile;

/** Takes what is there into the tree and publishes it; in every worker, of which one leads. */
export const sequencer: Job = {
  name: "sequencer",
  everyMilliseconds: 250,
  share: 0.25,
  async run() {
    if (logFaults().fork || (await integrate(portionsPerRun)) === null) return;
    if (performance.now() - publishedAt >= publishMilliseconds) await publish();
  },
};

/** With 4,096 entries in a portion this follows any load that PostgreSQL takes on a small machine, and leaves the event loop to others between two of them. */
const portionsPerRun = 4;

const publishMilliseconds = 1000;
let publishedAt = Number.NEGATIVE_INFINITY;

/** Signs and stores the checkpoint of the committed tree, when it is newer than the newest. @returns the newest */
export async function publish(): Promise<StoredCheckpoint | null> {
  const [state, newest, { origin }] = await Promise.all([treeState(), newestSigned(), readIdentity()]);
  publishedAt = performance.now();
  if (newest && newest.size === state.size && newest.root.equals(state.root)) return newest;
  const checkpoint = { origin, ...state };
  const keys = logKeysOf(env().signingKey, origin);
  try {
    const last = newestKnown(signerPath(), origin, newest);
    const from = Math.max(last?.size ?? 0, 0);
    const consistency = from > 0 && from < state.size ? await consistencyHashes(from, state.size) : [];
    const note = signCheckpoint(checkpoint, consistency, keys.log, signerPath(), newest);
    const at = new Date();
    anchor(anchorPath(), checkpoint, at);
    await pool().query(
      "INSERT INTO audit.checkpoint (size, root, note, key_id) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
      [state.size, state.root, note, verifierOf(keys.log).keyId.toString("hex")],
    );
    served = undefined;
    return { size: state.size, root: state.root, note, at };
  } catch (error) {
    if (!(error instanceof ForkError)) throw error;
    logFaults().fork = error.message;
    log.error("the log is not the one that was signed: nothing is decided and nothing is signed", {
      fork: error.message,
    });
    return newest;
  }
}

async function newestSigned(): Promise<StoredCheckpoint | null> {
  const { rows } = await pool().query<{ size: string; root: Buffer; note: string; at: Date }>(
    "SELECT size, root, note, at FROM audit.checkpoint ORDER BY size DESC LIMIT 1",
  );
  return rows[0] ? { ...rows[0], size: Number(rows[0].size) } : null;
}

/**
 * FORK GUARD, at every start: the newest anchor must be no larger than the tree and have its root at that size. A database that was rolled back or replaced fails.
 * @returns why it fails, in a sentence for the person who starts the program; null when all is well
 */
export async function checkAnchor(): Promise<string | null> {
  const { origin } = await readIdentity();
  const newest = newestAnchor(anchorPath(), origin);
  const state = await treeState();
  if (!newest || newest.size === 0) return null;
  if (newest.size > state.size)
    return `The log in this database has ${state.size} entries in its tree, but ${newest.size} were signed at ${newest.at}: it was restored from an older copy or lost rows. See “Fork” in docs/operations.md.`;
  const root = newest.size === state.size ? state.root : await treeHashes(newest.size).range([0, newest.size]);
  if (!root.equals(newest.root))
    return `The log in this database is another one than was signed at ${newest.at}: its first ${newest.size} entries have another root. See “Fork” in docs/operations.md.`;
  return null;
}

/**
 * The newest checkpoint as it is served: the log's signature, what witnesses said, and a line of the clock key over the time of this look, so that silence shows.
 * A note of an Ed25519 key over an unchanged tree is always the same bytes; the time is not.
 */
export function servedCheckpoint(): Promise<ServedCheckpoint | null> {
  if (served && performance.now() - served.at < 250) return served.read;
  const read = readServed();
  served = { at: performance.now(), read };
  read.catch(() => {
    served = undefined;
  });
  return read;
}

export type ServedCheckpoint = { note: string; size: number; root: Buffer; at: Date };

/** Strangers may ask: they share one look at the database. */
let served: { at: number; read: Promise<ServedCheckpoint | null> } | undefined;

async function readServed(): Promise<ServedCheckpoint | null> {
  const newest = await newestCheckpoint();
  if (!newest) return null;
  const { origin } = await readIdentity();
  const keys = logKeysOf(env().signingKey, origin);
  const { rows } = await pool().query<{ line: string }>(
    "SELECT DISTINCT ON (cosigner) line FROM audit.cosignature WHERE size = $1 ORDER BY cosigner, at DESC",
    [newest.size],
  );
  const text = newest.note.slice(0, newest.note.lastIndexOf("\n\n") + 1);
  const lines = newest.note.slice(text.length + 1);
  const clock = signatureLine(text, keys.clock, Math.floor(Date.now() / 1000));
  return {
    note: makeNote(text, [lines, ...rows.map(({ line }) => line), clock]),
    size: newest.size,
    root: newest.root,
    at: newest.at,
  };
}
