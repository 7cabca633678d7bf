import { afterAll, beforeAll, expect, test } from "vitest";
import { verifyLane } from "@/lib/audit/fsck-lane";
import { project } from "@/lib/audit/project";
import { listSamplePeople } from "@/lib/auth/queries";
import { db, pool } from "@/lib/db";
import { stopPlane } from "@/lib/decisions/plane";
import { testDatabase } from "@/lib/testing/database";
import { testLog } from "@/lib/testing/lane";
import { seed } from "./index";
import { people } from "./people";
import { waiting } from "./work";

const { ownerUrl } = await testDatabase();
await testLog(ownerUrl);
afterAll(stopPlane);

const run = (progress: (line: string) => void = () => {}) => seed({ build: "test", progress, days: 6 });

beforeAll(async () => {
  // Cut short after five days, and begun again.
  const cut = run((line) => {
    if (line.startsWith("5 of 6")) throw new Error("cut short");
  });
  await expect(cut).rejects.toThrow("cut short");
  await stopPlane();
  expect(await run()).toBe(true);
  await project();
}, 120_000);

test("there are people in every role, and agents in every state of the wizard's outcome", async () => {
  const found = await listSamplePeople();
  expect(new Set(found.flatMap(({ roles }) => roles))).toEqual(
    new Set(["admin", "owner", "approver", "compliance", "auditor", "viewer"]),
  );
  const agents = await db.agent.findMany({
    select: { status: true, sample: true, owner: { select: { active: true } } },
  });
  expect(agents.every(({ sample }) => sample)).toBe(true);
  expect(new Set(agents.map(({ status }) => status))).toEqual(new Set(["active", "draft", "suspended"]));
});

test("every decision, vote and outcome stands for a past time and says that it is sample data", async () => {
  const rows = await db.entryView.findMany({
    where: { kind: { notIn: ["lane_opened", "lane_closed"] } },
    select: { kind: true, at: true, sample: true },
  });
  expect(rows.filter(({ sample }) => !sample)).toEqual([]);
  expect(new Set(rows.map(({ kind }) => kind))).toContain("decision");
  expect(rows.filter(({ at }) => at > new Date())).toEqual([]);
});

test("the log of the sample is a sound log", async () => {
  const { rows } = await pool().query<{ lane: string }>("SELECT lane FROM audit.lane");
  expect(rows.length).toBeGreaterThan(1);
  for (const { lane } of rows) expect((await verifyLane(BigInt(lane))).fault).toBeNull();
});

test("what waits is there for whoever opens the inbox first", async () => {
  const pending = await db.approval.findMany({ where: { status: "pending" }, select: { tool: true, expiresAt: true } });
  for (const [, , act] of waiting) expect(pending.map(({ tool }) => tool)).toContain(act.tool);
  expect(pending.filter(({ expiresAt }) => expiresAt < new Date())).toEqual([]);
});

test("running it again changes nothing", async () => {
  const entries = () => pool().query("SELECT sum(seq) AS entries FROM audit.lane WHERE kind = 'console'");
  const before = (await entries()).rows;
  expect(await run()).toBe(false);
  expect((await entries()).rows).toEqual(before);
  expect(await db.person.count()).toBe(Object.keys(people).length);
});
