import { beforeAll, expect, test } from "vitest";
import { currentCardDigest, review } from "@/lib/approvals/review";
import type { Actor } from "@/lib/auth/actor";
import { db, pool } from "@/lib/db";
import { testPerson } from "@/lib/testing/approvals";
import { type Instance, startInstance, testAgent, testPlane } from "@/lib/testing/plane";
import { budgetPosition } from "./budget-position";

await testPlane();

let instance: Instance;
let auditor: Actor;

beforeAll(async () => {
  instance = await startInstance();
  auditor = await testPerson("Noor Auditor", ["auditor"]);
});

const pay = (amount: string) => ({ tool: "payments.transfer", arguments: { to: "DE1", amount, currency: "EUR" } });

const payingAgent = (limit: string) =>
  testAgent({
    tier: "T4",
    mandate: {
      recipients: ["DE1"],
      budgets: [
        { window: "day", amount: limit, currency: "EUR", scope: "agent" },
        { window: "week", count: 5, scope: "counterparty" },
      ],
    },
  });

async function asksFor(agent: { token: string }, amount: string): Promise<string> {
  const { body } = await instance.ask(agent, pay(amount));
  expect(body.outcome).toBe("approval_required");
  return body.approval?.id ?? "";
}

test("each budget that an action is charged to is shown as it stands, and as it would with the action; looking spends nothing", async () => {
  const agent = await payingAgent("20000.00");
  for (let at = 0; at < 2; at++) expect((await instance.ask(agent, pay("990.00"))).body.outcome).toBe("allow");
  const id = await asksFor(agent, "9500.00");
  const usage = async () => (await pool().query('SELECT * FROM budget_usage ORDER BY key, "window"')).rows;
  const before = await usage();
  expect(await budgetPosition(auditor, id)).toEqual({
    refusedBecause: null,
    lines: [
      {
        ruleId: "mandate.budgets.0",
        scope: "agent",
        window: "day",
        counterparty: null,
        calls: null,
        money: {
          currency: "EUR",
          spent: "1980.00",
          after: "11480.00",
          limit: "20000.00",
          spentShare: 9,
          afterShare: 57,
          exceeds: false,
        },
      },
      {
        ruleId: "mandate.budgets.1",
        scope: "counterparty",
        window: "week",
        counterparty: "DE1",
        money: null,
        calls: { spent: 2, after: 3, limit: 5, spentShare: 40, afterShare: 60, exceeds: false },
      },
    ],
  });
  expect(await usage()).toEqual(before);
});

test("an action that no longer fits is said to exceed the budget before anybody approves it", async () => {
  const agent = await payingAgent("10000.00");
  const id = await asksFor(agent, "9500.00");
  expect((await instance.ask(agent, pay("990.00"))).body.outcome).toBe("allow");
  const position = await budgetPosition(auditor, id);
  expect(position?.lines[0]?.money).toMatchObject({
    spent: "990.00",
    after: "10490.00",
    afterShare: 100,
    exceeds: true,
  });
});

test("a decided request has no position, and one that may not be read does not exist", async () => {
  const agent = await payingAgent("20000.00");
  const id = await asksFor(agent, "9500.00");
  for (const role of ["admin", "owner"])
    await expect(budgetPosition(await testPerson(role, [role]), id)).rejects.toMatchObject({ code: "not_found" });
  const { groups } = await db.approval.findUniqueOrThrow({ where: { id }, select: { groups: true } });
  const voter = await testPerson("Voter", ["approver"], groups);
  await review(voter, id, { verdict: "deny", comment: "no", seenDigest: await currentCardDigest(id) });
  expect(await budgetPosition(auditor, id)).toBeNull();
});
