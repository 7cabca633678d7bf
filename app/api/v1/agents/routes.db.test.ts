import { beforeAll, describe, expect, test } from "vitest";
import { POST as rotate } from "@/app/api/v1/credentials/[id]/rotate/route";
import { GET as getCredential, DELETE as revoke } from "@/app/api/v1/credentials/[id]/route";
import { GET as policy } from "@/app/api/v1/policy/route";
import { GET as versionsOfPolicy } from "@/app/api/v1/policy/versions/route";
import { POST as stop } from "@/app/api/v1/stop/route";
import { GET as getTool, PUT as putTool, DELETE as removeTool } from "@/app/api/v1/tools/[...name]/route";
import { GET as listTools } from "@/app/api/v1/tools/route";
import { db } from "@/lib/db";
import type { RouteHandler } from "@/lib/http/route";
import { newId } from "@/lib/ids";
import { ensurePolicy } from "@/lib/policy/publish";
import { testDatabase } from "@/lib/testing/database";
import { testLog } from "@/lib/testing/lane";
import { testPerson } from "@/lib/testing/people";
import { POST as activate } from "./[id]/activate/route";
import { GET as credentials, POST as issue } from "./[id]/credentials/route";
import { POST as retire } from "./[id]/retire/route";
import { PATCH, GET as read } from "./[id]/route";
import { POST as suspend } from "./[id]/suspend/route";
import { POST as transfer } from "./[id]/transfer/route";
import { POST as promote } from "./[id]/versions/[version]/promote/route";
import { POST as addVersion, GET as versions } from "./[id]/versions/route";
import { GET as list, POST as register } from "./route";

const token = "a bootstrap token that only the tests know";
const { ownerUrl } = await testDatabase({ bootstrapToken: token.replaceAll(" ", "-") });

beforeAll(async () => {
  await testLog(ownerUrl);
  await ensurePolicy("system");
  await testPerson("Olga Owner", "owner");
  await testPerson("Omar Owner", "owner");
});

async function call(
  handler: RouteHandler,
  given: { params?: Record<string, string | string[]>; query?: string; body?: unknown; token?: string | null } = {},
) {
  const method = given.body === undefined ? "GET" : "POST";
  const bearer = given.token === undefined ? token.replaceAll(" ", "-") : given.token;
  const request = new Request(`http://localhost:3000/api/v1/x${given.query ?? ""}`, {
    method,
    headers: {
      ...(bearer ? { authorization: `Bearer ${bearer}` } : {}),
      ...(method === "POST" ? { "content-type": "application/json" } : {}),
    },
    ...(method === "POST" ? { body: JSON.stringify(given.body) } : {}),
  });
  const response = await handler(request, { params: Promise.resolve(given.params ?? {}) });
  const text = await response.text();
  return { status: response.status, body: text ? JSON.parse(text) : null };
}

const agent = {
  name: "Mail assistant",
  purpose: "answers mail",
  ownerEmail: "olga.owner@countersign.test",
  environment: "production",
  riskClass: "limited",
  tier: "T3",
  mandate: { tools: ["mail.send"], budgets: [{ window: "day", amount: "5000.00", currency: "EUR" }] },
  version: { label: "v1", model: "m", provider: "p" },
};

