import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { pool } from "@/lib/db";
import { env } from "@/lib/env";
import { testDatabase } from "@/lib/testing/database";
import { type TestLane, testLane, testLog } from "@/lib/testing/lane";
import { parseCheckpoint, parseTlogProof } from "./checkpoint";
import { logFaults } from "./log-faults";
import { logKeysOf } from "./log-keys";
import { verifyConsistency, verifyInclusion } from "./merkle";
import { openNote, verifierOf } from "./note";
import { entryProofFile, newestCheckpoint, proveConsistency } from "./proofs";
import { checkAnchor, publish, servedCheckpoint, signerPath } from "./publish";
import { integrate, treeState } from "./sequence";
import { newestAnchor, signCheckpoint } from "./signer";

const folder = mkdtempSync(join(tmpdir(), "countersign-log-"));
const anchorFile = join(folder, "anchor.log");
const { ownerUrl } = await testDatabase({ dataDirectory: folder, anchorFile });
const origin = "countersign.test/audit/1";
const keys = () => logKeysOf(env().signingKey, origin);
const verifiers = () => [verifierOf(keys().log), verifierOf(keys().clock)];

let lane: TestLane;
beforeAll(async () => {
  await testLog(ownerUrl);
  lane = await testLane();
});
afterAll(() => rmSync(folder, { recursive: true }));

const decision = { kind: "decision" as const, outcome: "deny" };
async function written(count: number): Promise<void> {
  for (let left = count; left > 0; left -= 100)
    await lane.write(...Array.from({ length: Math.min(left, 100) }, () => decision));
  await integrate();
}

describe("checkpoints", () => {
  test("each is signed, continues the one before, and every entry is proven by a file that needs nothing else", async () => {
    const checkpoints: { size: number; root: Buffer }[] = [];
    for (const count of [1, 3, 250, 2, 301, 17]) {
      await written(count);
      await publish();
      const served = await servedCheckpoint();
      const opened = openNote(served?.note ?? "", verifiers());
      expect(opened.signedBy.map(({ name }) => name)).toEqual([origin, `${origin}/clock`]);
      const checkpoint = parseCheckpoint(opened.text);
      expect(checkpoint).toEqual({ origin, ...(await treeState()) });
      checkpoints.push(checkpoint);
    }
    for (const older of checkpoints)
      for (const newer of checkpoints.filter(({ size }) => size >= older.size)) {
        const proof = await proveConsistency(older.size, newer.size);
        expect(
          verifyConsistency(BigInt(older.size), BigInt(newer.size), older.root, newer.root, proof),
          `${older.size} to ${newer.size}`,
        ).toBe(true);
      }
    const { rows } = await pool().query<{ lane: string; seq: string; leaf_hash: Buffer; idx: string }>(
      "SELECT e.lane, e.seq, e.leaf_hash, l.idx FROM audit.entry e JOIN audit.leaf l USING (lane, seq) WHERE l.idx % 7 = 0 ORDER BY l.idx",
    );
    expect(rows.length).toBeGreaterThan(70);
    for (const row of rows) {
      const proof = parseTlogProof(await entryProofFile(BigInt(row.lane), BigInt(row.seq)));
      expect(proof.index).toBe(Number(row.idx));
      const { size, root } = parseCheckpoint(openNote(proof.note, verifiers()).text);
      expect(verifyInclusion(row.leaf_hash, BigInt(proof.index), BigInt(size), proof.hashes, root)).toBe(true);
    }
  });

  test("an entry that no checkpoint covers yet is not said to be proven", async () => {
    const [seq] = await lane.write(decision);
    await expect(entryProofFile(lane.lane, seq as bigint)).rejects.toMatchObject({ code: "state_changed" });
    await integrate();
    await expect(entryProofFile(lane.lane, seq as bigint)).rejects.toMatchObject({ code: "state_changed" });
    await publish();
    await expect(entryProofFile(lane.lane, seq as bigint)).resolves.toMatch(/^c2sp.org\/tlog-proof@v1\n/);
    await expect(proveConsistency(0, 5)).rejects.toMatchObject({ code: "invalid_request" });
    await expect(proveConsistency(1, 1_000_000)).rejects.toMatchObject({ code: "invalid_request" });
  });

  test("an unchanged tree is not signed again, and its silence is dated by the clock key", async () => {
    const before = await newestCheckpoint();
    expect(await publish()).toMatchObject({ size: before?.size });
    const now = Math.floor(Date.now() / 1000);
    const { signedBy } = openNote((await servedCheckpoint())?.note ?? "", verifiers());
    expect(Math.abs((signedBy[1]?.time ?? 0) - now)).toBeLessThanOrEqual(2);
  });

  test("no size is ever signed with two roots, and no smaller tree after a larger one", async () => {
    const { size, root } = (await newestCheckpoint()) as NonNullable<Awaited<ReturnType<typeof newestCheckpoint>>>;
    const sign = (s: number, r: Buffer, proof: Buffer[] = []) =>
      signCheckpoint({ origin, size: s, root: r }, proof, keys().log, signerPath());
    const before = readFileSync(signerPath(), "utf8");
    expect(() => sign(size, Buffer.alloc(32))).toThrow(/another root/);
    expect(() => sign(size - 1, root)).toThrow(/was signed/);
    expect(() => sign(size + 1, Buffer.alloc(32))).toThrow(/does not begin/);
    expect(readFileSync(signerPath(), "utf8")).toBe(before);
    expect(sign(size, root)).toBe((await newestCheckpoint())?.note);
    // A process that never signed is bound by what is stored.
    const fresh = join(folder, "never-signed.json");
    expect(() =>
      signCheckpoint({ origin, size, root: Buffer.alloc(32) }, [], keys().log, fresh, { size, root }),
    ).toThrow(/another root/);
  });
});

