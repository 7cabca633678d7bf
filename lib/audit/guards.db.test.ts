import { randomUUID } from "node:crypto";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { testDatabase } from "@/lib/testing/database";
import { type TestLane, testLane, testLog } from "@/lib/testing/lane";
import { genesis, makeEntry } from "./entry";
import { verifyLane } from "./fsck-lane";

/**
 * T34: what SQL may do to the log, by role. Each attempt names who refuses it; every refusal is followed by a check that the lane still verifies.
 * audit-log design §13.
 */
const { ownerUrl, appUrl } = await testDatabase();
const origin = "countersign.test/audit/1";
await testLog(ownerUrl, origin);

let app: pg.Client;
let owner: pg.Client;
let lane: TestLane;

beforeAll(async () => {
  [app, owner] = [new pg.Client({ connectionString: appUrl }), new pg.Client({ connectionString: ownerUrl })];
  await Promise.all([app.connect(), owner.connect()]);
  lane = await testLane();
  await lane.write(
    { kind: "setting_changed", actor: "system" },
    { kind: "setting_changed", actor: "system", payload: { note: "x" } },
  );
  await lane.write({ kind: "setting_changed", actor: "system" });
});
afterAll(() => Promise.all([app.end(), owner.end()]));

const privilege = "42501";
const guard = "23000";

/** Runs one statement in a transaction of its own that is undone, and gives the code it was refused with; `done` when it was not. */
async function attempt(
  client: pg.Client,
  statement: string,
  values: unknown[] = [],
  before: string[] = [],
): Promise<string> {
  await client.query("BEGIN");
  try {
    for (const one of before) await client.query(one);
    await client.query(statement, values);
    await client.query("SET CONSTRAINTS ALL IMMEDIATE");
    return "done";
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  } finally {
    await client.query("ROLLBACK");
  }
}

/** A well-formed next entry of a lane, as anybody who may insert could make it. */
async function next(of: bigint, skip = 0n) {
  const { rows } = await owner.query<{ seq: string; head: Buffer; epoch: string; now: Date }>(
    "SELECT seq, head, (SELECT epoch FROM audit.control_epoch) AS epoch, clock_timestamp() AS now FROM audit.lane WHERE lane = $1",
    [of.toString()],
  );
  const row = rows[0];
  const seq = BigInt(row?.seq ?? 0) + 1n + skip;
  const entry = makeEntry(
    {
      origin,
      lane: of,
      seq,
      prev: row?.head ?? genesis(origin, of),
      ts: (row?.now ?? new Date()).toISOString(),
      epoch: BigInt(row?.epoch ?? 1),
    },
    { kind: "setting_changed", actor: "system" },
  );
  return { seq: seq.toString(), ...entry };
}
const insert = "INSERT INTO audit.entry (lane, seq, leaf_hash, header) VALUES ($1, $2, $3, $4)";

