import pg from "pg";
import { beforeAll, expect, test } from "vitest";
import { project } from "@/lib/audit/project";
import { readPayload } from "@/lib/audit/read-payload";
import type { Actor } from "@/lib/auth/actor";
import { db, pool } from "@/lib/db";
import { testAgent, testApproval, testPerson, testPolicy } from "@/lib/testing/approvals";
import { testDatabase } from "@/lib/testing/database";
import { type TestLane, testLane, testLog } from "@/lib/testing/lane";
import { getApproval } from "./queries";
import { currentCardDigest, review } from "./review";
import type { Unusual } from "./schema";

const { ownerUrl } = await testDatabase();
await testLog(ownerUrl);

let owner: Actor;
let anna: Actor;
let lane: TestLane;

beforeAll(async () => {
  owner = await testPerson("Olga", ["owner"]);
  anna = await testPerson("Anna", ["approver"], ["finance"]);
  await testPolicy();
  lane = await testLane();
});

const approve = async (id: string, actor = anna) =>
  review(actor, id, { verdict: "approve", seenDigest: await currentCardDigest(id) });

const paying = (to: string, amount: string, more: object = {}) => ({
  arguments: { to, amount, currency: "EUR", ...more },
});

async function unusualOf(id: string, actor = anna): Promise<Unusual> {
  const { card } = await getApproval(actor, id);
  if (!card?.unusual) throw new Error("the card says nothing about what is unusual");
  return card.unusual;
}

/** An allowed call, as a redemption leaves it. */
async function allowed(agent: string, recipient: string): Promise<void> {
  await lane.write({
    kind: "decision",
    agent,
    outcome: "allow",
    tool: "payments.transfer",
    effect: "financial",
    payload: { facts: { amount: "10.00", currency: "EUR", recipient, recipients: [recipient] } },
  });
  await project();
}

test("T22 the card shows what differs from the last approved action of the same agent and tool, field by field", async () => {
  const agentId = await testAgent(owner);
  const older = await testApproval({ owner, agentId, ...paying("DE0", "5.00") });
  await approve(older);
  const last = await testApproval({ owner, agentId, ...paying("DE1", "100.00", { note: "rent" }) });
  await approve(last);
  const denied = await testApproval({ owner, agentId, ...paying("DE9", "7.00") });
  await review(anna, denied, { verdict: "deny", comment: "no", seenDigest: await currentCardDigest(denied) });

  const id = await testApproval({ owner, agentId, ...paying("DE2", "900.00", { urgent: "yes" }) });
  const { similar, amounts } = await unusualOf(id);
  expect(similar).toMatchObject({ approvalId: last, decisionId: last.replace("apr_", "dec_"), amountTimes: "9" });
  expect(similar?.changes.map(({ path, kind, before, after }) => [path, kind, before?.text, after?.text])).toEqual([
    ["/amount", "changed", '"100.00"', '"900.00"'],
    ["/note", "removed", '"rent"', undefined],
    ["/to", "changed", '"DE1"', '"DE2"'],
    ["/urgent", "added", undefined, '"yes"'],
  ]);
  expect(amounts).toEqual({ count: 2, least: "5.00", most: "100.00", currency: "EUR", position: "above" });
});

test("another agent's approvals, and another tool's, are no precedent", async () => {
  const other = await testAgent(owner);
  await approve(await testApproval({ owner, agentId: other, ...paying("DE1", "100.00") }));
  const id = await testApproval({ owner, agentId: await testAgent(owner), ...paying("DE1", "100.00") });
  expect(await unusualOf(id)).toMatchObject({ similar: null, amounts: null, firstUseOfTool: true });
});

