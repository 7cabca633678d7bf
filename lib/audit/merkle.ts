// The tree over the log: roots, inclusion and consistency proofs, and the growth of the tree in tiles of 256 hashes. Pure; knows no database.
// RFC 6962 §2.1 (hashes, PATH, PROOF), RFC 9162 §2.1.3.2 and §2.1.4.2 (verification), C2SP tlog-tiles (tile geometry).
import { hash } from "node:crypto";
import { nodeHash } from "./entry";

/** Leaves [from, to) of the tree. */
export type Range = readonly [from: number, to: number];

export const tileWidth = 256;

/** MTH of nothing. */
export const emptyRoot: Buffer = hash("sha256", "", "buffer");

/**
 * The subtrees whose hashes prove that a leaf is in the tree, in the order of the proof.
 * @param index of the leaf, below `size`
 * @throws RangeError when there is no such leaf
 */
export function inclusionRanges(index: number, size: number): Range[] {
  if (!Number.isSafeInteger(index) || !Number.isSafeInteger(size) || index < 0 || index >= size)
    throw new RangeError(`a tree of ${size} leaves has no leaf ${index}`);
  const ranges: Range[] = [];
  let [from, to] = [0, size];
  while (to - from > 1) {
    const middle = from + splitOf(to - from);
    if (index < middle) {
      ranges.push([middle, to]);
      to = middle;
    } else {
      ranges.push([from, middle]);
      from = middle;
    }
  }
  return ranges.reverse();
}

/**
 * The subtrees whose hashes prove that the tree of `older` leaves is the beginning of the one of `newer`, in the order of the proof.
 * @throws RangeError unless 0 < older ≤ newer
 */
export function consistencyRanges(older: number, newer: number): Range[] {
  if (!Number.isSafeInteger(older) || !Number.isSafeInteger(newer) || older <= 0 || older > newer)
    throw new RangeError(`a tree of ${newer} leaves cannot be proven to continue one of ${older}`);
  const ranges: Range[] = [];
  let [from, to, whole] = [0, newer, true];
  while (older !== to) {
    const middle = from + splitOf(to - from);
    if (older <= middle) {
      ranges.push([middle, to]);
      to = middle;
    } else {
      ranges.push([from, middle]);
      from = middle;
      whole = false;
    }
  }
  if (!whole) ranges.push([from, to]);
  return ranges.reverse();
}

/** The largest power of two below `size`. */
function splitOf(size: number): number {
  let split = 1;
  while (split * 2 < size) split *= 2;
  return split;
}

/** The root over hashes of subtrees of one height, the last of which may be smaller: pairing with promotion is RFC 6962's split. */
export function fold(hashes: readonly Uint8Array[]): Buffer {
  if (hashes.length === 0) return emptyRoot;
  let level: readonly Uint8Array[] = hashes;
  while (level.length > 1) {
    const next: Uint8Array[] = [];
    for (let at = 0; at < level.length; at += 2) {
      const [left, right] = [level[at] as Uint8Array, level[at + 1]];
      next.push(right ? nodeHash(left, right) : left);
    }
    level = next;
  }
  return Buffer.from(level[0] as Uint8Array);
}

/** Whether `proof` leads from a leaf hash to a root. Hashes are 32 bytes; anything else is a no. RFC 9162 §2.1.3.2. */
export function verifyInclusion(
  leaf: Uint8Array,
  index: bigint,
  size: bigint,
  proof: readonly Uint8Array[],
  root: Uint8Array,
): boolean {
  if (index < 0n || index >= size || !allHashes([leaf, root, ...proof])) return false;
  let [at, last, node] = [index, size - 1n, leaf];
  for (const sibling of proof) {
    if (last === 0n) return false;
    if (at & 1n || at === last) {
      node = nodeHash(sibling, node);
      while (!(at & 1n) && at !== 0n) [at, last] = [at >> 1n, last >> 1n];
    } else node = nodeHash(node, sibling);
    [at, last] = [at >> 1n, last >> 1n];
  }
  return last === 0n && same(node, root);
}

