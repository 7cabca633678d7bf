import { encode } from "next-auth/jwt";
import { beforeAll, expect, test } from "vitest";
import { GET as consoleOne } from "@/app/api/console/approvals/[id]/route";
import { GET as consoleList } from "@/app/api/console/approvals/route";
import { GET as events } from "@/app/api/console/events/route";
import { currentCardDigest } from "@/lib/approvals/review";
import type { Actor } from "@/lib/auth/actor";
import { issueToken } from "@/lib/auth/issue-token";
import { openSession } from "@/lib/auth/open-session";
import { db } from "@/lib/db";
import { env } from "@/lib/env";
import type { RouteHandler } from "@/lib/http/route";
import { testAgent, testApproval, testPerson, testPolicy } from "@/lib/testing/approvals";
import { testDatabase } from "@/lib/testing/database";
import { testLog } from "@/lib/testing/lane";
import { GET as one } from "./[id]/route";
import { POST as vote } from "./[id]/votes/route";
import { GET as list } from "./route";

const { ownerUrl } = await testDatabase();
await testLog(ownerUrl);

let owner: Actor;
let approver: Actor;
let agentId: string;
let voting: string;
let reading: string;
let cookie: string;

beforeAll(async () => {
  owner = await testPerson("Olga", ["owner"]);
  approver = await testPerson("Anna");
  agentId = await testAgent(owner);
  await testPolicy();
  voting = (
    await issueToken(approver, {
      name: "votes",
      scopes: ["approvals:vote", "approvals:read:own"],
      mayVote: true,
      expiresInDays: 1,
    })
  ).secret;
  reading = (
    await issueToken(approver, { name: "reads", scopes: ["approvals:read:own"], mayVote: false, expiresInDays: 1 })
  ).secret;
  const sid = await openSession(approver.personId, "password", { address: "127.0.0.1", userAgent: "test" });
  cookie = `countersign-session=${await encode({ token: { sid }, secret: env().authSecret })}`;
});

const asToken = (secret: string) => ({ authorization: `Bearer ${secret}` });

