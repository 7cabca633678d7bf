import "server-only";

import { pool } from "@/lib/db";
import { env } from "@/lib/env";
import { AppError, notFound } from "@/lib/errors";
import { type TlogProof, tlogProof } from "./checkpoint";
import { consistencyRanges, inclusionRanges, verifyInclusion } from "./merkle";
import { treeHashes } from "./tree-hashes";

/** What the log proves, read from the committed tree. audit-log design §9. */

export type StoredCheckpoint = { size: number; root: Buffer; note: string; at: Date };

/** The newest published checkpoint: signed, and cosigned by as many witnesses as are required. Null before the first. */
export async function newestCheckpoint(): Promise<StoredCheckpoint | null> {
  const { witnesses, witnessQuorum } = env();
  const { rows } = await pool().query<{ size: string; root: Buffer; note: string; at: Date }>({
    name: "newest-checkpoint",
    text: `SELECT c.size, c.root, c.note, c.at FROM audit.checkpoint c
            WHERE $1 = 0 OR (SELECT count(DISTINCT s.cosigner) FROM audit.cosignature s WHERE s.size = c.size AND s.cosigner = ANY($2)) >= $1 ORDER BY c.size DESC LIMIT 1`,
    values: [witnessQuorum, witnesses.map(({ key }) => key.slice(0, key.indexOf("+")))],
  });
  const row = rows[0];
  return row ? { ...row, size: Number(row.size) } : null;
}

/** A proof that an entry is in the tree, with the two ends it leads between. Hashes are 32 bytes. */
export type InclusionProof = TlogProof & { size: number; root: Buffer; leaf: Buffer };

/**
 * Proves one entry against the newest checkpoint. The proof is checked before it is given out.
 * @throws AppError `not_found` when there is no such entry · `state_changed` while no checkpoint covers it, usually for a second
 */
export async function proveEntry(lane: bigint, seq: bigint): Promise<InclusionProof> {
  const { rows } = await pool().query<{ idx: string | null; leaf_hash: Buffer }>({
    name: "leaf-of-entry",
    text: "SELECT l.idx, e.leaf_hash FROM audit.entry e LEFT JOIN audit.leaf l USING (lane, seq) WHERE e.lane = $1 AND e.seq = $2",
    values: [lane.toString(), seq.toString()],
  });
  const row = rows[0];
  if (!row) throw notFound();
  const checkpoint = await newestCheckpoint();
  const index = row.idx === null ? Number.POSITIVE_INFINITY : Number(row.idx);
  if (!checkpoint || index >= checkpoint.size)
    throw new AppError("state_changed", "no checkpoint covers this entry yet; ask again in a second", {
      retryAfterSeconds: 1,
    });
  const tree = treeHashes(checkpoint.size);
  const hashes = await Promise.all(inclusionRanges(index, checkpoint.size).map(tree.range));
  const { size, root, note } = checkpoint;
  if (!verifyInclusion(row.leaf_hash, BigInt(index), BigInt(size), hashes, root))
    throw new AppError("internal", "the tree does not prove this entry; run `npm run audit:fsck`, which names the row");
  return { index, hashes, note, size, root, leaf: row.leaf_hash };
}

/** The same as a `.tlog-proof` file. */
export async function entryProofFile(lane: bigint, seq: bigint): Promise<string> {
  return tlogProof(await proveEntry(lane, seq));
}

/**
 * Hashes that prove the tree of `from` leaves to be the beginning of the one of `to`.
 * @throws AppError `invalid_request` for sizes that are not in order or not signed yet
 */
export async function proveConsistency(from: number, to: number): Promise<Buffer[]> {
  const newest = await newestCheckpoint();
  if (from <= 0 || from > to) throw new AppError("invalid_request", "`from` must be at least 1 and at most `to`");
  if (!newest || to > newest.size)
    throw new AppError(
      "invalid_request",
      `the newest checkpoint has ${newest?.size ?? 0} leaves; ask for at most that`,
    );
  return consistencyHashes(from, to);
}

/** For the signer, which proves a size before it is signed. */
export async function consistencyHashes(from: number, to: number): Promise<Buffer[]> {
  return Promise.all(consistencyRanges(from, to).map(treeHashes(to).range));
}