describe("T34 the program's own role", () => {
  test.each([
    ["1 UPDATE entry", "UPDATE audit.entry SET header = header", privilege],
    ["2 DELETE entry", "DELETE FROM audit.entry", privilege],
    ["3 TRUNCATE entry", "TRUNCATE audit.entry", privilege],
    ["5 UPDATE lane to a lower seq", "UPDATE audit.lane SET seq = seq - 1 WHERE lane = $1", guard],
    ["5 UPDATE lane to the same seq", "UPDATE audit.lane SET seq = seq WHERE lane = $1", guard],
    [
      "5 UPDATE lane to a foreign head",
      "UPDATE audit.lane SET seq = seq + 1, head = sha256('x') WHERE lane = $1",
      guard,
    ],
    ["5 re-number a lane", "UPDATE audit.lane SET lane = lane + 1000 WHERE lane = $1", privilege],
    ["6 ALTER TABLE entry DISABLE TRIGGER", "ALTER TABLE audit.entry DISABLE TRIGGER ALL", privilege],
    ["7 SET session_replication_role", "SET session_replication_role = replica", privilege],
    ["drop a guard", "DROP TRIGGER deny_change ON audit.entry", privilege],
    [
      "replace the function of a guard",
      "CREATE OR REPLACE FUNCTION audit.deny() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
      privilege,
    ],
    ["become the owner of the log", "SET ROLE audit_owner", privilege],
    ["become who may erase", "SET ROLE app_retention", privilege],
    ["DELETE lane", "DELETE FROM audit.lane", privilege],
    ["UPDATE payload", "UPDATE audit.payload SET body = NULL", privilege],
    ["DELETE payload", "DELETE FROM audit.payload", privilege],
    ["DELETE idem", "DELETE FROM audit.idem", privilege],
    ["rename the log", "UPDATE audit.log_identity SET origin = 'other'", privilege],
    [
      "add a signing key",
      "INSERT INTO audit.signing_key (key_id, purpose, pub) VALUES ('x', 'receipt', sha256('x'))",
      privilege,
    ],
    ["DELETE a control change", "DELETE FROM audit.control_change", privilege],
    ["set the epoch back", "UPDATE audit.control_epoch SET epoch = epoch - 1, tx = pg_current_xact_id()", guard],
    ["keep the epoch", "UPDATE audit.control_epoch SET tx = pg_current_xact_id()", guard],
    ["move the epoch by two", "UPDATE audit.control_epoch SET epoch = epoch + 2, tx = pg_current_xact_id()", guard],
    [
      "move the epoch for another transaction",
      "UPDATE audit.control_epoch SET epoch = epoch + 1, tx = '3'::xid8",
      guard,
    ],
    ["remove the epoch", "DELETE FROM audit.control_epoch", privilege],
    ["change a person's standing without a bump", "UPDATE person SET active = false WHERE id = 'per_guard'", guard],
    ["delete an agent", "DELETE FROM agent", privilege],
    ["rewrite a published policy", "UPDATE policy_version SET content = '{}'", privilege],
    ["rewrite a vote", "UPDATE approval_vote SET verdict = 'approve'", privilege],
  ])("is refused: %s", async (_, statement, code) => {
    await owner.query(
      "INSERT INTO person (id, email, name, roles) VALUES ('per_guard', 'guard@countersign.test', 'Guard', '{owner}') ON CONFLICT DO NOTHING",
    );
    expect(await attempt(app, statement, statement.includes("$1") ? [lane.lane.toString()] : [])).toBe(code);
  });

  test("is refused an entry whose leaf is not the hash of its header", async () => {
    const { seq, leaf, header } = await next(lane.lane);
    expect(
      await attempt(app, insert, [lane.lane.toString(), seq, leaf, Buffer.concat([header, Buffer.from(" ")])]),
    ).toBe(guard);
    expect(await attempt(app, insert, [lane.lane.toString(), seq, Buffer.alloc(32), header])).toBe(guard);
  });

  test("is refused an entry beyond a gap, one that is there, and one in a lane that does not exist", async () => {
    const beyond = await next(lane.lane, 1n);
    expect(await attempt(app, insert, [lane.lane.toString(), beyond.seq, beyond.leaf, beyond.header])).toBe(guard);
    const first = await next(lane.lane);
    expect(["23505", guard]).toContain(
      await attempt(app, insert, [lane.lane.toString(), "2", first.leaf, first.header]),
    );
    const unknown = await next(999_999n);
    expect(await attempt(app, insert, ["999999", unknown.seq, unknown.leaf, unknown.header])).toBe(guard);
  });

  test("is refused an entry in a closed lane, and cannot open it again", async () => {
    const closed = await testLane();
    const { seq, leaf, header } = await next(closed.lane);
    await app.query("BEGIN");
    await app.query(insert, [closed.lane.toString(), seq, leaf, header]);
    await app.query("UPDATE audit.lane SET seq = $2, head = $3, closed_at = clock_timestamp() WHERE lane = $1", [
      closed.lane.toString(),
      seq,
      leaf,
    ]);
    await app.query("COMMIT");
    const after = await next(closed.lane);
    expect(await attempt(app, insert, [closed.lane.toString(), after.seq, after.leaf, after.header])).toBe(guard);
    expect(await attempt(app, "UPDATE audit.lane SET closed_at = NULL WHERE lane = $1", [closed.lane.toString()])).toBe(
      guard,
    );
    expect(
      await attempt(app, "UPDATE audit.lane SET seq = seq + 1, closed_at = NULL WHERE lane = $1", [
        closed.lane.toString(),
      ]),
    ).toBe(guard);
  });

  test("is refused a lane that does not start at its genesis", async () => {
    for (const [seq, head, closedAt] of [
      [5, genesis(origin, 888_888n), null],
      [0, Buffer.alloc(32), null],
      [0, genesis(origin, 888_888n), new Date()],
    ])
      expect(
        await attempt(
          app,
          "INSERT INTO audit.lane (lane, kind, instance, build, seq, head, closed_at) VALUES (888888, 'process', 'i', 'b', $1, $2, $3)",
          [seq, head, closedAt],
        ),
      ).toBe(guard);
  });

  test("is refused an agent's change without a bump at COMMIT, whatever the statement", async () => {
    const id = `agt_${randomUUID().replaceAll("-", "").slice(0, 26)}`;
    await owner.query(
      "INSERT INTO person (id, email, name, roles) VALUES ('per_guard', 'guard@countersign.test', 'Guard', '{owner}') ON CONFLICT DO NOTHING",
    );
    const columns = `INSERT INTO agent (id, name, purpose, owner_id, environment, risk_class, tier, mandate, status, updated_at)
      VALUES ('${id}', 'a', 'p', 'per_guard', 'production', 'limited', 'T1', '{}', 'active', now())`;
    expect(await attempt(app, columns)).toBe(guard);
    expect(
      await attempt(app, "SELECT audit.change_control(ARRAY['agent'], ARRAY['x'])", [], [columns]),
      "the control",
    ).toBe("done");
  });

  test("entries inserted without moving the lane stop the lane: every further append is refused, and the check names them", async () => {
    const stuck = await testLane();
    const { seq, leaf, header } = await next(stuck.lane);
    await app.query(insert, [stuck.lane.toString(), seq, leaf, header]);
    await expect(stuck.write({ kind: "setting_changed", actor: "system" })).rejects.toThrow();
    const check = await verifyLane(stuck.lane);
    expect(check.intact).toBe(false);
    expect(check.fault).toMatchObject({ table: "entry", seq });
  });
});

