import { beforeAll, expect, test } from "vitest";
import { changeControl } from "@/lib/audit/append";
import { project } from "@/lib/audit/project";
import type { Actor } from "@/lib/auth/actor";
import { testAgent, testApproval, testPerson, testPolicy } from "@/lib/testing/approvals";
import { testDatabase } from "@/lib/testing/database";
import { testLog } from "@/lib/testing/lane";
import { getApproval } from "./queries";
import { currentCardDigest, review } from "./review";
import { getShownCard } from "./shown-card";

const { ownerUrl } = await testDatabase();
await testLog(ownerUrl);

let owner: Actor;
let anna: Actor;
let bea: Actor;

beforeAll(async () => {
  owner = await testPerson("Olga", ["owner"]);
  anna = await testPerson("Anna", ["approver"]);
  bea = await testPerson("Bea", ["approver"]);
  await testPolicy();
});

const approve = async (id: string, actor: Actor) =>
  review(actor, id, { verdict: "approve", seenDigest: await currentCardDigest(id) });

const rename = (agent: string, name: string) =>
  changeControl("system", async (tx) => {
    await tx.agent.update({ where: { id: agent }, data: { name } });
    return { result: undefined, changes: [{ kind: "agent", ref: agent }], events: [{ kind: "agent_changed", agent }] };
  });

test("T22 the card of each vote can be shown again exactly as it was, after names and precedents have changed", async () => {
  const agentId = await testAgent(owner);
  await approve(await testApproval({ owner, agentId }), anna);
  const id = await testApproval({
    owner,
    agentId,
    quorum: 2,
    arguments: { to: "DE2", amount: "1.00", currency: "EUR" },
  });
  const first = await getApproval(anna, id);
  await approve(id, anna);
  await rename(agentId, `Renamed ${agentId}`);
  const second = await getApproval(bea, id);
  expect(second.seenDigest).not.toBe(first.seenDigest);
  await approve(id, bea);
  await rename(agentId, `Renamed again ${agentId}`);
  await project();

  for (const { card, seenDigest } of [first, second])
    expect(await getShownCard(owner, id, seenDigest as string)).toMatchObject({ card, digest: seenDigest });
  expect((await getShownCard(owner, id, first.seenDigest as string)).votes).toMatchObject([{ name: "Anna" }]);
});

test("a digest that no vote sealed, and a request that may not be read, show no card", async () => {
  const agentId = await testAgent(owner);
  const id = await testApproval({ owner, agentId, groups: [] });
  const digest = await currentCardDigest(id);
  await expect(getShownCard(owner, id, digest)).rejects.toMatchObject({ code: "not_found" });
  await approve(id, anna);
  await project();
  expect((await getShownCard(owner, id, digest)).card).not.toBeNull();
  for (const role of ["admin", "owner"])
    await expect(getShownCard(await testPerson(role, [role]), id, digest)).rejects.toMatchObject({ code: "not_found" });
});
