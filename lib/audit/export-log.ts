import "server-only";

import { pool } from "@/lib/db";
import { env } from "@/lib/env";
import { AppError } from "@/lib/errors";
import { readIdentity } from "./close-lane";
import { keyLines, logKeysOf } from "./log-keys";
import { inclusionRanges } from "./merkle";
import { decryptPayload } from "./payload";
import { readingKey } from "./payload-keys";
import { newestCheckpoint } from "./proofs";
import { treeHashes } from "./tree-hashes";

/**
 * The log as a file that `tools/verify.mjs` checks without us: NDJSON, one line per entry with the header as it is stored. Two forms: the whole log, whose leaves give
 * the roots of its checkpoints; and a selection, whose entries carry proofs. Memory stays constant. Stored by others: changing it needs a bump of `v`.
 */
export type ExportOptions = {
  /** Includes decrypted content where it still exists. */
  payloads: boolean;
  /** (lane, seq) of what is exported, in any order; left out, the whole log up to the newest checkpoint. */
  selection?: AsyncIterable<readonly { lane: bigint; seq: bigint }[]>;
};

const batchRows = 1_000;
/** Checkpoints in between that a whole export shows the root of. */
const checkpointsShown = 100;

type Row = {
  idx: string;
  lane: string;
  seq: string;
  leaf_hash: Buffer;
  header: Buffer;
  body: Buffer | null;
  dek_id: number | null;
};

const columns = "l.idx, l.lane, l.seq, l.leaf_hash, e.header, p.body, p.dek_id";
const joined = "audit.leaf l JOIN audit.entry e USING (lane, seq) LEFT JOIN audit.payload p USING (lane, seq)";

/**
 * Portions of the file, in order.
 * @throws AppError `state_changed` while nothing was signed yet
 */
export async function* exportLog(options: ExportOptions): AsyncGenerator<string> {
  const newest = await newestCheckpoint();
  if (!newest) throw new AppError("state_changed", "no checkpoint was signed yet; ask again in a second");
  const { origin } = await readIdentity();
  const keys = keyLines(logKeysOf(env().signingKey, origin)).trim().split("\n");
  const { size } = newest;
  const selection = options.selection !== undefined;
  yield line({ type: "export", v: 1, origin, size, selection, keys, at: new Date().toISOString() });
  let entries = 0;

  if (options.selection) {
    const tree = treeHashes(size);
    for await (const places of options.selection) {
      const { rows } = await pool().query<Row>(
        `SELECT ${columns} FROM unnest($1::bigint[], $2::bigint[]) u(lane, seq) JOIN ${joined} USING (lane, seq) WHERE l.idx < $3 ORDER BY l.idx`,
        [places.map(({ lane }) => lane.toString()), places.map(({ seq }) => seq.toString()), size],
      );
      let text = "";
      for (const row of rows) {
        const proof = await Promise.all(inclusionRanges(Number(row.idx), size).map(tree.range));
        text += line({
          ...(await entryLine(row, options.payloads)),
          proof: proof.map((one) => one.toString("base64")),
        });
      }
      entries += rows.length;
      if (text) yield text;
    }
  } else {
    const shown = await checkpointsUpTo(size);
    for (let from = 0; from < size; from += batchRows) {
      const { rows } = await pool().query<Row>({
        name: "export-log",
        text: `SELECT ${columns} FROM ${joined} WHERE l.idx >= $1 AND l.idx < $2 ORDER BY l.idx`,
        values: [from, Math.min(from + batchRows, size)],
      });
      let text = "";
      for (const row of rows) {
        text += line(await entryLine(row, options.payloads));
        entries++;
        if (shown[0]?.size === entries && entries < size)
          text += line({ type: "checkpoint", note: shown.shift()?.note });
      }
      yield text;
    }
  }
  yield line({ type: "checkpoint", note: newest.note });
  yield line({ type: "end", entries });
}

async function entryLine(row: Row, payloads: boolean): Promise<Record<string, unknown>> {
  const content = payloads ? await contentOf(row) : null;
  return {
    type: "entry",
    index: Number(row.idx),
    lane: Number(row.lane),
    seq: Number(row.seq),
    leaf: row.leaf_hash.toString("base64"),
    header: row.header.toString("utf8"),
    ...(content === null ? {} : { payload: content }),
  };
}

/** Null where there is no content, or it was erased. What does not decrypt is left as it is, so that the verifier names it. */
async function contentOf({ lane, seq, body, dek_id }: Row): Promise<string | null> {
  if (!body || dek_id === null) return null;
  const key = await readingKey(dek_id).catch((error: unknown) => {
    if (error instanceof AppError && error.code === "not_found") return null;
    throw error;
  });
  if (!key) return null;
  try {
    return decryptPayload(body, key, BigInt(lane), BigInt(seq)).toString("utf8");
  } catch {
    return "{}";
  }
}

async function checkpointsUpTo(size: number): Promise<{ size: number; note: string }[]> {
  const { rows } = await pool().query<{ size: string; note: string }>(
    `SELECT size, note FROM (SELECT size, note, row_number() OVER (ORDER BY size) AS nth, count(*) OVER () AS all FROM audit.checkpoint WHERE size < $1 AND size > 0) c
      WHERE nth % greatest(1, "all" / ${checkpointsShown}) = 0 ORDER BY size`,
    [size],
  );
  return rows.map((row) => ({ size: Number(row.size), note: row.note }));
}

function line(value: Record<string, unknown>): string {
  return `${JSON.stringify(value)}\n`;
}
