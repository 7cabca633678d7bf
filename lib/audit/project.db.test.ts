import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { pool } from "@/lib/db";
import { testDatabase } from "@/lib/testing/database";
import { type TestEntry, type TestLane, testLane, testLog } from "@/lib/testing/lane";
import { project, projectionLag, rebuildProjections } from "./project";

const { ownerUrl } = await testDatabase();
const owner = new pg.Client({ connectionString: ownerUrl });
let lane: TestLane;

beforeAll(async () => {
  await owner.connect();
  await testLog(ownerUrl);
  lane = await testLane();
});
afterAll(() => owner.end());

const decision = (more: Partial<TestEntry> = {}): TestEntry => ({
  kind: "decision",
  agent: "agt_1",
  tool: "payments.transfer",
  effect: "financial",
  outcome: "allow",
  codes: ["tier.allowed"],
  policyHash: "sha256:00",
  sampleAt: "2026-03-04T05:06:07.000Z",
  payload: {
    facts: { amount: "950.00", currency: "EUR", recipient: "DE89370400440532013000" },
    arguments: { memo: "for the zebra" },
    reasoning: ["invoice 4711", "due today"],
  },
  ...more,
});

const snapshot = async () => {
  const tables = ["entry_view", "entry_detail", "decision_hourly", "tool_demand", "projection_mark", "detail_mark"];
  const rows: Record<string, Record<string, unknown>[]> = {};
  for (const table of tables) rows[table] = (await owner.query(`SELECT * FROM ${table} t ORDER BY t::text`)).rows;
  return rows;
};

describe("a decision", () => {
  test("is shown with the facts of its header, and with the time it stands for", async () => {
    const [seq] = await lane.write(decision());
    await project();
    const { rows } = await owner.query("SELECT * FROM entry_view WHERE lane = $1 AND seq = $2", [lane.lane, seq]);
    expect(rows[0]).toMatchObject({
      kind: "decision",
      agent_id: "agt_1",
      outcome: "allow",
      codes: ["tier.allowed"],
      tool: "payments.transfer",
      effect: "financial",
      policy_hash: "sha256:00",
      sample: true,
    });
    expect(rows[0].at.toISOString()).toBe("2026-03-04T05:06:07.000Z");
  });

  test("is found by its amount, recipient, arguments and reasoning", async () => {
    const [seq] = await lane.write(decision());
    await project();
    const { rows } = await owner.query("SELECT * FROM entry_detail WHERE lane = $1 AND seq = $2", [lane.lane, seq]);
    expect(rows[0]).toMatchObject({ amount: "950.00", currency: "EUR", recipient: "DE89370400440532013000" });
    expect(rows[0].text).toBe("payments.transfer\nDE89370400440532013000\nfor the zebra\ninvoice 4711\ndue today");
  });

  test("without a sample time is shown at the time of the log, and is not sample data", async () => {
    const [seq] = await lane.write(decision({ sampleAt: undefined }));
    await project();
    const { rows } = await owner.query(
      "SELECT at, sample, at > clock_timestamp() - interval '1 minute' AS young FROM entry_view WHERE lane = $1 AND seq = $2",
      [lane.lane, seq],
    );
    expect(rows[0]).toMatchObject({ sample: false, young: true });
  });

  test("is counted in its hour, per agent, tool and outcome", async () => {
    const at = (time: string) => ({ agent: "agt_hourly", sampleAt: `2026-05-01T${time}Z` });
    await lane.write(
      decision(at("10:00:00.000")),
      decision(at("10:59:59.999")),
      decision(at("11:00:00.000")),
      decision({ ...at("10:30:00.000"), outcome: "deny" }),
    );
    await lane.write(decision(at("10:15:00.000")));
    await project();
    const { rows } = await owner.query(
      "SELECT hour, outcome, count FROM decision_hourly WHERE agent_id = 'agt_hourly' ORDER BY hour, outcome",
    );
    expect(rows.map((row) => [row.hour.toISOString(), row.outcome, Number(row.count)])).toEqual([
      ["2026-05-01T10:00:00.000Z", "allow", 3],
      ["2026-05-01T10:00:00.000Z", "deny", 1],
      ["2026-05-01T11:00:00.000Z", "allow", 1],
    ]);
  });

  test("for a tool that is not in the catalogue is demand for that tool", async () => {
    const ask = (sampleAt: string) =>
      decision({
        agent: "agt_asks",
        tool: "shell.exec",
        outcome: "deny",
        codes: ["tool.unsanctioned", "default.deny"],
        sampleAt,
      });
    await lane.write(ask("2026-05-02T00:00:00.000Z"), ask("2026-05-01T00:00:00.000Z"));
    await project();
    await lane.write(ask("2026-05-03T00:00:00.000Z"));
    await project();
    const { rows } = await owner.query("SELECT count, first_at, last_at FROM tool_demand WHERE tool = 'shell.exec'");
    expect(Number(rows[0].count)).toBe(3);
    expect([rows[0].first_at.toISOString(), rows[0].last_at.toISOString()]).toEqual([
      "2026-05-01T00:00:00.000Z",
      "2026-05-03T00:00:00.000Z",
    ]);
  });
});

