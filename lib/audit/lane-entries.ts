import "server-only";

import { z } from "zod";
import { pool } from "@/lib/db";
import { notFound } from "@/lib/errors";

/** The bytes of a lane, for whoever checks it with a program of their own. Headers hold no free text and no names. */

export const lanePath = z.strictObject({
  lane: z.string().regex(/^[1-9]\d{0,14}$/, "a lane is a whole number"),
});

export const laneEntriesQuery = z.strictObject({
  /** Entries above this number; 0 is the beginning of the lane. */
  after: z.coerce.number<string>().int().min(0).default(0),
  limit: z.coerce.number<string>().int().min(1).max(1_000).default(200),
});

export const laneEntries = z.object({
  items: z.array(
    z.object({
      seq: z.int(),
      /** base64 of the stored header; its leaf is SHA-256(0x00 ‖ header) */
      header: z.base64(),
    }),
  ),
  nextCursor: z.string().nullable(),
});

/**
 * Committed entries of one lane in order.
 * @returns `nextCursor` is the next `after`
 * @throws AppError `not_found` when there is no such lane
 */
export async function listLaneEntries(
  lane: string,
  { after, limit }: z.output<typeof laneEntriesQuery>,
): Promise<z.infer<typeof laneEntries>> {
  const { rows } = await pool().query<{ seq: string | null; header: Buffer }>({
    name: "lane-entries",
    text: `SELECT e.seq, e.header FROM audit.lane l
             LEFT JOIN LATERAL (SELECT seq, header FROM audit.entry WHERE lane = l.lane AND seq > $2 ORDER BY seq LIMIT $3) e ON true
            WHERE l.lane = $1`,
    values: [lane, after, limit],
  });
  if (rows.length === 0) throw notFound();
  const items = rows
    .filter((row) => row.seq !== null)
    .map((row) => ({ seq: Number(row.seq), header: row.header.toString("base64") }));
  return { items, nextCursor: items.length === limit ? String(items.at(-1)?.seq) : null };
}
