import pg from "pg";
import { beforeAll, expect, test } from "vitest";
import { changeControl } from "@/lib/audit/append";
import { readHeader } from "@/lib/audit/entry";
import type { Actor } from "@/lib/auth/actor";
import { db, pool } from "@/lib/db";
import { testAgent, testApproval, testPerson, testPolicy } from "@/lib/testing/approvals";
import { testDatabase } from "@/lib/testing/database";
import { testLog } from "@/lib/testing/lane";
import { expireApprovals } from "./expire";
import { countWaiting, getApproval, listInbox, neighborsOf } from "./queries";
import { currentCardDigest, review } from "./review";
import { inboxQuery } from "./schema";

const { ownerUrl } = await testDatabase();
await testLog(ownerUrl);

let owner: Actor;
let backup: Actor;
let issuer: Actor;
let publisher: Actor;
let anna: Actor;
let bea: Actor;
let carl: Actor;
let agentId: string;

beforeAll(async () => {
  owner = await testPerson("Olga", ["owner", "approver"], ["finance", "legal"]);
  backup = await testPerson("Bruno", ["owner", "approver"], ["finance"]);
  issuer = await testPerson("Ivan", ["owner", "approver"], ["finance"]);
  publisher = await testPerson("Petra", ["admin", "approver"], ["finance"]);
  anna = await testPerson("Anna", ["approver"], ["finance"]);
  bea = await testPerson("Bea", ["approver"], ["legal"]);
  carl = await testPerson("Carl", ["approver"]);
  agentId = await testAgent(owner, { backup, issuer });
  await testPolicy(publisher);
});

const vote = async (actor: Actor, id: string, verdict: "approve" | "deny" = "approve") =>
  review(actor, id, {
    verdict,
    comment: verdict === "deny" ? "not this supplier" : undefined,
    seenDigest: await currentCardDigest(id),
  });

const statusOf = async (id: string) => (await db.approval.findUniqueOrThrow({ where: { id } })).status;

/** Kinds of the entries about one request, in order. */
async function entriesAbout(id: string): Promise<string[]> {
  const { rows } = await pool().query<{ header: Buffer }>(
    "SELECT header FROM audit.entry WHERE convert_from(header, 'UTF8') LIKE $1 ORDER BY lane, seq",
    [`%${id}%`],
  );
  return rows.map((row) => readHeader(row.header).kind).filter((kind) => kind !== "payload_viewed");
}

test("an approval of one person is granted, and the vote and the grant are entries", async () => {
  const id = await testApproval({ owner, agentId });
  expect(await vote(carl, id)).toMatchObject({ status: "approved", granted: 1, required: 1 });
  expect(await entriesAbout(id)).toEqual(["approval_voted", "approval_granted"]);
  const stored = await db.approvalVote.findMany({ where: { approvalId: id } });
  expect(stored).toMatchObject([
    { personId: carl.personId, verdict: "approve", via: "session", seenDigest: await currentCardDigest(id) },
  ]);
});

test("T24 a person cannot vote twice", async () => {
  const id = await testApproval({ owner, agentId, quorum: 2 });
  await vote(carl, id);
  await expect(vote(carl, id)).rejects.toMatchObject({ code: "already_reviewed" });
  await expect(vote(carl, id, "deny")).rejects.toMatchObject({ code: "already_reviewed" });
  expect(await statusOf(id)).toBe("pending");
});

test("T24 two votes of one person at the same moment count once", async () => {
  const id = await testApproval({ owner, agentId, quorum: 2 });
  const settled = await Promise.allSettled([vote(carl, id), vote(carl, id), vote(carl, id)]);
  expect(settled.filter((one) => one.status === "fulfilled")).toHaveLength(1);
  expect(await statusOf(id)).toBe("pending");
});

test("T24 an owner, a backup owner, a credential issuer and a policy author cannot judge their agent's request", async () => {
  const id = await testApproval({ owner, agentId, quorum: 1, groups: ["finance"] });
  for (const stakeholder of [owner, backup, issuer, publisher]) {
    await expect(vote(stakeholder, id), stakeholder.name).rejects.toMatchObject({ code: "forbidden" });
    await expect(vote(stakeholder, id, "deny"), stakeholder.name).rejects.toMatchObject({ code: "forbidden" });
  }
  expect(await entriesAbout(id)).toEqual([]);
});

