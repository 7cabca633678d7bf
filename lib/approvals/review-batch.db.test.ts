import { beforeAll, expect, test } from "vitest";
import { readHeader } from "@/lib/audit/entry";
import { readPayload } from "@/lib/audit/read-payload";
import type { Actor } from "@/lib/auth/actor";
import { db, pool } from "@/lib/db";
import { type TestRequest, testAgent, testApproval, testPerson, testPolicy } from "@/lib/testing/approvals";
import { testDatabase } from "@/lib/testing/database";
import { testLog } from "@/lib/testing/lane";
import type { BatchCards, BatchVoteInput } from "./batch-schema";
import { batchVoteInput } from "./batch-schema";
import { currentCardDigest, review } from "./review";
import { readBatch, reviewBatch } from "./review-batch";

const { ownerUrl } = await testDatabase();
await testLog(ownerUrl);

let owner: Actor;
let carl: Actor;
let dora: Actor;
let agentId: string;

beforeAll(async () => {
  owner = await testPerson("Olga", ["owner", "approver"]);
  carl = await testPerson("Carl", ["approver"]);
  dora = await testPerson("Dora", ["approver"]);
  agentId = await testAgent(owner);
  await testPolicy();
});

const open = (change: Partial<TestRequest> = {}) => testApproval({ owner, agentId, reversible: true, ...change });
const openMany = async (count: number) => {
  const ids: string[] = [];
  while (ids.length < count) ids.push(await open());
  return ids;
};
const statusOf = async (id: string) => (await db.approval.findUniqueOrThrow({ where: { id } })).status;
const cardsOf = (read: BatchCards) => (read.refused ? [] : read.requests);

async function batchOf(ids: string[], verdict: "approve" | "deny" = "approve"): Promise<BatchVoteInput> {
  const requests = [];
  for (const id of ids) requests.push({ id, seenDigest: await currentCardDigest(id) });
  return batchVoteInput.parse({ verdict, comment: "checked against the invoices", count: ids.length, requests });
}

/** Entries of one kind about one request, with what they keep. */
async function entriesAbout(id: string, kind: string) {
  const { rows } = await pool().query<{ lane: string; seq: string; header: Buffer }>(
    "SELECT lane, seq, header FROM audit.entry WHERE convert_from(header, 'UTF8') LIKE $1 ORDER BY lane, seq",
    [`%${id}%`],
  );
  const chosen = rows.filter((row) => readHeader(row.header).kind === kind);
  return Promise.all(chosen.map((row) => readPayload(BigInt(row.lane), BigInt(row.seq))));
}

test("each vote of a batch is its own: its card digest, its entry, its result, and of which batch it was", async () => {
  const ids = await openMany(3);
  const input = await batchOf(ids);
  const results = await reviewBatch(carl, input);
  expect(results).toEqual(ids.map((id) => ({ id, ok: true, status: "approved", granted: 1, required: 1 })));
  const batches = new Set<string>();
  for (const { id, seenDigest } of input.requests) {
    expect(await statusOf(id)).toBe("approved");
    expect(await db.approvalVote.findMany({ where: { approvalId: id } })).toMatchObject([
      { personId: carl.personId, verdict: "approve", seenDigest, comment: "checked against the invoices" },
    ]);
    const voted = await entriesAbout(id, "approval_voted");
    expect(voted).toMatchObject([{ seenDigest, batch: { size: 3 } }]);
    batches.add(JSON.stringify(voted[0]?.batch));
    expect(await entriesAbout(id, "approval_granted")).toHaveLength(1);
  }
  expect(new Set(input.requests.map(({ seenDigest }) => seenDigest)).size).toBe(3);
  expect(batches.size).toBe(1);
});

test("what is read before a batch is every card, and each reading is an entry", async () => {
  const ids = await openMany(2);
  const read = await readBatch(dora, ids);
  expect(read.refused).toBeNull();
  for (const [at, { card, seenDigest }] of cardsOf(read).entries()) {
    expect(card).toMatchObject({ approvalId: ids[at], tool: "payments.transfer", amount: "950.00" });
    expect(seenDigest).toBe(await currentCardDigest(card.approvalId));
    expect(await entriesAbout(card.approvalId, "payload_viewed")).toHaveLength(1);
  }
  expect(cardsOf(read)).toHaveLength(2);
});