describe("the anchor", () => {
  test("agrees with the log it was written for, at every size", async () => {
    expect(await checkAnchor()).toBeNull();
    await written(5);
    expect(await checkAnchor()).toBeNull();
  });

  test("a torn last line is what a crash leaves, and is read over", async () => {
    const whole = newestAnchor(anchorFile, origin);
    appendFileSync(anchorFile, `${origin} 99`);
    expect(newestAnchor(anchorFile, origin)).toEqual(whole);
    writeFileSync(anchorFile, readFileSync(anchorFile, "utf8").slice(0, -`${origin} 99`.length));
  });

  test("a log that was rolled back, or replaced by another, is found at start and in operation, and nothing more is signed", async () => {
    const kept = readFileSync(anchorFile, "utf8");
    const { size } = await treeState();
    appendFileSync(
      anchorFile,
      `${origin} ${size + 10} ${Buffer.alloc(32, 1).toString("base64")} 2026-01-01T00:00:00.000Z\n`,
    );
    expect(await checkAnchor()).toMatch(/restored from an older copy or lost rows/);
    writeFileSync(anchorFile, kept);
    appendFileSync(
      anchorFile,
      `${origin} ${size} ${Buffer.alloc(32, 1).toString("base64")} 2026-01-01T00:00:00.000Z\n`,
    );
    expect(await checkAnchor()).toMatch(/another root/);
    writeFileSync(anchorFile, kept);

    await publish();
    const signed = await newestCheckpoint();
    const owner = new pg.Client({ connectionString: ownerUrl });
    await owner.connect();
    await owner.query("ALTER TABLE audit.tree_state DISABLE TRIGGER tree_guard");
    await owner.query("UPDATE audit.tree_state SET root = sha256('another tree')");
    await owner.end();
    expect(logFaults().fork).toBeUndefined();
    await publish();
    expect(logFaults().fork).toMatch(/another root than the one that was signed/);
    expect(await newestCheckpoint()).toEqual(signed);
  });
});
