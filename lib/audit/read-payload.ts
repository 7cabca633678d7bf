import "server-only";

import { pool } from "@/lib/db";
import { AppError } from "@/lib/errors";
import type { Json } from "@/lib/json";
import { readHeader } from "./entry";
import { commitmentOf, decryptPayload, fieldsOf } from "./payload";
import { readingKey } from "./payload-keys";

/**
 * The payload of one entry, decrypted and checked against the commitment in the entry's header. Asks nobody's permission: callers do, and log the look.
 * @returns fields by name; null when the entry has no payload, or when it was erased (redacted, or its key destroyed)
 * @throws AppError `internal` when the stored content is not what the header committed to
 */
export async function readPayload(lane: bigint, seq: bigint): Promise<{ [name: string]: Json } | null> {
  const { rows } = await pool().query<{ header: Buffer; body: Buffer | null; dek_id: number }>(
    "SELECT e.header, p.body, p.dek_id FROM audit.entry e JOIN audit.payload p USING (lane, seq) WHERE e.lane = $1 AND e.seq = $2",
    [lane.toString(), seq.toString()],
  );
  const row = rows[0];
  if (!row?.body) return null;
  const key = await readingKey(row.dek_id).catch((error: unknown) => {
    if (error instanceof AppError && error.code === "not_found") return null;
    throw error;
  });
  if (!key) return null;
  let body: Buffer;
  try {
    body = decryptPayload(row.body, key, lane, seq);
  } catch (error) {
    throw altered(error);
  }
  if (commitmentOf(body) !== readHeader(row.header).commit) throw altered();
  return fieldsOf(body);
}

function altered(cause?: unknown): AppError {
  return new AppError("internal", "the stored content is not what the log committed to", { cause });
}