test("T24 an owner who handed the agent over while a request waits still cannot judge it, nor can the new one", async () => {
  const first = await testPerson("First", ["owner", "approver"]);
  const second = await testPerson("Second", ["owner", "approver"]);
  const agent = await testAgent(first);
  const id = await testApproval({ owner: first, agentId: agent });
  await changeControl("system", async (tx) => {
    await tx.agent.update({ where: { id: agent }, data: { ownerId: second.personId } });
    return {
      result: undefined,
      changes: [{ kind: "agent", ref: agent }],
      events: [{ kind: "agent_transferred", agent }],
    };
  });
  await expect(vote(first, id)).rejects.toMatchObject({ code: "forbidden" });
  await expect(vote(second, id)).rejects.toMatchObject({ code: "forbidden" });
});

test("T24 the person an agent acts for cannot judge the request", async () => {
  const id = await testApproval({ owner, agentId, payload: { context: { onBehalfOf: carl.email.toUpperCase() } } });
  await expect(vote(carl, id)).rejects.toMatchObject({
    code: "forbidden",
    message: expect.stringContaining("you asked for this yourself"),
  });
});

test("T24 somebody without the permission, and a token that may not vote, cannot vote", async () => {
  const id = await testApproval({ owner, agentId });
  const auditor = await testPerson("Aud", ["auditor", "admin"]);
  await expect(vote(auditor, id)).rejects.toMatchObject({ code: "forbidden" });
  await expect(vote({ ...carl, via: "token", mayVote: false }, id)).rejects.toMatchObject({ code: "forbidden" });
  expect(await statusOf(id)).toBe("pending");
});

test("T24 the database refuses the same overlaps to direct SQL of the program's role", async () => {
  const id = await testApproval({ owner, agentId, groups: ["finance"] });
  const insert = (person: Actor) =>
    pool().query(
      "INSERT INTO approval_vote (id, approval_id, person_id, verdict, seen_digest, via, groups) VALUES ($1, $2, $3, 'approve', 'x', 'session', '{finance,legal}')",
      [`vot_${person.personId}`, id, person.personId],
    );
  for (const person of [owner, backup, issuer, publisher, bea, carl])
    await expect(insert(person), person.name).rejects.toMatchObject({ code: "23000" });
  await expect(pool().query("UPDATE approval SET status = 'approved' WHERE id = $1", [id])).rejects.toMatchObject({
    code: "23000",
  });
  await expect(pool().query("UPDATE approval SET quorum = 0 WHERE id = $1", [id])).rejects.toMatchObject({
    code: "23000",
  });
  await expect(
    pool().query("UPDATE approval SET expires_at = expires_at + interval '1 day' WHERE id = $1", [id]),
  ).rejects.toMatchObject({ code: "23000" });
  await insert(anna);
  const { rows } = await pool().query("SELECT groups FROM approval_vote WHERE approval_id = $1", [id]);
  expect(rows).toEqual([{ groups: ["finance"] }]);
  await expect(insert(anna)).rejects.toMatchObject({ code: "23505" });
});

test("T24 not even the owner of the tables changes or removes a vote, or revives a decided request", async () => {
  const id = await testApproval({ owner, agentId });
  await vote(carl, id, "deny");
  const superuser = new pg.Client({ connectionString: ownerUrl });
  await superuser.connect();
  await expect(
    superuser.query("UPDATE approval_vote SET verdict = 'approve' WHERE approval_id = $1", [id]),
  ).rejects.toMatchObject({ code: "23000" });
  await expect(superuser.query("DELETE FROM approval_vote WHERE approval_id = $1", [id])).rejects.toMatchObject({
    code: "23000",
  });
  await expect(superuser.query("UPDATE approval SET status = 'pending' WHERE id = $1", [id])).rejects.toMatchObject({
    code: "23000",
  });
  await superuser.end();
});

test("quorum of two needs two people and each required group", async () => {
  const id = await testApproval({ owner, agentId, quorum: 2, groups: ["finance", "legal"] });
  await expect(vote(carl, id)).rejects.toMatchObject({ code: "not_found" });
  expect(await vote(anna, id)).toMatchObject({ status: "pending", granted: 1, missingGroups: ["legal"] });
  const another = await testPerson("Dora", ["approver"], ["finance"]);
  expect(await vote(another, id)).toMatchObject({ status: "pending", granted: 2, missingGroups: ["legal"] });
  expect(await vote(bea, id)).toMatchObject({ status: "approved", granted: 3, missingGroups: [] });
});

test("first denial decides", async () => {
  const id = await testApproval({ owner, agentId, quorum: 3 });
  await vote(anna, id);
  expect(await vote(bea, id, "deny")).toMatchObject({ status: "denied" });
  await expect(vote(carl, id)).rejects.toMatchObject({ code: "conflict" });
  expect(await entriesAbout(id)).toEqual(["approval_voted", "approval_voted", "approval_refused"]);
});

