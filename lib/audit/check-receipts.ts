import "server-only";

import { pool } from "@/lib/db";
import { publicKeyOf } from "./note";
import { newestCheckpoint } from "./proofs";
import { type Receipt, verifyReceipt } from "./receipt";

/**
 * - `published`: signed by a key of this log, stored as it says, and in the newest checkpoint
 * - `stored`: the same, in no checkpoint yet
 * - `missing`: signed, but the log has no such entry: rows were lost
 * - `different`: signed, but the entry there is another one: history was rewritten
 * - `not_ours`: no receipt key of this log signed it
 */
export const receiptStates = ["published", "stored", "missing", "different", "not_ours"] as const;
export type ReceiptState = (typeof receiptStates)[number];

/** Checks receipts against signatures and against the log, in one read. @returns a state for each, in order */
export async function checkReceipts(receipts: readonly Receipt[]): Promise<ReceiptState[]> {
  const [keys, newest, stored] = await Promise.all([
    pool().query<{ key_id: string; pub: Buffer }>(
      "SELECT key_id, pub FROM audit.signing_key WHERE purpose = 'receipt'",
    ),
    newestCheckpoint(),
    pool().query<{ o: string; leaf_hash: Buffer; idx: string | null; origin: string }>(
      `SELECT u.o, e.leaf_hash, l.idx, (SELECT origin FROM audit.log_identity) AS origin
         FROM unnest($1::bigint[], $2::bigint[]) WITH ORDINALITY u(lane, seq, o) JOIN audit.entry e USING (lane, seq) LEFT JOIN audit.leaf l USING (lane, seq)`,
      [receipts.map(({ lane }) => lane), receipts.map(({ seq }) => seq)],
    ),
  ]);
  const keyOf = new Map(keys.rows.map((row) => [row.key_id, publicKeyOf(row.pub)]));
  const rowOf = new Map(stored.rows.map((row) => [Number(row.o) - 1, row]));
  return receipts.map((receipt, at) => {
    const key = keyOf.get(receipt.keyId);
    if (!key || !verifyReceipt(receipt, key)) return "not_ours";
    const row = rowOf.get(at);
    if (!row) return "missing";
    if (row.leaf_hash.toString("base64") !== receipt.leaf || row.origin !== receipt.origin) return "different";
    return row.idx !== null && newest && Number(row.idx) < newest.size ? "published" : "stored";
  });
}
