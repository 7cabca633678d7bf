import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { testDatabase } from "@/lib/testing/database";
import { type TestLane, testLane, testLog } from "@/lib/testing/lane";
import { fsck } from "./fsck";
import { publish } from "./publish";
import { integrate } from "./sequence";

const folder = mkdtempSync(join(tmpdir(), "countersign-fsck-"));
const { ownerUrl } = await testDatabase({ dataDirectory: folder, anchorFile: join(folder, "anchor.log") });
const owner = new pg.Client({ connectionString: ownerUrl });
afterAll(async () => {
  await owner.end();
  rmSync(folder, { recursive: true });
});

let lane: TestLane;
beforeAll(async () => {
  await owner.connect();
  await testLog(ownerUrl);
  lane = await testLane();
  for (let round = 0; round < 6; round++) {
    await lane.write(
      ...Array.from({ length: 60 }, () => ({
        kind: "decision" as const,
        outcome: "deny",
        scope: "system",
        payload: { arguments: { to: "DE1" } },
      })),
    );
    await integrate();
    await publish();
  }
});

/** Runs statements as a superuser with every guard of a table off, as somebody would who means to go unseen. */
async function behindTheGuards(table: string, statement: string): Promise<void> {
  const { rows } = await owner.query(
    "SELECT tgname FROM pg_trigger WHERE tgrelid = $1::regclass AND NOT tgisinternal",
    [table],
  );
  await owner.query(`ALTER TABLE ${table} DISABLE TRIGGER ALL`);
  await owner.query(statement);
  for (const { tgname } of rows) await owner.query(`ALTER TABLE ${table} ENABLE ALWAYS TRIGGER ${tgname}`);
}

describe("the check of the whole log", () => {
  test("accepts a log that nobody changed, and says how much it looked at", async () => {
    const report = await fsck({ payloads: true });
    expect(report.faults).toEqual([]);
    expect(report).toMatchObject({
      ok: true,
      contents: 360,
      erased: 0,
      tiles: 1,
      checkpoints: 6,
      leaves: report.entries,
    });
    expect(report.entries).toBeGreaterThan(360);
  });

  test("a guard that is off, or gone, is found", async () => {
    await owner.query("ALTER TABLE audit.leaf DISABLE TRIGGER deny_change");
    expect((await fsck({ payloads: false })).faults).toMatchObject([
      { table: "audit.leaf", row: "trigger deny_change" },
    ]);
    await owner.query("ALTER TABLE audit.leaf ENABLE TRIGGER deny_change");
    expect((await fsck({ payloads: false })).faults).toMatchObject([{ message: "the guard is switched off" }]);
    await owner.query("ALTER TABLE audit.leaf ENABLE ALWAYS TRIGGER deny_change");
    expect((await fsck({ payloads: false })).ok).toBe(true);
  });

  test.each([
    [
      "audit.entry",
      "header = set_byte(header, 30, get_byte(header, 30) # 1)",
      "lane = $lane AND seq = 9",
      { table: "audit.entry", row: "lane $lane, seq 9", column: "header" },
    ],
    [
      "audit.entry",
      "leaf_hash = sha256('x')",
      "lane = $lane AND seq = 9",
      { table: "audit.entry", row: "lane $lane, seq 9", column: "leaf_hash" },
    ],
    [
      "audit.payload",
      "body = set_byte(body, 40, get_byte(body, 40) # 1)",
      "lane = $lane AND seq = 12",
      { table: "audit.payload", row: "lane $lane, seq 12", column: "body" },
    ],
    [
      "audit.payload",
      "body = (SELECT p.body FROM audit.payload p WHERE p.lane = $lane AND p.seq = 13)",
      "lane = $lane AND seq = 12",
      { table: "audit.payload", row: "lane $lane, seq 12", column: "body" },
    ],
    ["audit.leaf", "leaf_hash = sha256('x')", "idx = 20", { table: "audit.leaf", column: "leaf_hash" }],
    [
      "audit.tile",
      "hashes = set_byte(hashes, 100, get_byte(hashes, 100) # 1)",
      "true",
      { table: "audit.tile", row: "level 0, idx 0", column: "hashes" },
    ],
    ["audit.tile", "root = sha256('x')", "true", { table: "audit.tile", row: "level 0, idx 0", column: "root" }],
    [
      "audit.checkpoint",
      "root = sha256('x')",
      "size = (SELECT min(size) FROM audit.checkpoint)",
      { table: "audit.checkpoint", column: "root" },
    ],
    [
      "audit.checkpoint",
      "note = overlay(note PLACING 'AA' FROM length(note) - 20)",
      "size = (SELECT max(size) FROM audit.checkpoint)",
      { table: "audit.checkpoint", column: "note" },
    ],
    [
      "audit.tree_mark",
      "seq = seq + 1",
      "lane = $lane",
      { table: "audit.tree_mark", row: "lane $lane", column: "seq" },
    ],
    ["audit.lane", "seq = seq - 1", "lane = $lane", { table: "audit.lane" }],
  ])("T34 %s: %s is found, and the row is named", async (table, change, where, expected) => {
    const named = (text: string) => text.replaceAll("$lane", lane.lane.toString());
    await owner.query("CREATE TEMP TABLE kept AS SELECT * FROM ".concat(table, " WHERE ", named(where)));
    await behindTheGuards(table, named(`UPDATE ${table} SET ${change} WHERE ${where}`));
    const { ok, faults } = await fsck({ payloads: true });
    const column = change.split(" ")[0] as string;
    const key = ["audit.leaf", "audit.tile"].includes(table)
      ? "idx"
      : table === "audit.checkpoint"
        ? "size"
        : table === "audit.entry" || table === "audit.payload"
          ? "seq"
          : "lane";
    await behindTheGuards(
      table,
      named(
        `UPDATE ${table} t SET ${column} = kept.${column} FROM kept WHERE t.${key} = kept.${key}${key === "seq" ? " AND t.lane = kept.lane" : ""}`,
      ),
    );
    await owner.query("DROP TABLE kept");
    expect(ok).toBe(false);
    expect(faults[0]).toMatchObject(
      Object.fromEntries(Object.entries(expected).map(([name, value]) => [name, named(value)])),
    );
    expect((await fsck({ payloads: true })).faults, "put back").toEqual([]);
  });

  test("a leaf that was taken out is named", async () => {
    await owner.query("CREATE TEMP TABLE kept AS SELECT * FROM audit.leaf WHERE idx = 30");
    await behindTheGuards("audit.leaf", "DELETE FROM audit.leaf WHERE idx = 30");
    expect((await fsck({ payloads: false })).faults[0]).toEqual({
      table: "audit.leaf",
      row: "idx 30",
      column: "idx",
      message: "the leaf is missing",
    });
    await behindTheGuards("audit.leaf", "INSERT INTO audit.leaf SELECT * FROM kept");
    await owner.query("DROP TABLE kept");
    expect((await fsck({ payloads: false })).ok).toBe(true);
  });
});