test("of an approval and a denial at the same moment, one order is kept and the request is never both", async () => {
  const id = await testApproval({ owner, agentId });
  const settled = await Promise.allSettled([vote(anna, id), vote(bea, id, "deny")]);
  expect(settled.filter((one) => one.status === "fulfilled")).toHaveLength(1);
  const votes = await db.approvalVote.findMany({ where: { approvalId: id } });
  expect(await statusOf(id)).toBe(votes[0]?.verdict === "approve" ? "approved" : "denied");
});

test("a vote on a card that changed is refused", async () => {
  const agent = await testAgent(owner);
  const id = await testApproval({ owner, agentId: agent });
  const seenDigest = await currentCardDigest(id);
  await changeControl("system", async (tx) => {
    await tx.agent.update({ where: { id: agent }, data: { name: `Renamed ${agent}` } });
    return { result: undefined, changes: [{ kind: "agent", ref: agent }], events: [{ kind: "agent_changed", agent }] };
  });
  await expect(review(carl, id, { verdict: "approve", seenDigest })).rejects.toMatchObject({ code: "state_changed" });
  await expect(review(carl, id, { verdict: "approve", seenDigest: `sha256:${"0".repeat(64)}` })).rejects.toMatchObject({
    code: "state_changed",
  });
  expect(await db.approvalVote.count({ where: { approvalId: id } })).toBe(0);
});

test("T27 content that was erased or altered cannot be approved, only denied", async () => {
  const erased = await testApproval({ owner, agentId });
  const altered = await testApproval({ owner, agentId });
  const place = async (id: string) =>
    db.approval.findUniqueOrThrow({ where: { id }, select: { lane: true, seq: true } });
  const superuser = new pg.Client({ connectionString: ownerUrl });
  await superuser.connect();
  const gone = await place(erased);
  await superuser.query("UPDATE audit.payload SET body = NULL, redacted_at = now() WHERE lane = $1 AND seq = $2", [
    gone.lane.toString(),
    gone.seq.toString(),
  ]);
  const other = await place(altered);
  await superuser.query(
    "UPDATE audit.payload SET body = set_byte(body, 40, get_byte(body, 40) # 1) WHERE lane = $1 AND seq = $2",
    [other.lane.toString(), other.seq.toString()],
  );
  await superuser.end();
  expect((await getApproval(carl, erased)).card).toMatchObject({ content: "erased", arguments: null });
  expect((await getApproval(carl, altered)).card).toMatchObject({ content: "altered", arguments: null });
  for (const id of [erased, altered]) {
    await expect(vote(carl, id)).rejects.toMatchObject({ code: "conflict" });
    expect(await vote(carl, id, "deny")).toMatchObject({ status: "denied" });
  }
});

test("T25 a request whose rule asks for a passkey signature cannot be approved without one", async () => {
  const id = await testApproval({ owner, agentId, stepUp: true });
  await expect(vote(carl, id)).rejects.toMatchObject({ code: "forbidden" });
});

test("T31 an expired request cannot be approved, and reads as expired before the job has closed it", async () => {
  const id = await testApproval({ owner, agentId, expiresIn: 1 });
  await expect.poll(async () => (await getApproval(carl, id)).status, { timeout: 5_000 }).toBe("expired");
  expect(await statusOf(id)).toBe("pending");
  await expect(vote(carl, id)).rejects.toMatchObject({ code: "approval_expired" });
});

test("T31 expiry writes one entry each, for what nobody answered and for what nobody redeemed, and two runs at once write no more", async () => {
  const unanswered = await testApproval({ owner, agentId, expiresIn: 2 });
  const unredeemed = await testApproval({ owner, agentId, expiresIn: 2 });
  await vote(carl, unredeemed);
  await expect.poll(async () => (await getApproval(carl, unredeemed)).status, { timeout: 5_000 }).toBe("expired");
  await Promise.all([expireApprovals(), expireApprovals(), expireApprovals()]);
  await expireApprovals();
  expect(await entriesAbout(unanswered)).toEqual(["approval_expired"]);
  expect(await entriesAbout(unredeemed)).toEqual(["approval_voted", "approval_granted", "approval_expired"]);
  expect([await statusOf(unanswered), await statusOf(unredeemed)]).toEqual(["expired", "expired"]);
});

test("votes of sample data carry the time they stand for", async () => {
  const id = await testApproval({ owner, agentId, sample: true });
  const at = new Date(Date.now() - 86_400_000);
  await review(carl, id, { verdict: "approve", seenDigest: await currentCardDigest(id) }, { sampleAt: at });
  expect(await db.approvalVote.findFirstOrThrow({ where: { approvalId: id } })).toMatchObject({ createdAt: at });
});

