import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { pool } from "@/lib/db";
import { env } from "@/lib/env";
import { entryId } from "@/lib/ids";
import { testDatabase } from "@/lib/testing/database";
import { testLane, testLog } from "@/lib/testing/lane";
import { checkReceipts } from "./check-receipts";
import { publish } from "./publish";
import { type ReceiptBody, signReceipts } from "./receipt";
import { receiptKeyOf } from "./receipt-key";
import { integrate } from "./sequence";

const folder = mkdtempSync(join(tmpdir(), "countersign-receipts-"));
const { ownerUrl } = await testDatabase({ dataDirectory: folder, anchorFile: join(folder, "anchor.log") });
afterAll(() => rmSync(folder, { recursive: true }));
const key = receiptKeyOf(env().signingKey);

beforeAll(async () => {
  await testLog(ownerUrl);
  const owner = new pg.Client({ connectionString: ownerUrl });
  await owner.connect();
  await owner.query("INSERT INTO audit.signing_key (key_id, purpose, pub) VALUES ($1, 'receipt', $2)", [
    key.keyId,
    key.publicKey,
  ]);
  await owner.end();
});

async function bodyOf(lane: bigint, seq: bigint): Promise<ReceiptBody> {
  const { rows } = await pool().query("SELECT leaf_hash FROM audit.entry WHERE lane = $1 AND seq = $2", [
    lane.toString(),
    seq.toString(),
  ]);
  return {
    v: 1,
    origin: "countersign.test/audit/1",
    epoch: 1,
    entryId: entryId("dec", lane, seq),
    agent: "agt_x",
    lane: Number(lane),
    seq: Number(seq),
    prev: "",
    leaf: (rows[0]?.leaf_hash ?? Buffer.alloc(32)).toString("base64"),
    outcome: "allow",
    actionDigest: "sha256:x",
    ts: "2026-01-01T00:00:00.000Z",
    mmdMs: 10_000,
  };
}

test("a receipt says whether its entry is there, published, lost or rewritten, and a forged one says nothing", async () => {
  const lane = await testLane();
  const seqs = await lane.write({ kind: "decision", outcome: "allow" }, { kind: "decision", outcome: "allow" });
  const bodies = await Promise.all(seqs.map((seq) => bodyOf(lane.lane, seq)));
  const [first, second] = signReceipts(bodies, key) as [
    ReturnType<typeof signReceipts>[number],
    ReturnType<typeof signReceipts>[number],
  ];
  const [lost, rewritten] = signReceipts(
    [await bodyOf(lane.lane, 999n), { ...(bodies[0] as ReceiptBody), leaf: Buffer.alloc(32, 9).toString("base64") }],
    key,
  ) as [typeof first, typeof first];
  const forged = { ...first, outcome: "deny" };
  const stranger = { ...first, keyId: "0000000000000000" };
  const asked = [first, lost, rewritten, forged, stranger, second];
  expect(await checkReceipts(asked)).toEqual(["stored", "missing", "different", "not_ours", "not_ours", "stored"]);
  await integrate();
  await publish();
  expect(await checkReceipts([first, second])).toEqual(["published", "published"]);
});
