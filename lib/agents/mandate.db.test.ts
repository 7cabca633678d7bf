import { beforeAll, describe, expect, test } from "vitest";
import type { Actor } from "@/lib/auth/actor";
import { db, pool } from "@/lib/db";
import { AppError } from "@/lib/errors";
import { testPerson } from "@/lib/testing/approvals";
import { type TestAgent, testAgent, testPlane } from "@/lib/testing/plane";
import { authorityOf } from "./authority";
import { editAgent } from "./edit";
import { getAgent } from "./queries";
import { editInput } from "./schema";
import { usedBy } from "./used-by";

await testPlane();

let owner: Actor;
let backup: Actor;
let viewer: Actor;
let agent: TestAgent;

beforeAll(async () => {
  owner = await testPerson("Olga Owner", ["owner"]);
  backup = await testPerson("Bea Backup", ["owner"]);
  viewer = await testPerson("Vera Viewer", ["viewer"]);
  agent = await testAgent({ ownerId: owner.personId, tier: "T3" });
});

async function refused(attempt: Promise<unknown>): Promise<AppError> {
  const error = await attempt.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof AppError)) throw error ?? new Error("nothing was refused");
  return error;
}

describe("two people who edit one mandate", () => {
  test("the second is told, and never overwrites the first in silence", async () => {
    const { mandate, mandateHash } = await getAgent(owner, agent.id);
    const first = editInput.parse({ mandate: { ...mandate, tools: ["files.read"] }, mandateSeen: mandateHash });
    const second = editInput.parse({ mandate: { ...mandate, recipients: ["DE9"] }, mandateSeen: mandateHash });
    await editAgent(owner, agent.id, first);
    const error = await refused(editAgent(owner, agent.id, second));
    expect([error.status, error.code]).toEqual([409, "conflict"]);
    const stored = await getAgent(owner, agent.id);
    expect(stored.mandate).toMatchObject({ tools: ["files.read"], recipients: mandate.recipients });
    await editAgent(owner, agent.id, { ...second, mandateSeen: stored.mandateHash });
    expect((await getAgent(owner, agent.id)).mandate.recipients).toEqual(["DE9"]);
  });

  test("of two at the same moment one is refused", async () => {
    const { mandate, mandateHash } = await getAgent(owner, agent.id);
    const save = (recipient: string) =>
      editAgent(
        owner,
        agent.id,
        editInput.parse({ mandate: { ...mandate, recipients: [recipient] }, mandateSeen: mandateHash }),
      );
    const results = await Promise.allSettled([save("DE10"), save("DE11")]);
    expect(results.map((result) => result.status).sort()).toEqual(["fulfilled", "rejected"]);
  });

  test("a change that names another field alone is none", () => {
    expect(editInput.safeParse({ mandateSeen: "sha256:0" }).success).toBe(false);
  });
});

describe("effective authority", () => {
  const mandate = { tools: ["files.read", "payments.transfer", "no.such"], recipients: ["DE1"] };

  test("says of each tool of an unsaved mandate what the engine would", async () => {
    const before = await getAgent(owner, agent.id);
    const { items } = await authorityOf(owner, agent.id, mandate);
    expect(items.map((row) => [row.tool, row.known, row.never, row.allowUpTo])).toEqual([
      ["files.read", true, false, "unlimited"],
      ["payments.transfer", true, false, null],
      ["no.such", false, true, null],
    ]);
    expect(items[1]?.whoMustApprove).toContain("must approve");
    expect((await getAgent(owner, agent.id)).mandateHash).toBe(before.mandateHash);
  });

  test("T44 is for who may see the agent", async () => {
    expect((await authorityOf(viewer, agent.id)).items.length).toBeGreaterThan(0);
    expect((await refused(authorityOf(backup, agent.id, mandate))).code).toBe("not_found");
  });
});

describe("what an agent did", () => {
  const now = new Date("2026-06-01T00:00:00Z");
  const day = 86_400_000;

  beforeAll(async () => {
    const hour = new Date(now.getTime() - 2 * day);
    const old = new Date(now.getTime() - 60 * day);
    await db.decisionHourly.createMany({
      data: [
        { hour, agentId: agent.id, tool: "payments.transfer", outcome: "allow", count: 4n },
        { hour, agentId: agent.id, tool: "files.read", outcome: "deny", count: 9n },
        { hour: old, agentId: agent.id, tool: "notes.write", outcome: "allow", count: 2n },
      ],
    });
    const fact = (to: string, outcome: string, host?: string) =>
      JSON.stringify({
        v: 1,
        agent: agent.id,
        tool: "payments.transfer",
        outcome,
        policy: "sha256:0",
        fired: [],
        arguments: { to, amount: "1.00", currency: "EUR" },
        resource: host ? { host, path: "/v1/pay", method: "POST", region: "eu" } : {},
        context: {},
        omitted: [],
      });
    const rows = [
      ["DE1", "allow", 3, "api.bank.example"],
      ["DE2", "allow", 1, undefined],
      ["DE3", "deny", 5, undefined],
      ["DE4", "approval_required", 5, undefined],
    ] as const;
    let seq = 0;
    for (const [to, outcome, count, host] of rows)
      for (let at = 0; at < count; at++)
        await pool().query(
          `INSERT INTO decision_fact (lane, seq, at, agent_id, tool, shape, shadow, facts) VALUES (9000, $1, $2, $3, 'payments.transfer', md5($4)::uuid, '{}', $4)`,
          [++seq, hour, agent.id, fact(to, outcome, host)],
        );
  });

  test("is offered as a mandate would name it, with counts, and only what was allowed", async () => {
    expect(await usedBy(owner, agent.id, 30, now)).toEqual({
      days: 30,
      tools: [{ value: "payments.transfer", count: 4 }],
      recipients: [
        { value: "DE1", count: 3 },
        { value: "DE2", count: 1 },
      ],
      hosts: [{ value: "POST api.bank.example/v1/pay", count: 3 }],
      regions: [{ value: "eu", count: 3 }],
    });
    expect((await usedBy(owner, agent.id, 90, now)).tools).toHaveLength(2);
  });

  test("hides recipients, hosts and regions from who may not read content", async () => {
    expect(await usedBy(viewer, agent.id, 30, now)).toMatchObject({ recipients: null, hosts: null, regions: null });
    expect((await refused(usedBy(backup, agent.id, 30, now))).code).toBe("not_found");
  });
});
