import { beforeAll, expect, test } from "vitest";
import type { Actor } from "@/lib/auth/actor";
import { effectClasses } from "@/lib/policy/schema";
import { type TestRequest, testAgent, testApproval, testPerson, testPolicy } from "@/lib/testing/approvals";
import { testDatabase } from "@/lib/testing/database";
import { testLog } from "@/lib/testing/lane";
import { listInbox, neighborsOf } from "./queries";
import { inboxFilter, inboxQuery } from "./schema";

const { ownerUrl } = await testDatabase();
await testLog(ownerUrl);

let owner: Actor;
let carl: Actor;

beforeAll(async () => {
  owner = await testPerson("Olga", ["owner"]);
  carl = await testPerson("Carl", ["approver"]);
  await testPolicy();
});

/** Opens requests of a new agent, the gravest last, in a mixed order. @returns their ids, the gravest first */
async function graver(changes: Partial<TestRequest>[]): Promise<{ agent: string; ids: string[] }> {
  const agent = await testAgent(owner);
  const ids: string[] = [];
  const order = changes.map((_, at) => at).sort((a, b) => ((a * 5) % 7) - ((b * 5) % 7));
  for (const at of order) ids[at] = await testApproval({ owner, agentId: agent, reversible: true, ...changes[at] });
  return { agent, ids: ids.reverse() };
}

async function listed(agent: string, sort: string): Promise<string[]> {
  const ids: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await listInbox(carl, inboxQuery.parse({ agent, sort, limit: "2", ...(cursor ? { cursor } : {}) }));
    ids.push(...page.items.map(({ id }) => id));
    cursor = page.nextCursor ?? undefined;
  } while (cursor);
  return ids;
}

const paying = (amount: string) => ({ arguments: { to: "DE89370400440532013000", amount, currency: "EUR" } });

test("the list by risk starts with the gravest, page after page, and turns round", async () => {
  const { agent, ids } = await graver([
    { effect: "read", arguments: {} },
    { effect: "write", arguments: {} },
    { effect: "financial", ...paying("9.00") },
    { effect: "financial", ...paying("90000.00") },
    { effect: "financial", ...paying("90000.00"), quorum: 2 },
    { effect: "financial", ...paying("90000.00"), reversible: false },
    { effect: "admin", reversible: false, ...paying("90000.00") },
  ]);
  expect(await listed(agent, "-risk")).toEqual(ids);
  expect(await listed(agent, "risk")).toEqual([...ids].reverse());
  expect(await neighborsOf(carl, inboxFilter.parse({ agent, sort: "-risk" }), ids[3] ?? "")).toEqual({
    previous: ids[2],
    next: ids[4],
  });
});

test("every class of effect has its place in the list by risk", async () => {
  const order = ["read", "write", "external", "financial", "code", "destructive", "admin"];
  expect([...effectClasses].sort()).toEqual([...order].sort());
  const { agent, ids } = await graver(order.map((effect) => ({ effect, arguments: {} })));
  expect(await listed(agent, "-risk")).toEqual(ids);
});