test("a recipient is first-time for the agent and for the organization until an allowed call was made to it", async () => {
  const [agentId, other] = [await testAgent(owner), await testAgent(owner)];
  const id = () => testApproval({ owner, agentId, ...paying("GB29NWBK", "1.00") });
  const first = await id();
  expect(await unusualOf(first)).toMatchObject({
    firstUseOfTool: true,
    newRecipients: [{ recipient: "GB29NWBK", inOrganization: true }],
  });
  await allowed(other, "GB29NWBK");
  expect(await unusualOf(await id())).toMatchObject({
    firstUseOfTool: true,
    newRecipients: [{ recipient: "GB29NWBK", inOrganization: false }],
  });
  await allowed(agentId, "GB29NWBK");
  expect(await unusualOf(await id())).toMatchObject({ firstUseOfTool: false, newRecipients: [] });
  expect(await unusualOf(first)).toMatchObject({ firstUseOfTool: true });
});

test("a card stays the same while requests made after it, or beside it, are decided", async () => {
  const agentId = await testAgent(owner);
  const [one, two, three] = [
    await testApproval({ owner, agentId, ...paying("DE1", "1.00") }),
    await testApproval({ owner, agentId, ...paying("DE1", "2.00") }),
    await testApproval({ owner, agentId, ...paying("DE1", "3.00") }),
  ];
  const digests = [await currentCardDigest(two), await currentCardDigest(three)];
  await approve(one);
  await approve(three);
  await allowed(agentId, "DE1");
  expect(await currentCardDigest(two)).toBe(digests[0]);
  expect((await review(anna, two, { verdict: "approve", seenDigest: digests[0] as string })).status).toBe("approved");
});

test("T21 what an approver of other groups judged is not shown to somebody who may not read it", async () => {
  const agentId = await testAgent(owner);
  const legal = await testPerson("Lea", ["approver"], ["legal"]);
  const secret = await testApproval({ owner, agentId, groups: ["legal"], ...paying("SECRET", "100.00") });
  await approve(secret, legal);
  const id = await testApproval({ owner, agentId, groups: ["finance"], ...paying("DE1", "1.00") });
  expect(await unusualOf(id)).toMatchObject({ similar: null, amounts: null });
  const open = await testApproval({ owner, agentId, ...paying("DE1", "1.00") });
  expect((await unusualOf(open)).similar).toBeNull();
  const both = await testApproval({ owner, agentId, groups: ["legal"], ...paying("DE1", "1.00") });
  expect((await unusualOf(both, legal)).similar).toMatchObject({ approvalId: secret });
});

test("a precedent whose content was erased is named, and compares with nothing", async () => {
  const agentId = await testAgent(owner);
  const last = await testApproval({ owner, agentId, ...paying("DE1", "1.00") });
  await approve(last);
  const place = await db.approval.findUniqueOrThrow({ where: { id: last }, select: { lane: true, seq: true } });
  const superuser = new pg.Client({ connectionString: ownerUrl });
  await superuser.connect();
  await superuser.query("UPDATE audit.payload SET body = NULL, redacted_at = now() WHERE lane = $1 AND seq = $2", [
    place.lane.toString(),
    place.seq.toString(),
  ]);
  await superuser.end();
  const id = await testApproval({ owner, agentId, ...paying("DE2", "9.00") });
  expect((await unusualOf(id)).similar).toMatchObject({ approvalId: last, content: "erased", changes: [] });
});

test("T22 what was unusual is sealed: the digest covers it, and the vote's entry keeps it", async () => {
  const agentId = await testAgent(owner);
  await approve(await testApproval({ owner, agentId, ...paying("DE1", "100.00") }));
  const id = await testApproval({ owner, agentId, ...paying("DE2", "900.00") });
  const { card, seenDigest } = await getApproval(anna, id);
  await approve(id);
  const { rows } = await pool().query<{ lane: string; seq: string }>(
    "SELECT lane, seq FROM audit.entry WHERE convert_from(header, 'UTF8') LIKE $1 AND convert_from(header, 'UTF8') LIKE '%approval_voted%'",
    [`%${id}%`],
  );
  const fields = await readPayload(BigInt(rows[0]?.lane ?? 0), BigInt(rows[0]?.seq ?? 0));
  expect(fields).toMatchObject({
    seenDigest,
    shown: { unusual: card?.unusual, agent: card?.agent, owner: card?.owner },
  });
});
