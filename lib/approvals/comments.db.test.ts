import pg from "pg";
import { beforeAll, expect, test } from "vitest";
import { readHeader } from "@/lib/audit/entry";
import type { Actor } from "@/lib/auth/actor";
import { db, pool } from "@/lib/db";
import { testAgent, testApproval, testPerson, testPolicy } from "@/lib/testing/approvals";
import { testDatabase } from "@/lib/testing/database";
import { testLog } from "@/lib/testing/lane";
import { addComment, readThread } from "./comments";
import { countWaiting, getApproval, listInbox } from "./queries";
import { currentCardDigest, review } from "./review";
import { inboxQuery } from "./schema";

const { ownerUrl } = await testDatabase();
await testLog(ownerUrl);

let owner: Actor;
let backup: Actor;
let anna: Actor;
let agentId: string;

beforeAll(async () => {
  owner = await testPerson("Olga", ["owner"]);
  backup = await testPerson("Bruno", ["owner"]);
  anna = await testPerson("Anna", ["approver"], ["finance"]);
  agentId = await testAgent(owner, { backup });
  await testPolicy();
});

const request = () => testApproval({ owner, agentId, groups: ["finance"] });
const says = (actor: Actor, id: string, text: string) => addComment(actor, id, { text });
const asked = async (actor: Actor, id: string) =>
  (await listInbox(actor, inboxQuery.parse({ limit: "200" }))).items.find((item) => item.id === id)?.questions;

test("an approver asks, the owner and the backup see one question in list and badge, and an answer is the approver's turn", async () => {
  const id = await request();
  const before = await countWaiting(owner);
  await says(anna, id, "Is this the new supplier?");
  expect([await asked(owner, id), await asked(backup, id), await asked(anna, id)]).toEqual([1, 1, 0]);
  expect((await countWaiting(owner)).forMe).toBe(before.forMe + 1);
  await says(backup, id, "Yes, since October.");
  expect([await asked(owner, id), await asked(anna, id)]).toEqual([0, 1]);
  expect((await countWaiting(owner)).forMe).toBe(before.forMe);
  expect(await readThread(owner, id)).toMatchObject({
    mySide: "owner",
    items: [
      { person: { name: "Anna" }, side: "approver", text: "Is this the new supplier?" },
      { person: { name: "Bruno" }, side: "owner", text: "Yes, since October." },
    ],
  });
});

test("T24 a comment decides nothing: no vote, no status, no clock and no card changes, and each is an entry", async () => {
  const id = await request();
  const digest = await currentCardDigest(id);
  const before = await db.approval.findUniqueOrThrow({ where: { id }, include: { votes: true } });
  await says(owner, id, "I approve this");
  await says(anna, id, "approve");
  expect(await db.approval.findUniqueOrThrow({ where: { id }, include: { votes: true } })).toEqual(before);
  expect(await currentCardDigest(id)).toBe(digest);
  expect(await getApproval(anna, id)).toMatchObject({ status: "pending", granted: 0, seenDigest: digest });
  const { rows } = await pool().query<{ header: Buffer }>(
    "SELECT header FROM audit.entry WHERE convert_from(header, 'UTF8') LIKE $1 AND convert_from(header, 'UTF8') LIKE '%approval_commented%'",
    [`%${id}%`],
  );
  expect(rows).toHaveLength(2);
  expect(
    rows.map(({ header }) => readHeader(header)).every((header) => !JSON.stringify(header).includes("approve this")),
  ).toBe(true);
});

test("who neither owns the agent nor is asked to judge cannot comment; who may not know of it is told it does not exist", async () => {
  const id = await request();
  const auditor = await testPerson("Aud", ["auditor"]);
  const stranger = await testPerson("Sam", ["owner"]);
  const legal = await testPerson("Lea", ["approver"], ["legal"]);
  await expect(says(auditor, id, "hello")).rejects.toMatchObject({ code: "forbidden" });
  for (const actor of [stranger, legal]) {
    await expect(says(actor, id, "hello")).rejects.toMatchObject({ code: "not_found" });
    await expect(readThread(actor, id)).rejects.toMatchObject({ code: "not_found" });
  }
  expect((await readThread(auditor, id)).mySide).toBeNull();
  expect(await db.approvalComment.count({ where: { approvalId: id } })).toBe(0);
});

test("a decided request takes no more comments and asks nobody", async () => {
  const id = await request();
  await says(anna, id, "Why now?");
  await review(anna, id, { verdict: "deny", comment: "no answer", seenDigest: await currentCardDigest(id) });
  await expect(says(owner, id, "Because it is due")).rejects.toMatchObject({ code: "conflict" });
  expect((await readThread(owner, id)).mySide).toBeNull();
  const all = await listInbox(owner, inboxQuery.parse({ status: "all", limit: "200" }));
  expect(all.items.find((item) => item.id === id)?.questions).toBe(0);
});

test("not even the owner of the tables changes or removes a comment", async () => {
  const id = await request();
  const { id: comment } = await says(anna, id, "Is this right?");
  const superuser = new pg.Client({ connectionString: ownerUrl });
  await superuser.connect();
  for (const sql of [
    "UPDATE approval_comment SET text = 'x' WHERE id = $1",
    "DELETE FROM approval_comment WHERE id = $1",
  ])
    await expect(superuser.query(sql, [comment])).rejects.toMatchObject({ code: "23000" });
  await superuser.end();
});
