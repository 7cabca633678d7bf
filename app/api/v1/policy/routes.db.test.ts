import { beforeAll, describe, expect, test } from "vitest";
import type { Actor } from "@/lib/auth/actor";
import { permissions } from "@/lib/auth/permissions";
import { makeToken, tokenDigest } from "@/lib/auth/token";
import { db } from "@/lib/db";
import { env } from "@/lib/env";
import type { RouteHandler } from "@/lib/http/route";
import { newId } from "@/lib/ids";
import type { PolicyDraftContent } from "@/lib/policy/draft-content";
import { ensurePolicy } from "@/lib/policy/publish";
import type { Band } from "@/lib/policy/schema";
import { testDatabase } from "@/lib/testing/database";
import { testLog } from "@/lib/testing/lane";
import { testPerson } from "@/lib/testing/people";
import { DELETE as discard, GET as draft, PUT as save } from "./draft/route";
import { POST as approve } from "./publications/[id]/approve/route";
import { POST as decline } from "./publications/[id]/decline/route";
import { GET as read } from "./publications/[id]/route";
import { POST as withdraw } from "./publications/[id]/withdraw/route";
import { GET as list } from "./publications/route";
import { POST as publish } from "./publish/route";
import { GET as policy } from "./route";
import { POST as rollback } from "./versions/[number]/rollback/route";

const { ownerUrl } = await testDatabase();
let author: string;
let second: string;
let viewer: string;

beforeAll(async () => {
  await testLog(ownerUrl);
  await ensurePolicy("system");
  author = await tokenOf(await testPerson("Ada", "admin"));
  second = await tokenOf(await testPerson("Cleo", "compliance"));
  viewer = await tokenOf(await testPerson("Vera", "viewer"));
});

async function tokenOf({ personId }: Actor): Promise<string> {
  const id = newId("tok");
  const { token, digestInput } = makeToken("pat", id);
  const digest = new Uint8Array(tokenDigest(env().pepper, digestInput));
  const expiresAt = new Date(Date.now() + 3_600_000);
  await db.apiToken.create({
    data: { id, personId, name: "t", digest, scopes: [...permissions], mayVote: true, expiresAt },
  });
  return token;
}

async function call(
  handler: RouteHandler,
  token: string,
  given: { method?: string; params?: Record<string, string>; query?: string; body?: unknown } = {},
) {
  const { method = given.body === undefined ? "GET" : "POST", params = {}, query = "", body } = given;
  const request = new Request(`http://localhost:3000/api/v1/policy${query}`, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      ...(body === undefined ? {} : { "content-type": "application/json" }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const response = await handler(request, { params: Promise.resolve(params) });
  return { status: response.status, body: JSON.parse(await response.text()) };
}

function withLimit(content: PolicyDraftContent, upTo: string): PolicyDraftContent {
  const next = structuredClone(content);
  (next.tiers.find(({ key }) => key === "T4")?.effects.financial[0] as Band).upTo = upTo;
  return next;
}
const saved = async (upTo: string) => {
  const { body } = await call(draft, author);
  return call(save, author, {
    method: "PUT",
    body: { revision: body.revision, content: withLimit(body.content, upTo) },
  });
};

describe("the way of a change over the API", () => {
  test("200, 201: a draft that loosens waits, is approved by a second person and is in force; an older version comes back", async () => {
    const before = (await call(policy, author)).body;
    const { status, body } = await saved("9000.00");
    expect([status, body.changed, body.updatedBy]).toEqual([200, true, "Ada"]);
    const asked = await call(publish, author, { body: { revision: body.revision, note: "more for T4" } });
    expect([asked.status, asked.body.publication.status]).toEqual([201, "awaiting_second_person"]);
    const { id } = asked.body.publication;
    expect((await call(list, viewer, { query: "?status=awaiting_second_person" })).body.items).toMatchObject([
      { id, approvable: { may: false, reason: "this needs the permission `policy:publish`" } },
    ]);
    expect((await call(read, second, { params: { id } })).body).toMatchObject({
      id,
      approvable: { may: true, reason: null },
    });

    expect((await call(approve, author, { method: "POST", params: { id } })).status).toBe(403);
    const approved = await call(approve, second, { method: "POST", params: { id } });
    expect([approved.status, approved.body.publication]).toEqual([
      200,
      expect.objectContaining({ status: "published", decidedBy: "Cleo" }),
    ]);
    expect((await call(policy, viewer)).body.number).toBe(before.number + 1);

    const back = await call(rollback, author, {
      params: { number: String(before.number) },
      body: { note: "as before" },
    });
    expect([back.status, back.body.publication.status]).toEqual([201, "published"]);
    expect((await call(policy, viewer)).body.hash).toBe(before.hash);
  });

  test("200: declined and withdrawn, each with its status", async () => {
    const first = await saved("9100.00");
    const asked = await call(publish, author, { body: { revision: first.body.revision, note: "n" } });
    const { id } = asked.body.publication;
    expect((await call(decline, second, { params: { id }, body: {} })).status).toBe(400);
    expect((await call(decline, second, { params: { id }, body: { reason: "no" } })).body.publication.status).toBe(
      "declined",
    );
    const again = await call(publish, author, {
      body: { revision: (await call(draft, author)).body.revision, note: "n" },
    });
    const withdrawn = await call(withdraw, author, { method: "POST", params: { id: again.body.publication.id } });
    expect(withdrawn.body.publication.status).toBe("withdrawn");
    expect((await call(discard, author, { method: "DELETE" })).body).toMatchObject({ changed: false, updatedBy: null });
  });

  test("409: a stale revision answers with the draft as it is now", async () => {
    const { body } = await saved("100.00");
    const stale = await call(save, author, {
      method: "PUT",
      body: { revision: body.revision - 1, content: body.content },
    });
    expect([stale.status, stale.body.code, stale.body.details.draft.revision]).toEqual([
      409,
      "conflict",
      body.revision,
    ]);
    const old = await call(publish, author, { body: { revision: body.revision - 1, note: "n" } });
    expect([old.status, old.body.code]).toEqual([409, "conflict"]);
  });

  test("400: what no policy holds is refused with the place; 404: no such publication or version; 403: without the permission", async () => {
    const { body } = await call(draft, author);
    const odd = await call(save, author, {
      method: "PUT",
      body: { revision: body.revision, content: { ...body.content, tools: [] } },
    });
    expect(odd.status).toBe(400);
    const wrong = await call(save, author, {
      method: "PUT",
      body: { revision: body.revision, content: withLimit(body.content, "1,000") },
    });
    expect(wrong.body.errors[0].path).toMatch(/^\/content\/tiers\/4\/effects\/financial\/0/);
    const id = newId("pub");
    expect((await call(approve, second, { method: "POST", params: { id } })).status).toBe(404);
    expect((await call(rollback, author, { params: { number: "999" }, body: { note: "n" } })).status).toBe(404);
    expect((await call(save, viewer, { method: "PUT", body: { revision: 0, content: body.content } })).status).toBe(
      403,
    );
    expect((await call(publish, viewer, { body: { revision: 0, note: "n" } })).status).toBe(403);
  });
});
