import { beforeAll, expect, test } from "vitest";
import { project } from "@/lib/audit/project";
import type { Actor } from "@/lib/auth/actor";
import { permissionsOf } from "@/lib/auth/permissions";
import { testDatabase } from "@/lib/testing/database";
import { type TestLane, testLane, testLog } from "@/lib/testing/lane";
import { exportEntries } from "./export";

const { ownerUrl } = await testDatabase();
const auditor: Actor = {
  personId: "per_auditor",
  email: "",
  name: "Aud",
  roles: [],
  groups: [],
  permissions: permissionsOf(["auditor"]),
  via: "session",
  mayVote: false,
};
let lane: TestLane;

beforeAll(async () => {
  await testLog(ownerUrl);
  lane = await testLane();
  for (let at = 0; at < 5; at++) {
    await lane.write(
      ...Array.from({ length: 500 }, (_, n) => ({
        kind: "decision" as const,
        agent: "agt_1",
        outcome: n % 2 ? "deny" : "allow",
        tool: "=cmd|' /C calc'!A0",
      })),
    );
  }
  await project();
});

test("T43 holds every entry that matches, once, over several batches, and no cell that begins like a formula", async () => {
  const answer = await exportEntries(auditor, { outcome: "deny" });
  expect(answer.headers.get("content-type")).toContain("text/csv");
  const lines = (await answer.text()).split("\r\n");
  expect(lines.at(-1)).toBe("");
  const rows = lines.slice(1, -1);
  expect(rows).toHaveLength(1_250);
  expect(new Set(rows.map((row) => row.split(",")[0])).size).toBe(1_250);
  for (const row of rows) expect(row.split(",")[9]).toBe("'=cmd|' /C calc'!A0");
});

test("is a head alone when nothing matches", async () => {
  const text = await (await exportEntries(auditor, { tool: "nothing.like.it" })).text();
  expect(text.split("\r\n")).toHaveLength(2);
});

test("stops reading when its reader does", async () => {
  const reader = (await exportEntries(auditor, {})).body?.getReader();
  await reader?.read();
  await expect(reader?.cancel()).resolves.toBeUndefined();
});

test("is refused as an answer, before a file begins, when the caller may not search in content", async () => {
  const blind = { ...auditor, permissions: permissionsOf(["admin"]) };
  await expect(exportEntries(blind, { q: "zebra" })).rejects.toMatchObject({ code: "forbidden" });
});
