import "server-only";

import { readIdentity } from "@/lib/audit/close-lane";
import { keyLines, logKeysOf } from "@/lib/audit/log-keys";
import { inclusionRanges } from "@/lib/audit/merkle";
import { entryProofFile, proveEntry } from "@/lib/audit/proofs";
import type { Actor } from "@/lib/auth/actor";
import { pool } from "@/lib/db";
import { env } from "@/lib/env";
import { findEntry } from "./read-entry";
import type { EntryProof } from "./schema";

/**
 * Everything a browser needs to check for itself that an entry is in the signed tree: the header's own bytes, the path, the note and the keys. It shows hashes only besides the header,
 * which whoever sees the entry has seen.
 * @throws AppError `not_found` · `state_changed` while no checkpoint covers the entry
 */
export async function readProof(actor: Actor, id: string): Promise<EntryProof> {
  const { place } = await findEntry(actor, id);
  const [proof, { origin }, stored] = await Promise.all([
    proveEntry(place.lane, place.seq),
    readIdentity(),
    pool().query<{ header: Buffer }>("SELECT header FROM audit.entry WHERE lane = $1 AND seq = $2", [
      place.lane.toString(),
      place.seq.toString(),
    ]),
  ]);
  return {
    header: (stored.rows[0]?.header ?? Buffer.alloc(0)).toString("utf8"),
    index: proof.index,
    size: proof.size,
    leaf: proof.leaf.toString("base64"),
    root: proof.root.toString("base64"),
    steps: inclusionRanges(proof.index, proof.size).map(([from, to], at) => ({
      hash: (proof.hashes[at] as Buffer).toString("base64"),
      from,
      to,
    })),
    note: proof.note,
    keys: keyLines(logKeysOf(env().signingKey, origin)).trim().split("\n"),
  };
}

/** The same as a file that other software checks. C2SP tlog-proof. */
export async function proofFile(actor: Actor, id: string): Promise<string> {
  const { place } = await findEntry(actor, id);
  return entryProofFile(place.lane, place.seq);
}
