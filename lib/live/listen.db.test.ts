import pg from "pg";
import { expect, test } from "vitest";
import { pool } from "@/lib/db";
import { testDatabase } from "@/lib/testing/database";
import { listen } from "./listen";

const { ownerUrl } = await testDatabase();

const listeners =
  "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'countersign listener'";
const notify = (channel: string, payload: string) => pool().query("SELECT pg_notify($1, $2)", [channel, payload]);

test("notifications reach every handler of their channel over one connection, which ends with the last handler", async () => {
  const first: (string | null)[] = [];
  const second: (string | null)[] = [];
  const other: (string | null)[] = [];
  const stops = [
    listen("countersign_approval", (payload) => first.push(payload)),
    listen("countersign_approval", (payload) => second.push(payload)),
    listen("countersign_view", (payload) => other.push(payload)),
  ];
  await expect.poll(() => [first, second, other]).toEqual([[null], [null], [null]]);
  expect((await pool().query(listeners)).rowCount).toBe(1);

  await notify("countersign_approval", "apr_1");
  await expect.poll(() => [first, second, other]).toEqual([[null, "apr_1"], [null, "apr_1"], [null]]);
  stops[0]?.();
  await notify("countersign_approval", "apr_2");
  await expect.poll(() => second).toEqual([null, "apr_1", "apr_2"]);
  expect(first).toEqual([null, "apr_1"]);
  for (const stop of stops) stop();
  await expect.poll(async () => (await pool().query(listeners)).rowCount).toBe(0);
});

test("a lost connection is made again, and handlers are told that something may have been missed", async () => {
  const heard: (string | null)[] = [];
  const stop = listen("countersign_approval", (payload) => heard.push(payload));
  await expect.poll(() => heard).toEqual([null]);
  const owner = new pg.Client({ connectionString: ownerUrl });
  await owner.connect();
  await owner.query(`SELECT pg_terminate_backend(pid) FROM (${listeners}) l`);
  await expect.poll(() => heard, { timeout: 5_000 }).toEqual([null, null]);
  await notify("countersign_approval", "apr_3");
  await expect.poll(() => heard).toEqual([null, null, "apr_3"]);
  stop();
  await expect.poll(async () => (await pool().query(listeners)).rowCount).toBe(0);
  await owner.end();
});

test("one handler that throws keeps no other from hearing", async () => {
  const heard: (string | null)[] = [];
  const stops = [
    listen("countersign_view", () => {
      throw new Error("planted");
    }),
    listen("countersign_view", (payload) => heard.push(payload)),
  ];
  await expect.poll(() => heard).toEqual([null]);
  await notify("countersign_view", "1");
  await expect.poll(() => heard).toEqual([null, "1"]);
  for (const stop of stops) stop();
});