test.each<[string, Partial<TestRequest>]>([
  ["that cannot be undone", { reversible: false }],
  ["that destroys", { effect: "destructive" }],
  ["that administers", { effect: "admin" }],
  ["with a passkey signature", { stepUp: true }],
  ["for two people", { quorum: 2 }],
  ["above the limit", { arguments: { to: "DE89370400440532013000", amount: "1000.01", currency: "EUR" } }],
  ["for another tool", { tool: "payments.schedule" }],
])("T30 a batch with one request %s is refused whole, with nothing shown and nothing decided", async (_, change) => {
  const plain = await openMany(2);
  const odd = await open(change);
  const ids = [...plain, odd];
  expect(await readBatch(carl, ids)).toMatchObject({ refused: { id: odd } });
  for (const verdict of ["approve", "deny"] as const)
    await expect(reviewBatch(carl, await batchOf(ids, verdict))).rejects.toMatchObject({
      code: "forbidden",
      message: expect.stringContaining(`nothing was decided: of ${odd}`),
    });
  for (const id of ids) {
    expect(await statusOf(id)).toBe("pending");
    expect(await entriesAbout(id, "approval_voted")).toEqual([]);
  }
});

test("one that was decided meanwhile takes nothing from the others, and says so", async () => {
  const ids = await openMany(3);
  const input = await batchOf(ids);
  const [, taken = ""] = ids;
  await review(dora, taken, { verdict: "deny", comment: "twice", seenDigest: await currentCardDigest(taken) });
  const results = await reviewBatch(carl, input);
  expect(results.map(({ ok }) => ok)).toEqual([true, false, true]);
  expect(results[1]).toEqual({ id: taken, ok: false, because: "this request is already decided" });
  expect(await statusOf(taken)).toBe("denied");
  expect(await db.approvalVote.count({ where: { approvalId: taken } })).toBe(1);
});

test("T30 a card that is not the one that was shown is not decided along with the others", async () => {
  const ids = await openMany(2);
  const input = await batchOf(ids);
  const [first, second] = input.requests;
  if (!first || !second) throw new Error("no requests");
  const results = await reviewBatch(carl, {
    ...input,
    requests: [{ ...first, seenDigest: second.seenDigest }, second],
  });
  expect(results).toMatchObject([
    { id: first.id, ok: false, because: expect.stringContaining("not the one you were shown") },
    { id: second.id, ok: true },
  ]);
  expect(await statusOf(first.id)).toBe("pending");
});

test("T24 nobody decides their own agent's requests by the dozen", async () => {
  const ids = await openMany(2);
  expect(await readBatch(owner, ids)).toMatchObject({ refused: { because: expect.stringContaining("you own") } });
  const results = await reviewBatch(owner, await batchOf(ids));
  expect(results.map(({ ok }) => ok)).toEqual([false, false]);
  for (const id of ids) expect(await statusOf(id)).toBe("pending");
});

test("T44 a request one may not know of, or may not read, answers like none", async () => {
  const ids = [await open(), await open({ groups: ["finance"] })];
  const auditor = await testPerson("Eve", ["auditor"]);
  await expect(readBatch(carl, ids)).rejects.toMatchObject({ code: "not_found" });
  await expect(reviewBatch(carl, await batchOf(ids))).rejects.toMatchObject({ code: "not_found" });
  await expect(reviewBatch(auditor, await batchOf(ids))).rejects.toMatchObject({ code: "forbidden" });
  for (const id of ids) expect(await statusOf(id)).toBe("pending");
});

test("T30 a batch needs the typed count, a comment, two requests or more, at most twenty, and each once", async () => {
  const request = { id: "apr_000000000000000000", seenDigest: `sha256:${"a".repeat(64)}` };
  const many = (count: number) =>
    Array.from({ length: count }, (_, at) => ({ ...request, id: `apr_${String(at).padStart(18, "0")}` }));
  const input = (change: object) => ({ verdict: "approve", comment: "read", count: 2, requests: many(2), ...change });
  const issuesOf = (change: object) => batchVoteInput.safeParse(input(change)).error?.issues.map((each) => each.path);
  expect(issuesOf({})).toBeUndefined();
  expect(issuesOf({ count: 3 })).toEqual([["count"]]);
  expect(issuesOf({ comment: "  " })).toContainEqual(["comment"]);
  expect(issuesOf({ requests: [request], count: 1 })).toContainEqual(["requests"]);
  expect(issuesOf({ requests: [request, request] })).toContainEqual(["requests"]);
  expect(issuesOf({ requests: many(20), count: 20 })).toBeUndefined();
  expect(issuesOf({ requests: many(21), count: 21 })).toContainEqual(["requests"]);
});