describe("agents over HTTP", () => {
  test("the whole life of an agent: registered, keyed, activated, changed, suspended, retired", async () => {
    const made = await call(register, { body: agent });
    expect(made.status).toBe(201);
    const params = { id: made.body.id };

    const issued = await call(issue, { params, body: {} });
    expect(issued.status).toBe(201);
    expect(issued.body).toEqual({
      id: expect.stringMatching(/^crd_/),
      secret: expect.stringMatching(/^cs_agt_/),
      expiresAt: expect.any(String),
    });
    expect(JSON.stringify((await call(credentials, { params })).body)).not.toContain(issued.body.secret);
    const rotated = await call(rotate, { params: { id: issued.body.id }, body: { overlapSeconds: 60 } });
    expect(rotated.status).toBe(201);
    expect((await call(getCredential, { params: { id: issued.body.id } })).body.state).toBe("overlap");
    expect((await call(revoke, { params: { id: rotated.body.id } })).status).toBe(204);

    expect((await call(activate, { params, body: { reason: "goes live" } })).body.status).toBe("active");
    expect((await call(PATCH, { params, body: { purpose: "answers letters" } })).body.purpose).toBe("answers letters");
    expect((await call(addVersion, { params, body: { label: "v2", model: "m", provider: "p" } })).status).toBe(201);
    expect((await call(promote, { params: { ...params, version: "2" }, body: {} })).body.number).toBe(2);
    expect((await call(versions, { params })).body.items).toHaveLength(2);
    expect(
      (
        await call(transfer, {
          params,
          body: { ownerEmail: "omar.owner@countersign.test", reason: "moves" },
        })
      ).status,
    ).toBe(201);
    expect((await call(suspend, { params, body: { reason: "odd mails" } })).body.status).toBe("suspended");
    expect((await call(retire, { params, body: { reason: "no longer needed" } })).body.status).toBe("retired");
    const after = await call(activate, { params, body: { reason: "once more" } });
    expect([after.status, after.body.code]).toEqual([409, "conflict"]);
  });

  test("the stop works for one agent and for the fleet", async () => {
    const { body } = await call(register, { body: { ...agent, name: "Stopped assistant" } });
    await call(activate, { params: body, body: { reason: "goes live" } });
    expect((await call(stop, { body: { scope: "agent", id: body.id, reason: "drill" } })).body.stopped).toEqual([
      { id: body.id, name: "Stopped assistant" },
    ]);
    expect((await call(stop, { body: { scope: "fleet", reason: "drill" } })).status).toBe(409);
    expect((await call(stop, { body: { scope: "fleet", id: "x", reason: "drill" } })).status).toBe(400);
  });

  test("a field that is wrong is named with its rule", async () => {
    const cases: [Record<string, unknown>, string][] = [
      [{ ...agent, name: "" }, "/name"],
      [{ ...agent, tier: "T9" }, "/tier"],
      [{ ...agent, ownerEmail: "nobody@countersign.test" }, "/ownerEmail"],
      [{ ...agent, contractId: "ctr_1" }, "/contractId"],
      [{ ...agent, mandate: { tools: ["*"] } }, "/mandate/tools/0"],
      [{ ...agent, mandate: { tools: [], hosts: [{ host: "https://a b" }] } }, "/mandate/hosts/0"],
      [{ ...agent, surprise: true }, ""],
    ];
    for (const [body, path] of cases) {
      const { status, body: problem } = await call(register, { body });
      expect([status, problem.errors?.[0]?.path], path).toEqual([400, path]);
    }
  });

  test("without a token, with a wrong one and with an agent's key the answer is the same 401", async () => {
    const { body } = await call(register, { body: { ...agent, name: "Keyed assistant" } });
    const { body: key } = await call(issue, { params: body, body: {} });
    for (const bearer of [null, "cs_pat_wrong", key.secret]) {
      const { status, body: problem } = await call(list, { token: bearer });
      expect([status, problem.code]).toEqual([401, "unauthenticated"]);
    }
  });

  test("an id that is not one, and one that is nobody's, are a 400 and a 404", async () => {
    expect((await call(read, { params: { id: "agt_1" } })).status).toBe(400);
    expect((await call(read, { params: { id: newId("agt") } })).status).toBe(404);
    expect((await call(list, { query: "?owner=me&owner=me" })).status).toBe(400);
    expect((await call(list, { query: "?surprise=1" })).status).toBe(400);
  });
});

describe("tools and policy over HTTP", () => {
  test("a tool is put, read, listed and removed, and each change is a policy version", async () => {
    const before = (await call(policy)).body.number;
    const params = { name: ["mcp", "mail", "send"] };
    const put = await call(putTool, {
      params,
      body: { effect: "external", reversible: false, argumentRoles: { recipient: "/to" } },
    });
    expect([put.status, put.body.name]).toEqual([200, "mcp/mail/send"]);
    expect((await call(getTool, { params })).body.fingerprint).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect((await call(listTools, { query: "?q=mail" })).body.items).toHaveLength(1);
    expect((await call(removeTool, { params })).status).toBe(204);
    expect((await call(getTool, { params })).status).toBe(404);
    expect((await call(policy)).body.number).toBe(before + 2);
    expect((await call(versionsOfPolicy, { query: "?limit=2" })).body.items).toHaveLength(2);
    expect(await db.tool.count()).toBe(0);
  });
});
