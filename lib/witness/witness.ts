import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { parseCheckpoint } from "@/lib/audit/checkpoint";
import { verifyConsistency } from "@/lib/audit/merkle";
import { type NoteSigner, type NoteVerifier, openNote, parseNote, signatureLine } from "@/lib/audit/note";
import { AppError } from "@/lib/errors";

/**
 * A witness: keeps the last tree of each log it knows and cosigns only what continues it. It runs apart from the log, with a key and a memory of its own, so that a log cannot show
 * different trees to different people. C2SP tlog-witness.
 */
export type Witness = {
  signer: NoteSigner;
  /** The logs it knows, by origin. */
  logs: ReadonlyMap<string, NoteVerifier>;
  /** File of its memory. */
  path: string;
  /** seconds since 1970 */
  now: () => number;
};

export type WitnessAnswer = { status: 200 | 400 | 403 | 404 | 409 | 422; type: string; body: string };

type Seen = Record<string, { size: number; root: string }>;

/**
 * Answers `add-checkpoint`. What it will have seen is on disk before it answers. Synchronous, so that two calls cannot overtake each other.
 * @param body `old N`, base64 lines of the consistency proof, an empty line, the checkpoint
 */
export function addCheckpoint(witness: Witness, body: string): WitnessAnswer {
  const split = body.indexOf("\n\n");
  const [first = "", ...lines] = body.slice(0, Math.max(split, 0)).split("\n");
  const old = /^old (0|[1-9]\d{0,15})$/.exec(first)?.[1];
  const proof = lines.map((line) => Buffer.from(line, "base64"));
  if (split < 0 || old === undefined || proof.length > 63 || proof.some((one) => one.length !== 32))
    return refused(400, "send `old N`, the lines of the proof, an empty line and the checkpoint");
  const note = body.slice(split + 2);
  let checkpoint: ReturnType<typeof parseCheckpoint>;
  try {
    checkpoint = parseCheckpoint(parseNote(note).text);
  } catch (error) {
    return refused(400, error instanceof AppError ? error.message : "the checkpoint cannot be read");
  }
  const log = witness.logs.get(checkpoint.origin);
  if (!log) return refused(404, "this witness does not know that log");
  try {
    openNote(note, [log]);
  } catch {
    return refused(403, "the log did not sign this checkpoint");
  }
  const { size, root, origin } = checkpoint;
  if (Number(old) > size) return refused(400, "the old size is larger than the new one");
  const seen = remembered(witness.path);
  const last = seen[origin] ?? { size: 0, root: "" };
  if (Number(old) !== last.size) return { status: 409, type: "text/x.tlog.size", body: `${last.size}\n` };
  const continues =
    last.size === 0
      ? proof.length === 0
      : verifyConsistency(BigInt(last.size), BigInt(size), Buffer.from(last.root, "base64"), root, proof);
  if (!continues) return refused(422, "the proof does not lead from the tree that was seen to this one");
  remember(witness.path, { ...seen, [origin]: { size, root: root.toString("base64") } });
  const text = note.slice(0, note.lastIndexOf("\n\n") + 1);
  return { status: 200, type: "text/plain; charset=utf-8", body: signatureLine(text, witness.signer, witness.now()) };
}

function refused(status: Exclude<WitnessAnswer["status"], 200 | 409>, sentence: string): WitnessAnswer {
  return { status, type: "text/plain; charset=utf-8", body: `${sentence}\n` };
}

function remembered(path: string): Seen {
  return existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as Seen) : {};
}

function remember(path: string, seen: Seen): void {
  mkdirSync(dirname(path), { recursive: true });
  const file = openSync(`${path}.new`, "w", 0o600);
  try {
    writeSync(file, `${JSON.stringify(seen)}\n`);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(`${path}.new`, path);
}