test("content of other kinds than decisions and approvals is not searchable", async () => {
  const [seq] = await lane.write({
    kind: "agent_changed",
    agent: "agt_1",
    actor: "act_1",
    payload: { reason: "a quiet reason" },
  });
  await project();
  expect((await owner.query("SELECT 1 FROM entry_view WHERE lane = $1 AND seq = $2", [lane.lane, seq])).rowCount).toBe(
    1,
  );
  expect(
    (await owner.query("SELECT 1 FROM entry_detail WHERE lane = $1 AND seq = $2", [lane.lane, seq])).rowCount,
  ).toBe(0);
});

test("two projectors at once count each decision once", async () => {
  const many = Array.from({ length: 60 }, () => decision({ agent: "agt_twice", sampleAt: "2026-06-01T00:00:00.000Z" }));
  await lane.write(...many);
  await Promise.all([project(), project(), project(), project()]);
  await project();
  const { rows } = await owner.query("SELECT sum(count) AS count FROM decision_hourly WHERE agent_id = 'agt_twice'");
  expect(Number(rows[0].count)).toBe(60);
});

test("running again changes nothing", async () => {
  await project();
  const before = await snapshot();
  await project();
  expect(await snapshot()).toEqual(before);
  expect(await projectionLag()).toBe(0);
});

test("a rebuild gives identical rows", async () => {
  const other = await testLane();
  await other.write(
    ...Array.from({ length: 30 }, (_, at) =>
      decision({ agent: `agt_${at % 3}`, codes: at % 5 === 0 ? ["tool.unsanctioned"] : ["tier.allowed"] }),
    ),
  );
  await project();
  const before = await snapshot();
  await rebuildProjections();
  expect(await snapshot()).toEqual(before);
  expect(before.entry_detail?.length).toBeGreaterThan(30);
});

test("after a crash that emptied the details they are filled again, and nothing is counted twice", async () => {
  await project();
  const before = await snapshot();
  await owner.query("TRUNCATE entry_detail, detail_mark"); // what recovery does to unlogged tables
  await lane.write(decision({ agent: "agt_after_crash", sampleAt: "2026-07-01T00:00:00.000Z" }));
  await project();
  const after = await snapshot();
  expect(after.entry_detail?.length).toBe((before.entry_detail?.length ?? 0) + 1);
  expect(after.entry_view?.length).toBe((before.entry_view?.length ?? 0) + 1);
  expect(after.decision_hourly).toEqual(expect.arrayContaining(before.decision_hourly ?? []));
});

