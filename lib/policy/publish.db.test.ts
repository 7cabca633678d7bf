import { createHash } from "node:crypto";
import pg from "pg";
import { beforeAll, expect, test } from "vitest";
import { pool } from "@/lib/db";
import { canonicalize } from "@/lib/json";
import { type Instance, startInstance, testAgent, testPlane } from "@/lib/testing/plane";
import { publishPolicy } from "./publish";

/** T17: which version judged a call is in its answer and in its entry, and what a version says can never change afterwards. */
const { ownerUrl, appUrl } = await testPlane();
const read = { tool: "files.read", arguments: { path: "/a" } };
let one: Instance;
beforeAll(async () => {
  one = await startInstance();
});

const newest = async () =>
  (
    await pool().query<{ number: number; hash: string; content: unknown }>(
      "SELECT number, hash, content FROM policy_version ORDER BY number DESC LIMIT 1",
    )
  ).rows[0] as { number: number; hash: string; content: unknown };

test("T17 every decision names the version that judged it, from the first call after a change, and going back is a version too", async () => {
  const agent = await testAgent();
  const first = await newest();
  expect((await one.ask(agent, read)).body.policyHash).toBe(first.hash);

  const blocked = await publishPolicy("system", "no reading", (set) => ({
    ...set,
    tools: set.tools.map((tool) => (tool.name === "files.read" ? { ...tool, status: "blocked" as const } : tool)),
  }));
  const after = await one.ask(agent, read);
  expect([after.body.policyHash, after.body.outcome]).toEqual([blocked.hash, "deny"]);
  const { rows } = await pool().query<{ hash: string }>(
    "SELECT convert_from(header, 'UTF8')::jsonb->>'policyHash' AS hash FROM audit.entry WHERE lane = $1 AND seq = $2",
    [after.body.receipt?.lane, after.body.receipt?.seq],
  );
  expect(rows[0]?.hash).toBe(blocked.hash);

  await publishPolicy("system", "as before", () => first.content as never);
  const back = await one.ask(agent, read);
  expect([back.body.policyHash, back.body.outcome]).toEqual([first.hash, "allow"]);
  expect((await newest()).number).toBe(first.number + 2);
});

test("T17 a version that nobody published decides nothing, and a published one cannot be rewritten", async () => {
  const app = new pg.Client({ connectionString: appUrl });
  const owner = new pg.Client({ connectionString: ownerUrl });
  await Promise.all([app.connect(), owner.connect()]);
  try {
    await expect(app.query("UPDATE policy_version SET content = '{}'")).rejects.toMatchObject({ code: "42501" });
    await expect(app.query("DELETE FROM policy_version")).rejects.toMatchObject({ code: "42501" });
    const copy = `INSERT INTO policy_version SELECT (jsonb_populate_record(p, '{"id": "pol_slipped_in", "number": 9999}')).* FROM policy_version p ORDER BY number DESC LIMIT 1`;
    await expect(app.query(copy)).rejects.toMatchObject({ code: "23000" });
    await expect(owner.query(copy)).rejects.toMatchObject({ code: "23000" });
  } finally {
    await Promise.all([app.end(), owner.end()]);
  }
  const { hash, content } = await newest();
  const digest = createHash("sha256")
    .update(`countersign/policy/v1\n${canonicalize(content)}`)
    .digest("hex");
  expect(hash).toBe(`sha256:${digest}`);
});
