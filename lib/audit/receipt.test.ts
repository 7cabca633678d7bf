import { generateKeyPairSync } from "node:crypto";
import { expect, test } from "vitest";
import { type ReceiptBody, signReceipts, verifyReceipt } from "./receipt";

const { privateKey, publicKey } = generateKeyPairSync("ed25519");
const key = { keyId: "k1", privateKey };
const body = (seq: number): ReceiptBody => ({
  v: 1,
  origin: "localhost/audit/1",
  epoch: 1,
  entryId: `dec_${seq}`,
  agent: "agt_a",
  lane: 1,
  seq,
  prev: Buffer.alloc(32, seq).toString("base64"),
  leaf: Buffer.alloc(32, seq + 1).toString("base64"),
  outcome: "allow",
  actionDigest: "sha256:00",
  ts: "2026-01-01T00:00:00.000Z",
  mmdMs: 10_000,
});

test("every receipt of a commit of 1 to 70 verifies on its own", () => {
  for (let size = 1; size <= 70; size++) {
    const receipts = signReceipts(
      Array.from({ length: size }, (_, at) => body(at)),
      key,
    );
    expect(receipts.every((receipt) => verifyReceipt(receipt, publicKey))).toBe(true);
  }
});

test("a receipt with any member changed, a foreign path or a foreign key does not verify", () => {
  const [first, second] = signReceipts([body(1), body(2), body(3)], key);
  if (!first || !second) throw new Error("two receipts");
  expect(verifyReceipt({ ...first, outcome: "deny" }, publicKey)).toBe(false);
  expect(verifyReceipt({ ...first, seq: 9 }, publicKey)).toBe(false);
  expect(verifyReceipt({ ...first, path: second.path }, publicKey)).toBe(false);
  expect(verifyReceipt({ ...first, path: first.path.slice(1) }, publicKey)).toBe(false);
  expect(verifyReceipt({ ...first, signature: Buffer.alloc(64).toString("base64") }, publicKey)).toBe(false);
  expect(verifyReceipt(first, generateKeyPairSync("ed25519").publicKey)).toBe(false);
  expect(verifyReceipt(first, generateKeyPairSync("x25519").publicKey)).toBe(false);
});