test("both tables that come from content are unlogged", async () => {
  const { rows } = await owner.query(
    "SELECT relname, relpersistence FROM pg_class WHERE relname IN ('entry_detail', 'detail_mark') ORDER BY 1",
  );
  expect(rows.map((row) => row.relpersistence)).toEqual(["u", "u"]);
});

test("content that was changed or erased does not stop the projector", async () => {
  const [bad, erased, good] = await lane.write(decision(), decision(), decision());
  await owner.query("ALTER TABLE audit.payload DISABLE TRIGGER payload_guard");
  await owner.query(
    "UPDATE audit.payload SET body = set_byte(body, 40, get_byte(body, 40) # 1) WHERE lane = $1 AND seq = $2",
    [lane.lane, bad],
  );
  await owner.query("UPDATE audit.payload SET body = NULL WHERE lane = $1 AND seq = $2", [lane.lane, erased]);
  await owner.query("ALTER TABLE audit.payload ENABLE ALWAYS TRIGGER payload_guard");
  await project();
  const { rows } = await owner.query("SELECT seq FROM entry_detail WHERE lane = $1 AND seq >= $2 ORDER BY seq", [
    lane.lane,
    bad,
  ]);
  expect(rows.map((row) => BigInt(row.seq))).toEqual([good]);
  const views = await owner.query("SELECT 1 FROM entry_view WHERE lane = $1 AND seq >= $2", [lane.lane, bad]);
  expect(views.rowCount).toBe(3);
});

test("consoles are told of new rows, and not when there are none", async () => {
  const listener = new pg.Client({ connectionString: ownerUrl });
  await listener.connect();
  const heard: string[] = [];
  listener.on("notification", (message) => heard.push(message.channel));
  await listener.query("LISTEN countersign_view");
  await lane.write(decision());
  await expect
    .poll(
      async () => {
        await project();
        return heard.length;
      },
      { timeout: 5_000 },
    )
    .toBe(1);
  await project();
  await listener.query("SELECT 1");
  expect(heard).toEqual(["countersign_view"]);
  await listener.end();
});

test("a backlog larger than one batch is drained in one run", async () => {
  const busy = await testLane();
  for (let at = 0; at < 10; at++)
    await busy.write(...Array.from({ length: 450 }, () => decision({ payload: undefined, agent: "agt_backlog" })));
  expect(await projectionLag()).toBeGreaterThan(0);
  expect(await project()).toBeGreaterThanOrEqual(4_501);
  const { rows } = await pool().query("SELECT count(*) AS n FROM entry_view WHERE lane = $1", [busy.lane.toString()]);
  expect(Number(rows[0].n)).toBe(4_501);
});

test("a lane whose entries cannot be read keeps no other waiting, and is projected once it can", async () => {
  const [broken, sound] = [await testLane(), await testLane()];
  const [seq] = await broken.write(decision({ agent: "agt_broken", payload: undefined }));
  await sound.write(decision({ agent: "agt_sound", payload: undefined }));
  const change = async (sql: string) => {
    await owner.query("ALTER TABLE audit.entry DISABLE TRIGGER deny_change");
    await owner.query(sql, [broken.lane, seq]);
    await owner.query("ALTER TABLE audit.entry ENABLE ALWAYS TRIGGER deny_change");
  };
  const count = async (agent: string) =>
    (await owner.query("SELECT 1 FROM entry_view WHERE agent_id = $1", [agent])).rowCount;

  await change("UPDATE audit.entry SET header = overlay(header placing '\\x00' from 1) WHERE lane = $1 AND seq = $2");
  await project();
  expect([await count("agt_broken"), await count("agt_sound")]).toEqual([0, 1]);
  await change("UPDATE audit.entry SET header = overlay(header placing '\\x7b' from 1) WHERE lane = $1 AND seq = $2");
  await project();
  expect([await count("agt_broken"), await count("agt_sound")]).toEqual([1, 1]);
});