function call(
  handler: RouteHandler,
  path: string,
  {
    id,
    method = "GET",
    headers = {},
    body,
  }: { id?: string; method?: string; headers?: Record<string, string>; body?: unknown } = {},
) {
  const request = new Request(`http://localhost:3000${path}`, {
    method,
    headers: { ...headers, ...(body === undefined ? {} : { "content-type": "application/json" }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return handler(request, { params: Promise.resolve(id ? { id } : {}) });
}

const castVote = (id: string, headers: Record<string, string>, body: unknown) =>
  call(vote, `/api/v1/approvals/${id}/votes`, { id, method: "POST", headers, body });

test("200 a person reads, and votes with a token they made for voting", async () => {
  const id = await testApproval({ owner, agentId });
  const read = await call(one, `/api/v1/approvals/${id}`, { id, headers: asToken(voting) });
  const detail = (await read.json()) as { seenDigest: string; canVote: boolean };
  expect(detail).toMatchObject({ id, canVote: true, card: { tool: "payments.transfer", amount: "950.00" } });
  const voted = await castVote(id, asToken(voting), {
    verdict: "approve",
    comment: "fine",
    seenDigest: detail.seenDigest,
  });
  expect([voted.status, await voted.json()]).toEqual([
    200,
    { id, status: "approved", granted: 1, required: 1, missingGroups: [] },
  ]);
  expect(await db.approvalVote.findFirst({ where: { approvalId: id } })).toMatchObject({
    via: "token",
    comment: "fine",
  });
});

test("400 names the field of a vote that is malformed, T12 operator objects included", async () => {
  const id = await testApproval({ owner, agentId });
  const seenDigest = await currentCardDigest(id);
  const bodies = [
    { verdict: "deny", seenDigest },
    { verdict: { not: "" }, seenDigest },
    { verdict: "approve", seenDigest: ["x"] },
    { verdict: "approve", seenDigest, personId: "per_somebody" },
    { verdict: "approve", seenDigest, comment: "x".repeat(2001) },
    {},
  ];
  for (const body of bodies) {
    const refused = await castVote(id, asToken(voting), body);
    expect([refused.status, await refused.json()]).toEqual([
      400,
      expect.objectContaining({ code: "invalid_request", errors: expect.anything() }),
    ]);
  }
  const query = await call(list, "/api/v1/approvals?limit=0", { headers: asToken(voting) });
  expect(query.status).toBe(400);
  expect(await db.approvalVote.count({ where: { approvalId: id } })).toBe(0);
});

test("401 without a credential, with a cookie where a token belongs, and with a token where the session belongs", async () => {
  const id = await testApproval({ owner, agentId });
  expect((await call(list, "/api/v1/approvals")).status).toBe(401);
  expect((await call(one, `/api/v1/approvals/${id}`, { id, headers: { cookie } })).status).toBe(401);
  expect((await castVote(id, { cookie }, { verdict: "approve", seenDigest: await currentCardDigest(id) })).status).toBe(
    401,
  );
  expect((await call(consoleList, "/api/console/approvals", { headers: asToken(voting) })).status).toBe(401);
  expect((await call(events, "/api/console/events", { headers: asToken(voting) })).status).toBe(401);
  expect((await call(events, "/api/console/events")).status).toBe(401);
});

test("403 a token that was not made for voting reads and does not vote", async () => {
  const id = await testApproval({ owner, agentId });
  expect((await call(list, "/api/v1/approvals", { headers: asToken(reading) })).status).toBe(200);
  expect(
    (await castVote(id, asToken(reading), { verdict: "approve", seenDigest: await currentCardDigest(id) })).status,
  ).toBe(403);
  expect(await db.approvalVote.count({ where: { approvalId: id } })).toBe(0);
});

test("404 T44 a request that one may not know of answers exactly like none, for reading and for voting", async () => {
  const hidden = await testApproval({ owner, agentId, groups: ["board"] });
  const none = "apr_zzzzzzzzzzzzzzzzz0";
  const seenDigest = await currentCardDigest(hidden);
  const answers: unknown[] = [];
  for (const id of [hidden, none]) {
    const read = await call(one, `/api/v1/approvals/${id}`, { id, headers: asToken(voting) });
    const voted = await castVote(id, asToken(voting), { verdict: "approve", seenDigest });
    answers.push([
      read.status,
      { ...((await read.json()) as object), instance: null },
      voted.status,
      { ...((await voted.json()) as object), instance: null },
    ]);
  }
  expect(answers[0]).toEqual(answers[1]);
  expect(answers[0]).toMatchObject([404, { code: "not_found" }, 404, { code: "not_found" }]);
});

test("409 a vote on a card that is not the one that was shown", async () => {
  const id = await testApproval({ owner, agentId });
  const refused = await castVote(id, asToken(voting), { verdict: "approve", seenDigest: `sha256:${"0".repeat(64)}` });
  expect([refused.status, await refused.json()]).toEqual([409, expect.objectContaining({ code: "state_changed" })]);
});

test("T33 no GET and no HEAD changes a request", async () => {
  const id = await testApproval({ owner, agentId });
  const rows = async () => [
    await db.approval.findMany({ orderBy: { id: "asc" } }),
    await db.approvalVote.findMany({ orderBy: { id: "asc" } }),
  ];
  const before = await rows();
  for (const method of ["GET", "HEAD"]) {
    for (const query of ["", "?verdict=approve", "?mine=true&limit=1"]) {
      await call(list, `/api/v1/approvals${query}`, { method, headers: asToken(voting) });
      await call(one, `/api/v1/approvals/${id}${query}`, { id, method, headers: asToken(voting) });
      await call(consoleList, `/api/console/approvals${query}`, { method, headers: { cookie } });
      await call(consoleOne, `/api/console/approvals/${id}${query}`, { id, method, headers: { cookie } });
    }
  }
  expect(await rows()).toEqual(before);
});

test("T26 the voting route takes no cookie, so another site's page has nothing to send along", async () => {
  const id = await testApproval({ owner, agentId });
  const forged = await castVote(
    id,
    { cookie, origin: "https://evil.example" },
    { verdict: "approve", seenDigest: await currentCardDigest(id) },
  );
  expect(forged.status).toBe(401);
  expect(await db.approvalVote.count({ where: { approvalId: id } })).toBe(0);
});