test("a list, its count and its neighbors show each person what concerns them, in order", async () => {
  const mine = await testPerson("Ella", ["owner"]);
  const agent = await testAgent(mine);
  const treasury = await testPerson("Theo", ["approver"], ["treasury"]);
  const ids: string[] = [];
  for (const expiresIn of [300, 200, 100, 400])
    ids.push(
      await testApproval({
        owner: mine,
        agentId: agent,
        groups: ["treasury"],
        expiresIn,
        arguments: { to: "x", amount: `${expiresIn}.00`, currency: "EUR" },
      }),
    );
  const [a, b, c, d] = ids as [string, string, string, string];
  const query = (changes: object = {}) => inboxQuery.parse({ agent, ...changes });

  expect((await listInbox(treasury, query())).items.map((item) => item.id)).toEqual([c, b, a, d]);
  expect((await listInbox(treasury, query({ sort: "-amount" }))).items.map((item) => item.id)).toEqual([d, a, b, c]);
  expect((await listInbox(treasury, query({ sort: "amount" }))).items.map((item) => item.id)).toEqual([c, b, a, d]);
  expect((await listInbox(treasury, query({ sort: "-requestedAt" }))).items.map((item) => item.id)).toEqual([
    d,
    c,
    b,
    a,
  ]);
  expect((await listInbox(treasury, query({ q: "ELLA" }))).total).toBe(4);
  expect((await listInbox(treasury, query({ q: "100%_" }))).total).toBe(0);
  expect((await listInbox(mine, query())).total).toBe(4);
  expect((await listInbox(mine, query({ mine: "true" }))).total).toBe(0);
  expect((await listInbox(carl, query())).total).toBe(0);
  await expect(getApproval(carl, a)).rejects.toMatchObject({ code: "not_found" });

  const first = await listInbox(treasury, query({ limit: "3" }));
  expect([first.items.length, first.total]).toEqual([3, 4]);
  const second = await listInbox(treasury, query({ limit: "3", cursor: first.nextCursor ?? "" }));
  expect(second.items.map((item) => item.id)).toEqual([d]);
  expect(second.nextCursor).toBeNull();
  await expect(listInbox(treasury, query({ cursor: "nonsense" }))).rejects.toMatchObject({ code: "invalid_request" });

  const filter = inboxQuery.parse({ agent, mine: "true" });
  const waiting = await countWaiting(treasury);
  await vote(treasury, b);
  expect(await neighborsOf(treasury, filter, b)).toEqual({ previous: c, next: a });
  expect(await countWaiting(treasury)).toMatchObject({ waiting: waiting.waiting - 1, mine: waiting.mine - 1 });
});

test("whoever may know of a request and not read payloads sees no amount, recipient or argument", async () => {
  const admin = await testPerson("Adam", ["admin"]);
  const id = await testApproval({ owner, agentId });
  const detail = await getApproval(admin, id);
  expect(detail).toMatchObject({
    card: null,
    seenDigest: null,
    amount: null,
    recipient: null,
    cannotVote: "no_permission",
  });
  const listed = (await listInbox(admin, inboxQuery.parse({ agent: agentId, limit: "200" }))).items.find(
    (item) => item.id === id,
  );
  expect(listed).toMatchObject({ amount: null, recipient: null, canVote: false });
  expect(JSON.stringify([detail, listed])).not.toContain("DE89370400440532013000");
});

test("reading a card is an entry once, and changes nothing of the request (T33)", async () => {
  const id = await testApproval({ owner, agentId });
  const before = await db.approval.findUniqueOrThrow({ where: { id }, include: { votes: true } });
  await getApproval(carl, id);
  await getApproval(carl, id);
  await getApproval(anna, id);
  expect(await db.approval.findUniqueOrThrow({ where: { id }, include: { votes: true } })).toEqual(before);
  const { rows } = await pool().query<{ header: Buffer }>(
    "SELECT header FROM audit.entry WHERE convert_from(header, 'UTF8') LIKE $1",
    [`%"ref":"${id}"%`],
  );
  expect(rows.map((row) => readHeader(row.header).kind)).toEqual(["payload_viewed", "payload_viewed"]);
});

test("the card shows every recipient and the amount as the arguments have them, whatever the summary says", async () => {
  const id = await testApproval({
    owner,
    agentId,
    arguments: { to: "ok@example.com, Mallory <mallory@evil.example>", amount: "950.00", currency: "EUR" },
  });
  const { card } = await getApproval(carl, id);
  expect(card).toMatchObject({
    recipients: ["ok@example.com", "mallory@evil.example"],
    amount: "950.00",
    currency: "EUR",
    toolDescription: "Sends money",
  });
  expect(card?.arguments).toBe(
    '{"amount":"950.00","currency":"EUR","to":"ok@example.com, Mallory <mallory@evil.example>"}',
  );
});