/** Whether `proof` shows that the newer tree begins with the older one. An older tree of no leaves proves nothing and is a no. RFC 9162 §2.1.4.2. */
export function verifyConsistency(
  older: bigint,
  newer: bigint,
  olderRoot: Uint8Array,
  newerRoot: Uint8Array,
  proof: readonly Uint8Array[],
): boolean {
  if (older <= 0n || older > newer) return false;
  if (older === newer) return proof.length === 0 && same(olderRoot, newerRoot);
  if (!allHashes([olderRoot, newerRoot, ...proof])) return false;
  const path = (older & (older - 1n)) === 0n ? [olderRoot, ...proof] : [...proof];
  const first = path.shift();
  if (!first) return false;
  let [at, last] = [older - 1n, newer - 1n];
  while (at & 1n) [at, last] = [at >> 1n, last >> 1n];
  let [old, now] = [first, first];
  for (const node of path) {
    if (last === 0n) return false;
    if (at & 1n || at === last) {
      [old, now] = [nodeHash(node, old), nodeHash(node, now)];
      while (!(at & 1n) && at !== 0n) [at, last] = [at >> 1n, last >> 1n];
    } else now = nodeHash(now, node);
    [at, last] = [at >> 1n, last >> 1n];
  }
  return last === 0n && same(old, olderRoot) && same(now, newerRoot);
}

function allHashes(values: readonly Uint8Array[]): boolean {
  return values.every((value) => value.length === 32);
}

function same(left: Uint8Array, right: Uint8Array): boolean {
  return Buffer.compare(left, right) === 0;
}

/** A full tile: 256 hashes of subtrees of height 8 × level, and the root over them. */
export type Tile = { level: number; index: number; hashes: Buffer; root: Buffer };

/** What is needed of a tree to let it grow: per level of tiles, the hashes that no full tile holds yet (fewer than 256). */
export type Frontier = { size: number; pending: Buffer[][] };

export function emptyFrontier(): Frontier {
  return { size: 0, pending: [[]] };
}

/** Appends leaf hashes. The given frontier stays as it is. @returns the new frontier and the tiles that became full, each after those below it */
export function grow(frontier: Frontier, leaves: readonly Buffer[]): { frontier: Frontier; tiles: Tile[] } {
  const pending = frontier.pending.map((hashes) => [...hashes]);
  const tiles: Tile[] = [];
  let size = frontier.size;
  const push = (level: number, value: Buffer) => {
    pending[level] ??= [];
    const hashes = pending[level];
    hashes.push(value);
    if (hashes.length < tileWidth) return;
    const root = fold(hashes);
    tiles.push({
      level,
      index: Math.floor((size - 1) / tileWidth ** (level + 1)),
      hashes: Buffer.concat(hashes),
      root,
    });
    pending[level] = [];
    push(level + 1, root);
  };
  for (const leaf of leaves) {
    size += 1;
    push(0, leaf);
  }
  return { frontier: { size, pending }, tiles };
}

/** The root of the tree that a frontier stands for. */
export function rootOf({ pending }: Frontier): Buffer {
  let partial: Buffer | null = null;
  for (const hashes of pending) {
    const level: Buffer[] = partial ? [...hashes, partial] : hashes;
    if (level.length > 0) partial = fold(level);
  }
  return partial ?? emptyRoot;
}

/** How many hashes of each level are in no full tile, for a tree of `size` leaves, and the number of the first of them. */
export function pendingOf(size: number): { level: number; from: number; count: number }[] {
  const levels: { level: number; from: number; count: number }[] = [];
  for (let level = 0, entries = size; level === 0 || entries > 0; level++, entries = Math.floor(entries / tileWidth)) {
    const from = Math.floor(entries / tileWidth) * tileWidth;
    levels.push({ level, from, count: entries - from });
  }
  return levels;
}