describe("T34 the role that erases content", () => {
  test.each([
    ["8 DELETE entry", "DELETE FROM audit.entry", privilege],
    ["UPDATE entry", "UPDATE audit.entry SET header = header", privilege],
    ["TRUNCATE payload", "TRUNCATE audit.payload", privilege],
    ["move a payload", "UPDATE audit.payload SET seq = seq + 100", privilege],
    ["read a person", "SELECT * FROM person", privilege],
    ["move a lane", "UPDATE audit.lane SET seq = seq + 1", privilege],
  ])("is refused: %s", async (_, statement, code) => {
    expect(await attempt(owner, statement, [], ["SET LOCAL ROLE app_retention"])).toBe(code);
  });

  test("may remove a body, and nothing while a hold stands", async () => {
    const erase = "UPDATE audit.payload SET body = NULL, redacted_at = clock_timestamp()";
    expect(await attempt(owner, erase, [], ["SET LOCAL ROLE app_retention"]), "the control").toBe("done");
    expect(
      await attempt(owner, erase, [], ["SET LOCAL ROLE app_retention", "UPDATE audit.payload SET hold = true"]),
    ).toBe(guard);
  });
});

describe("T34 a superuser", () => {
  const replica = ["SET LOCAL session_replication_role = replica"];
  test.each([
    ["9 UPDATE entry under replica role", "UPDATE audit.entry SET header = header", replica],
    ["9 DELETE entry under replica role", "DELETE FROM audit.entry", replica],
    ["9 TRUNCATE entry under replica role", "TRUNCATE audit.entry", replica],
    ["10 UPDATE entry", "UPDATE audit.entry SET header = header", []],
    ["10 DELETE entry", "DELETE FROM audit.entry", []],
    ["DELETE lane under replica role", "DELETE FROM audit.lane", replica],
    ["DELETE idem under replica role", "DELETE FROM audit.idem", []],
    ["a lane set back under replica role", "UPDATE audit.lane SET seq = seq - 1", replica],
    ["an epoch set back under replica role", "UPDATE audit.control_epoch SET epoch = epoch - 1", replica],
    [
      "an agent's owner switched off without a bump, under replica role",
      "UPDATE person SET active = false WHERE id = 'per_guard'",
      replica,
    ],
  ])("is refused: %s", async (_, statement, before) => {
    await owner.query(
      "INSERT INTO audit.idem (idem_hash, lane, seq) VALUES (sha256('k'), $1, 1) ON CONFLICT DO NOTHING",
      [lane.lane.toString()],
    );
    expect(await attempt(owner, statement, [], before)).toBe(guard);
  });

  test("every guard of the log is on for every session", async () => {
    const { rows } = await owner.query<{ name: string; state: string }>(
      `SELECT tgrelid::regclass || '.' || tgname AS name, tgenabled AS state FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid JOIN pg_namespace n ON n.oid = p.pronamespace
        WHERE n.nspname = 'audit' AND NOT tgisinternal ORDER BY 1`,
    );
    expect(rows.filter(({ state }) => state !== "A")).toEqual([]);
    expect(rows.map(({ name }) => name)).toEqual(
      expect.arrayContaining([
        "audit.entry.deny_change",
        "audit.entry.deny_truncate",
        "audit.entry.entry_guard",
        "audit.lane.lane_guard",
        "audit.lane.lane_birth",
        "audit.control_epoch.epoch_guard",
        "agent.must_bump",
        "credential.must_bump",
        "policy_version.must_bump",
        "person.must_bump",
      ]),
    );
  });

  test("the eleventh: with the guards switched off, one changed byte is found, and the check names the row", async () => {
    const victim = await testLane();
    await victim.write({ kind: "setting_changed", actor: "system" }, { kind: "setting_changed", actor: "system" });
    await victim.write({ kind: "setting_changed", actor: "system" });
    expect((await verifyLane(victim.lane)).intact, "the control").toBe(true);
    for (const [column, change] of [
      ["header", "header = set_byte(header, 20, get_byte(header, 20) # 1)"],
      ["leaf_hash", "leaf_hash = set_byte(leaf_hash, 0, get_byte(leaf_hash, 0) # 1)"],
    ]) {
      const at = (sql: string) => owner.query(sql, [victim.lane.toString()]);
      await owner.query("ALTER TABLE audit.entry DISABLE TRIGGER ALL");
      await at(`UPDATE audit.entry SET ${change} WHERE lane = $1 AND seq = 3`);
      const check = await verifyLane(victim.lane);
      expect(check.fault).toMatchObject({ table: "entry", lane: victim.lane.toString(), seq: "3", column });
      await at(`UPDATE audit.entry SET ${change} WHERE lane = $1 AND seq = 3`);
      await owner.query(
        "ALTER TABLE audit.entry ENABLE ALWAYS TRIGGER deny_change; ALTER TABLE audit.entry ENABLE ALWAYS TRIGGER deny_truncate; ALTER TABLE audit.entry ENABLE ALWAYS TRIGGER entry_guard",
      );
    }
    expect((await verifyLane(victim.lane)).intact).toBe(true);
  });
});

test("T34 after all of that the lane verifies as it was", async () => {
  expect(await verifyLane(lane.lane)).toMatchObject({ intact: true, entries: 4, checked: 4 });
});
