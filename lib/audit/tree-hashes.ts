import "server-only";

import { pool } from "@/lib/db";
import { nodeHash } from "./entry";
import { fold, type Range, tileWidth } from "./merkle";

/**
 * Hashes of the committed tree of a size, read tile by tile: full ones as they are stored, the last of each level from leaves and from roots of the tiles below.
 * What was read is kept, up to a few megabytes, so that many proofs cost little more than one.
 */
export type TreeHashes = {
  /** The hash of the leaves [from, to), where `from` is what RFC 6962's splits give. */
  range(range: Range): Promise<Buffer>;
  /** The hashes of one tile, as many as the tree has of it. */
  tile(level: number, index: number): Promise<Buffer>;
};

const keptTiles = 512;

/** @param size of a tree that is committed */
export function treeHashes(size: number): TreeHashes {
  const tiles = new Map<string, Promise<Buffer>>();

  function tile(level: number, index: number): Promise<Buffer> {
    const key = `${level}/${index}`;
    const known = tiles.get(key);
    if (known) return known;
    const count = Math.min(tileWidth, Math.floor(size / tileWidth ** level) - index * tileWidth);
    const read = readTile(level, index, count);
    if (tiles.size >= keptTiles) tiles.delete(tiles.keys().next().value as string);
    tiles.set(key, read);
    return read;
  }

  async function perfect(height: number, index: number): Promise<Buffer> {
    const level = Math.floor(height / 8);
    const count = 2 ** (height % 8);
    const from = index * count;
    const bytes = await tile(level, Math.floor(from / tileWidth));
    const first = from % tileWidth;
    return fold(Array.from({ length: count }, (_, at) => bytes.subarray((first + at) * 32, (first + at + 1) * 32)));
  }

  async function range([from, to]: Range): Promise<Buffer> {
    let height = 0;
    while (2 ** (height + 1) <= to - from) height++;
    const split = 2 ** height;
    if (split === to - from) return perfect(height, from / split);
    const [left, right] = await Promise.all([perfect(height, from / split), range([from + split, to])]);
    return nodeHash(left, right);
  }

  return { range, tile };
}

async function readTile(level: number, index: number, count: number): Promise<Buffer> {
  const from = index * tileWidth;
  if (count === tileWidth) {
    const { rows } = await pool().query<{ hashes: Buffer }>({
      name: "tree-tile",
      text: "SELECT hashes FROM audit.tile WHERE level = $1 AND idx = $2",
      values: [level, index],
    });
    if (rows[0]) return rows[0].hashes;
  }
  const { rows } =
    level === 0
      ? await pool().query<{ hash: Buffer }>({
          name: "tree-leaves",
          text: "SELECT leaf_hash AS hash FROM audit.leaf WHERE idx >= $1 AND idx < $2 ORDER BY idx",
          values: [from, from + count],
        })
      : await pool().query<{ hash: Buffer }>({
          name: "tree-roots",
          text: "SELECT root AS hash FROM audit.tile WHERE level = $1 AND idx >= $2 AND idx < $3 ORDER BY idx",
          values: [level - 1, from, from + count],
        });
  if (rows.length !== count || count <= 0) throw new Error(`the tree lacks hashes of tile ${level}/${index}`);
  return Buffer.concat(rows.map(({ hash }) => hash));
}
