import { createHash } from "node:crypto";
import pg from "pg";
import { beforeAll, describe, expect, test } from "vitest";
import { pool } from "@/lib/db";
import { testDatabase } from "@/lib/testing/database";
import { testLane, testLog } from "@/lib/testing/lane";
import { leafHash } from "./entry";
import { logFaults } from "./log-faults";
import { fold } from "./merkle";
import { integrate, treeBacklog, treeState } from "./sequence";

const { ownerUrl } = await testDatabase();
beforeAll(() => testLog(ownerUrl));

async function owner<Result>(work: (client: pg.Client) => Promise<Result>): Promise<Result> {
  const client = new pg.Client({ connectionString: ownerUrl });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** The root over all leaves as they are stored, from the headers themselves. */
async function rootOfHeaders(): Promise<string> {
  const { rows } = await pool().query<{ header: Buffer }>(
    "SELECT e.header FROM audit.leaf l JOIN audit.entry e USING (lane, seq) ORDER BY l.idx",
  );
  return fold(rows.map(({ header }) => leafHash(header))).toString("hex");
}

describe("the sequencer", () => {
  test("takes every entry of every lane once, in the order of its lane, and the root is that of the headers", async () => {
    const lanes = await Promise.all([testLane(), testLane(), testLane()]);
    for (let round = 0; round < 4; round++) {
      for (const lane of lanes)
        await lane.write(...Array.from({ length: 90 }, () => ({ kind: "decision" as const, outcome: "deny" })));
      await integrate(round % 2 === 0 ? 1 : undefined);
    }
    await integrate();
    expect(await treeBacklog()).toBe(0);
    const { rows } = await pool().query(
      `SELECT count(*)::int AS entries, (SELECT count(*)::int FROM audit.leaf) AS leaves,
              (SELECT count(*)::int FROM (SELECT idx - row_number() OVER (ORDER BY idx) AS gap FROM audit.leaf) g WHERE gap <> -1) AS gaps,
              (SELECT count(*)::int FROM (SELECT seq - row_number() OVER (PARTITION BY lane ORDER BY idx) AS out FROM audit.leaf) g WHERE out <> 0) AS disorder,
              (SELECT count(*)::int FROM audit.tile) AS tiles
         FROM audit.entry`,
    );
    expect(rows[0]).toEqual({
      entries: rows[0].leaves,
      leaves: rows[0].entries,
      gaps: 0,
      disorder: 0,
      tiles: Math.floor(rows[0].leaves / 256),
    });
    const state = await treeState();
    expect(state.size).toBe(rows[0].entries);
    expect(state.root.toString("hex")).toBe(await rootOfHeaders());
  });

  test("two at once never take an entry twice", async () => {
    const lane = await testLane();
    await lane.write(...Array.from({ length: 200 }, () => ({ kind: "decision" as const, outcome: "deny" })));
    await Promise.all([integrate(), integrate(), integrate()]);
    await integrate();
    const state = await treeState();
    const { rows } = await pool().query("SELECT count(*)::int AS entries FROM audit.entry");
    expect(state.size).toBe(rows[0].entries);
    expect(state.root.toString("hex")).toBe(await rootOfHeaders());
  });

  test("a root that another process moved is not built upon: the call is refused", async () => {
    const { size, root } = await treeState();
    const other = createHash("sha256").update("x").digest();
    const call = (s: number, r: Buffer) =>
      pool().query("SELECT audit.integrate($1,$2,$3,'{1}','{1}','{}','{}','{}','{}')", [s, r, other]);
    await expect(call(size + 1, root)).rejects.toMatchObject({ code: "CS010" });
    await expect(call(size, other)).rejects.toMatchObject({ code: "CS010" });
    // A lane that is drained has nothing to give.
    await expect(call(size, root)).rejects.toMatchObject({ code: "CS012" });
  });

  test("the program itself can add no leaf, and can take none back", async () => {
    for (const statement of [
      "INSERT INTO audit.leaf (idx, lane, seq, leaf_hash) VALUES (999999, 1, 999999, sha256(''))",
      "UPDATE audit.leaf SET seq = 0",
      "DELETE FROM audit.leaf",
      "TRUNCATE audit.leaf",
      "UPDATE audit.tree_state SET size = 0",
      "UPDATE audit.tree_mark SET seq = 0",
      "INSERT INTO audit.tile (level, idx, hashes, root) VALUES (0, 99, decode(repeat('00', 8192), 'hex'), sha256(''))",
      "UPDATE audit.checkpoint SET root = sha256('')",
    ])
      await expect(pool().query(statement), statement).rejects.toMatchObject({ code: "42501" });
    for (const statement of [
      "UPDATE audit.leaf SET seq = 0",
      "DELETE FROM audit.leaf",
      "UPDATE audit.tree_state SET size = 0",
      "UPDATE audit.tree_mark SET seq = seq - 1",
    ])
      await expect(
        owner((client) => client.query(statement)),
        statement,
      ).rejects.toMatchObject({ code: "23000" });
  });

  test("an entry that was changed before it was taken stops the tree, and is named", async () => {
    const lane = await testLane();
    const [, second] = await lane.write(
      { kind: "decision", outcome: "deny" },
      { kind: "decision", outcome: "deny" },
      { kind: "decision", outcome: "deny" },
    );
    const before = await treeState();
    await owner(async (client) => {
      await client.query("ALTER TABLE audit.entry DISABLE TRIGGER deny_change");
      await client.query(
        "UPDATE audit.entry SET header = overlay(header PLACING 'allow'::bytea FROM position('deny'::bytea IN header) FOR 4) WHERE lane = $1 AND seq = $2",
        [lane.lane.toString(), second?.toString()],
      );
      await client.query("ALTER TABLE audit.entry ENABLE ALWAYS TRIGGER deny_change");
    });
    await expect(integrate()).rejects.toMatchObject({ code: "CS011" });
    expect(logFaults().stopped).toBe(
      `entry ${second} of lane ${lane.lane} is not what its hash, place or predecessor say`,
    );
    expect((await treeState()).size).toBe(before.size);
  });
});
