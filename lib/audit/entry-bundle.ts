import "server-only";

import { pool } from "@/lib/db";
import { notFound } from "@/lib/errors";
import { parseTilePath } from "./checkpoint";
import { newestCheckpoint } from "./proofs";

/**
 * The headers of one tile of leaves, each after its length as a big-endian uint16. C2SP tlog-tiles.
 * @param path `entries/<number>` or `entries/<number>.p/<width>`
 * @throws AppError `not_found` for a path that is none, or that no checkpoint covers
 */
export async function entryBundle(path: string): Promise<Buffer> {
  const tile = parseTilePath(path);
  const newest = await newestCheckpoint();
  if (tile?.level !== "entries" || !newest || tile.index * 256 + tile.width > newest.size) throw notFound();
  const from = tile.index * 256;
  const { rows } = await pool().query<{ header: Buffer }>(
    "SELECT e.header FROM audit.leaf l JOIN audit.entry e USING (lane, seq) WHERE l.idx >= $1 AND l.idx < $2 ORDER BY l.idx",
    [from, from + tile.width],
  );
  return Buffer.concat(
    rows.flatMap(({ header }) => {
      const length = Buffer.alloc(2);
      length.writeUInt16BE(header.length);
      return [length, header];
    }),
  );
}
