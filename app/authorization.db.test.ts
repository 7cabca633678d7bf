import "next/dist/server/node-environment-baseline"; // before anything of Next: it makes the storage of requests

import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { issueCredential } from "@/lib/agents/issue-credential";
import { requestTransfer } from "@/lib/agents/request-transfer";
import { project } from "@/lib/audit/project";
import { publish } from "@/lib/audit/publish";
import { integrate } from "@/lib/audit/sequence";
import { bootstrapId } from "@/lib/auth/authenticate-request";
import { issueToken } from "@/lib/auth/issue-token";
import { type Permission, permissions, permissionsOf, type Role, roles } from "@/lib/auth/permissions";
import { makeToken, tokenDigest } from "@/lib/auth/token";
import { db } from "@/lib/db";
import { env } from "@/lib/env";
import { AppError } from "@/lib/errors";
import { newId } from "@/lib/ids";
import { ensurePolicy } from "@/lib/policy/publish";
import { testAgent, testApproval, testPerson } from "@/lib/testing/approvals";
import { testDatabase } from "@/lib/testing/database";
import { testLog } from "@/lib/testing/lane";
import { cookieOf, inRequest } from "@/lib/testing/request";

/**
 * Who may open what: every page, route handler and server action of the program, found by walking its files, asked by a stranger, by each role, by the owner of
 * the object and by another owner. A new file is in the matrix by itself; one without a declared permission fails, and so does one whose row below is missing.
 */

const bootstrapToken = "a bootstrap token for tests, long enough 0123456789";
const folder = mkdtempSync(join(tmpdir(), "countersign-authorization-"));
afterAll(() => rmSync(folder, { recursive: true }));
const { ownerUrl } = await testDatabase({
  bootstrapToken,
  dataDirectory: folder,
  anchorFile: join(folder, "anchor.log"),
});

// ---------------------------------------------------------------- rows

/** Ids of well-formed objects that do not exist, and of objects that belong to the owner. */
type Objects = {
  agent: string;
  credential: string;
  version: string;
  approval: string;
  decision: string;
  token: string;
  session: string;
  transfer: string;
  passkey: string;
};

type Row = {
  /** Path parameters of nothing that exists. */
  params?: Record<string, string | string[]>;
  /** The same request for an object of the owner, with a body for each verb that needs one. */
  owned?: (objects: Objects) => { params: Record<string, string | string[]>; bodies?: Record<string, unknown> };
  /** Why there is no owner to ask: everybody with the permission sees the same, or it only adds something of one's own. */
  shared?: string;
};

const nowhere: Objects = {
  agent: newId("agt"),
  credential: newId("crd"),
  version: "999",
  approval: "apr_0000000000000fzzzy",
  decision: "dec_0000000000000fzzzy",
  token: newId("tok"),
  session: newId("ses"),
  transfer: newId("trf"),
  passkey: newId("pky"),
};

const reason = { reason: "a test" };
const ofAgent = (bodies: Record<string, unknown> = {}): Row => ({
  params: { id: nowhere.agent },
  owned: ({ agent }) => ({ params: { id: agent }, bodies }),
});
const ofEntry: Row = { params: { id: nowhere.decision }, owned: ({ decision }) => ({ params: { id: decision } }) };
const vote = { verdict: "deny", comment: "no", seenDigest: `sha256:${"0".repeat(64)}` };
const version = { label: "v2", model: "a model", provider: "a provider" };

/** By address. A route or page with a parameter says whose objects it names. */
const rows: Record<string, Row> = {
  "/agents/[id]": ofAgent(),
  "/agents/[id]/activity": ofAgent(),
  "/agents/[id]/cedar": ofAgent(),
  "/agents/[id]/credentials": ofAgent(),
  "/agents/[id]/mandate": ofAgent(),
  "/agents/[id]/settings": ofAgent(),
  "/agents/[id]/versions": ofAgent(),
  "/audit/[id]": ofEntry,
  "/decisions/[id]": ofEntry,
  "/inbox/[id]": { params: { id: nowhere.approval }, owned: ({ approval }) => ({ params: { id: approval } }) },
  "/inbox/[id]/shown/[digest]": {
    params: { id: nowhere.approval, digest: "0".repeat(64) },
    shared: "only a digest that a vote has names a card; shown-card.db.test.ts has the rest",
  },
  "/incidents/[id]": { params: { id: newId("inc") }, shared: "incidents are for everybody who may read them" },
  "/tiers/[key]": { params: { key: "T9" }, shared: "one policy" },
  "/tiers/publications/[id]": { params: { id: newId("pub") }, shared: "one policy" },
  "/tiers/versions/[number]": { params: { number: "999" }, shared: "one policy" },
  "/tools/[...name]": { params: { name: ["no.such.tool"] }, shared: "one catalogue" },
  "/welcome/[token]": { params: { token: "x".repeat(43) }, shared: "the link is the proof" },

  "/api/v1/agents/[id]": ofAgent({ PATCH: { purpose: "something else" } }),
  "/api/v1/agents/[id]/activate": ofAgent({ POST: reason }),
  "/api/v1/agents/[id]/authority": ofAgent({ POST: {} }),
  "/api/v1/agents/[id]/cedar": ofAgent(),
  "/api/v1/agents/[id]/credentials": ofAgent({ POST: { type: "secret" } }),
  "/api/v1/agents/[id]/retire": ofAgent({ POST: reason }),
  "/api/v1/agents/[id]/suspend": ofAgent({ POST: reason }),
  "/api/v1/agents/[id]/transfer": ofAgent({ POST: { ownerEmail: "nobody@countersign.test", ...reason } }),
  "/api/v1/agents/[id]/transfer/accept": ofAgent(),
  "/api/v1/agents/[id]/transfer/cancel": ofAgent(),
  "/api/v1/agents/[id]/transfer/decline": ofAgent(),
  "/api/v1/agents/[id]/used": ofAgent(),
  "/api/v1/agents/[id]/versions": ofAgent({ POST: version }),
  "/api/v1/agents/[id]/versions/[version]/promote": {
    params: { id: nowhere.agent, version: nowhere.version },
    owned: ({ agent }) => ({ params: { id: agent, version: "1" } }),
  },
  "/api/v1/approvals/[id]": {
    params: { id: nowhere.approval },
    owned: ({ approval }) => ({ params: { id: approval } }),
  },
  "/api/v1/approvals/[id]/votes": {
    params: { id: nowhere.approval },
    owned: ({ approval }) => ({ params: { id: approval }, bodies: { POST: vote } }),
  },
  "/api/v1/approvals/[id]/comments": {
    params: { id: nowhere.approval },
    owned: ({ approval }) => ({ params: { id: approval }, bodies: { POST: { text: "Is this the new supplier?" } } }),
  },
  "/api/v1/audit/entries/[id]": ofEntry,
  "/api/v1/audit/entries/[id]/content": ofEntry,
  "/api/v1/audit/entries/[id]/lane-check": ofEntry,
  "/api/v1/audit/entries/[id]/proof": ofEntry,
  "/log/tile/entries/[...tile]": { params: { tile: ["999"] }, shared: "needs the whole log" },
  "/api/v1/audit/lanes/[lane]/entries": { params: { lane: "999999" }, shared: "needs the whole log" },
  "/api/v1/credentials/[id]": {
    params: { id: nowhere.credential },
    owned: ({ credential }) => ({ params: { id: credential } }),
  },
  "/api/v1/credentials/[id]/rotate": {
    params: { id: nowhere.credential },
    owned: ({ credential }) => ({ params: { id: credential }, bodies: { POST: {} } }),
  },
  "/api/v1/groups/[id]": { params: { id: newId("grp") }, shared: "one directory" },
  "/api/v1/incidents/[id]": { params: { id: newId("inc") }, shared: "incidents are for everybody who may read them" },
  "/api/v1/incidents/[id]/close": {
    params: { id: newId("inc") },
    shared: "incidents are for everybody who may close them",
  },
  "/api/v1/policy/publications/[id]": { params: { id: newId("pub") }, shared: "one policy" },
  "/api/v1/policy/publications/[id]/approve": { params: { id: newId("pub") }, shared: "one policy" },
  "/api/v1/policy/publications/[id]/decline": { params: { id: newId("pub") }, shared: "one policy" },
  "/api/v1/policy/publications/[id]/withdraw": { params: { id: newId("pub") }, shared: "one policy" },
  "/api/v1/policy/versions/[number]/rollback": { params: { number: "999" }, shared: "one policy" },
  "/api/v1/policy/versions/[number]": { params: { number: "999" }, shared: "one policy" },
  "/api/v1/tokens/[id]": { params: { id: nowhere.token }, owned: ({ token }) => ({ params: { id: token } }) },
  "/api/v1/tools/[...name]": { params: { name: ["no.such.tool"] }, shared: "one catalogue" },
  "/api/v1/users/[id]": { params: { id: newId("per") }, shared: "one directory" },
  "/api/v1/users/[id]/link": { params: { id: newId("per") }, shared: "one directory" },
  "/api/console/approvals/[id]": {
    params: { id: nowhere.approval },
    owned: ({ approval }) => ({ params: { id: approval } }),
  },
};

/** Actions that take the object of an owner, by file and name. */
const actionRows: Record<string, ((objects: Objects) => unknown) | { shared: string }> = {
  "(console)/agents/actions.ts#register": { shared: "adds an agent" },
  "(console)/agents/actions.ts#edit": ({ agent }) => ({ id: agent, change: { purpose: "something else" } }),
  "(console)/agents/actions.ts#authority": ({ agent }) => ({ id: agent }),
  "(console)/agents/actions.ts#used": ({ agent }) => ({ id: agent, days: 7 }),
  "(console)/agents/actions.ts#activate": ({ agent }) => ({ id: agent, ...reason }),
  "(console)/agents/actions.ts#suspend": ({ agent }) => ({ id: agent, ...reason }),
  "(console)/agents/actions.ts#retire": ({ agent }) => ({ id: agent, ...reason }),
  "(console)/agents/actions.ts#stop": ({ agent }) => ({ scope: "agent", id: agent, ...reason }),
  "(console)/agents/actions.ts#addVersion": ({ agent }) => ({ id: agent, version }),
  "(console)/agents/actions.ts#promote": ({ agent }) => ({ id: agent, version: "1" }),
  "(console)/agents/actions.ts#issue": ({ agent }) => ({ id: agent, credential: { type: "secret" } }),
  "(console)/agents/actions.ts#rotate": ({ credential }) => ({ id: credential, rotation: {} }),
  "(console)/agents/actions.ts#revoke": ({ credential }) => ({ id: credential }),
  "(console)/agents/actions.ts#handOver": ({ agent }) => ({
    id: agent,
    ownerEmail: "nobody@countersign.test",
    ...reason,
  }),
  "(console)/agents/actions.ts#answer": ({ transfer }) => ({ id: transfer, answer: "accept" }),
  "(console)/audit/actions.ts#openContent": ({ decision }) => ({ id: decision }),
  "(console)/audit/actions.ts#checkLane": ({ decision }) => ({ id: decision }),
  "(console)/audit/actions.ts#readProof": ({ decision }) => ({ id: decision }),
  "(console)/inbox/actions.ts#comment": ({ approval }) => ({ id: approval, comment: { text: "Is this right?" } }),
  "(console)/settings/tokens/actions.ts#issue": { shared: "adds a token of one's own" },
  "(console)/settings/tokens/actions.ts#revoke": ({ token }) => ({ id: token }),
  "(console)/settings/account/actions.ts#end": ({ session }) => ({ id: session }),
  "(console)/settings/passkeys/actions.ts#remove": ({ passkey }) => ({ id: passkey }),
};

/** Pages declare by calling `requireActor`; this is what each of them must ask for. */
const pageNeeds: Record<string, readonly Permission[] | "public"> = {
  "/": ["overview:read"],
  "/agents": ["agents:read", "agents:read:own"],
  "/agents/new": ["agents:write", "agents:write:own"],
  "/agents/[id]": ["agents:read", "agents:read:own"],
  "/agents/[id]/activity": ["agents:read", "agents:read:own"],
  "/agents/[id]/cedar": ["agents:read", "agents:read:own"],
  "/agents/[id]/credentials": ["agents:read", "agents:read:own"],
  "/agents/[id]/mandate": ["agents:read", "agents:read:own"],
  "/agents/[id]/settings": ["agents:write", "agents:write:own"],
  "/agents/[id]/versions": ["agents:read", "agents:read:own"],
  "/audit": ["audit:read", "audit:read:own"],
  "/audit/[id]": ["audit:read", "audit:read:own"],
  "/decisions/[id]": ["audit:read", "audit:read:own"],
  "/docs": ["overview:read"],
  "/inbox": ["approvals:read", "approvals:read:own"],
  "/inbox/[id]": ["approvals:read", "approvals:read:own"],
  "/inbox/[id]/shown/[digest]": ["approvals:read", "approvals:read:own"],
  "/incidents": ["incidents:read"],
  "/incidents/[id]": ["incidents:read"],
  "/settings": ["overview:read"],
  "/settings/account": ["overview:read"],
  "/settings/groups": ["people:read"],
  "/settings/passkeys": ["overview:read"],
  "/settings/people": ["people:read"],
  "/settings/tokens": ["tokens:write:own"],
  "/tiers": ["policy:read"],
  "/tiers/[key]": ["policy:read"],
  "/tiers/edit": ["policy:write"],
  "/tiers/publications/[id]": ["policy:read"],
  "/tiers/review": ["policy:write"],
  "/tiers/versions/[number]": ["policy:read"],
  "/tiers/try": ["policy:read"],
  "/tools": ["tools:read"],
  "/tools/import": ["tools:write"],
  "/tools/[...name]": ["tools:read"],
  "/sign-in": "public",
  "/welcome/[token]": "public",
};

/** Open to strangers, and why. Nothing else may be. */
const publicRoutes: Record<string, string> = {
  "/api/auth/[...nextauth]": "it is how one signs in",
  "/api/v1/openapi.json": "the description of the interface holds no data",
};
const agentRoutes = /^\/api\/v1\/decisions(\/|$)|^\/access\/v1(\/|$)/; // an agent's key, checked by the decision plane
const publicActions: Record<string, string> = {
  "(auth)/welcome/[token]/actions.ts#accept": "the link is the proof",
  "(auth)/welcome/[token]/actions.ts#keep": "the link is the proof",
  "(console)/actions.ts#signOut": "ends one's own session, or nothing",
};

// ---------------------------------------------------------------- the walk

const app = fileURLToPath(new URL(".", import.meta.url));
const files = readdirSync(app, { recursive: true, encoding: "utf8" }).map((file) => file.split(sep).join("/"));
const addressOf = (file: string) =>
  `/${file
    .split("/")
    .slice(0, -1)
    .filter((part) => !/^\(.*\)$/.test(part))
    .join("/")}`;
const routeFiles = files.filter((file) => /(^|\/)route\.tsx?$/.test(file)).sort();
const pageFiles = files.filter((file) => /(^|\/)page\.tsx?$/.test(file)).sort();
const sourceOf = (file: string) => readFileSync(join(app, file), "utf8");
const isActionFile = (file: string) =>
  /\.tsx?$/.test(file) && !file.includes(".test.") && /^\s*["']use server["']/.test(sourceOf(file));
const actionFiles = files.filter(isActionFile).sort();

type Handler = ((request: Request, context: { params: Promise<unknown> }) => Promise<Response>) & {
  declaration?: { permission: string | readonly string[] };
};
type Action = ((input?: unknown) => Promise<unknown>) & { declaration?: { permission: string | readonly string[] } };

const verbs = ["GET", "POST", "PUT", "PATCH", "DELETE"] as const;
const routes = (
  await Promise.all(
    routeFiles.map(async (file) => {
      const module = (await import(join(app, file))) as Record<string, Handler>;
      return Object.keys(module)
        .filter((name) => /^[A-Z]+$/.test(name))
        .map((verb) => ({ address: addressOf(file), verb, handler: module[verb] as Handler }));
    }),
  )
).flat();
const guarded = routes.filter(({ address }) => !publicRoutes[address] && !agentRoutes.test(address));
const actions = (
  await Promise.all(
    actionFiles.map(async (file) => {
      const module = (await import(join(app, file))) as Record<string, Action>;
      return Object.keys(module).map((name) => ({ name: `${file}#${name}`, run: module[name] as Action }));
    }),
  )
).flat();

const asked = (handler: { declaration?: { permission: string | readonly string[] } }): Permission[] =>
  [handler.declaration?.permission ?? []].flat() as Permission[];
const dynamic = (address: string) => address.includes("[");
const holds = (role: Role, needs: readonly Permission[]) => needs.some((one) => permissionsOf([role]).has(one));

// ---------------------------------------------------------------- the callers

const tokens = new Map<string, string>();
const cookies = new Map<string, string>();
let objects: Objects;
let agentKey = "";

beforeAll(async () => {
  await testLog(ownerUrl);
  await ensurePolicy("system");
  for (const role of roles) await caller(role, [role]);
  await caller("nobody", []);
  const owner = await caller("the owner", ["owner"]);
  await caller("another owner", ["owner"]);
  const heir = await testPerson("Heir", ["owner"]);

  const agent = await testAgent(owner);
  const approval = await testApproval({ owner, agentId: agent });
  const issued = await issueCredential(owner, agent, { type: "secret" });
  agentKey = issued.secret;
  const versionId = newId("ver");
  const { changeControl } = await import("@/lib/audit/append");
  await changeControl({ personId: owner.personId }, async (tx) => {
    await tx.agentVersion.create({
      data: { id: versionId, agentId: agent, number: 1, label: "v1", model: "a model", provider: "a provider" },
    });
    return {
      result: undefined,
      changes: [{ kind: "agent", ref: agent }],
      events: [{ kind: "version_created", agent, ref: versionId }],
    };
  });
  const transfer = await requestTransfer(owner, agent, { ownerEmail: heir.email, ...reason });
  const token = await issueToken(owner, {
    name: "theirs",
    scopes: ["agents:read:own"],
    expiresInDays: 1,
    mayVote: false,
  });
  const session = await db.session.findFirstOrThrow({ where: { personId: owner.personId } });
  const bytes = new Uint8Array(32);
  const passkey = await db.passkey.create({
    data: {
      id: newId("pky"),
      personId: owner.personId,
      name: "theirs",
      credentialId: bytes,
      publicKey: bytes,
      transports: [],
      counter: 0,
    },
  });
  objects = {
    agent,
    credential: issued.id,
    version: versionId,
    approval,
    decision: approval.replace(/^apr_/, "dec_"),
    token: token.id,
    session: session.id,
    transfer: transfer.id,
    passkey: passkey.id,
  };
  await project();
  await integrate();
  await publish();
});

async function caller(name: string, held: Role[]) {
  const person = await testPerson(name.replaceAll(" ", "-"), held);
  const id = newId("tok");
  const { token, digestInput } = makeToken("pat", id);
  await db.apiToken.create({
    data: {
      id,
      personId: person.personId,
      name,
      digest: new Uint8Array(tokenDigest(env().pepper, digestInput)),
      scopes: [...permissions],
      mayVote: true,
      expiresAt: new Date(Date.now() + 3_600_000),
    },
  });
  tokens.set(name, token);
  cookies.set(name, await cookieOf(person.personId));
  return person;
}

const origin = "http://localhost:3000";
type Asking = { headers?: Record<string, string>; params?: Record<string, unknown>; body?: unknown };

async function call(
  { address, verb, handler }: (typeof routes)[number],
  { headers = {}, params = {}, body }: Asking,
): Promise<{ status: number; headers: Headers; text: string }> {
  const given: Record<string, string> = {
    ...(verb === "GET" ? {} : { origin, "content-type": "application/json" }),
    ...headers,
  };
  const path = address.replaceAll(/\[(?:\.\.\.)?(\w+)\]/g, (_, name: string) => [params[name]].flat().join("/"));
  const stop = new AbortController();
  const request = new Request(`${origin}${path}`, {
    method: verb,
    headers: given,
    signal: stop.signal,
    ...(verb === "GET" ? {} : { body: JSON.stringify(body ?? { unexpected: true }) }),
  });
  const response = await inRequest(given, () => handler(request, { params: Promise.resolve(params) }));
  const streams = response.headers.get("content-type")?.startsWith("text/event-stream");
  const text = streams ? "" : await response.text();
  if (streams) await response.body?.cancel();
  stop.abort();
  return { status: response.status, headers: response.headers, text };
}

const takesCookie = (address: string) => address.startsWith("/api/console/");
const as = (name: string, address: string): Record<string, string> =>
  takesCookie(address) ? { cookie: cookies.get(name) ?? "" } : { authorization: `Bearer ${tokens.get(name)}` };

async function act(run: Action, headers: Record<string, string>, input: unknown): Promise<string> {
  try {
    const result = (await inRequest({ origin, ...headers }, () => run(input))) as
      | { ok: boolean; error?: { code: string } }
      | undefined;
    return result && result.ok === false ? (result.error?.code ?? "refused") : "ok";
  } catch (error) {
    return outcomeOf(error);
  }
}

/** What a thrown value of Next, or of ours, means. */
function outcomeOf(error: unknown): string {
  const digest = String((error as { digest?: unknown }).digest ?? "");
  if (digest.startsWith("NEXT_REDIRECT")) return digest.includes("/sign-in") ? "sign in" : "ok";
  if (digest === "NEXT_HTTP_ERROR_FALLBACK;403") return "forbidden";
  if (digest === "NEXT_HTTP_ERROR_FALLBACK;404") return "not_found";
  return String((error as { code?: unknown }).code ?? error);
}

async function open(file: string, headers: Record<string, string>, params: Record<string, unknown>): Promise<string> {
  const { default: Page } = (await import(join(app, file))) as { default: (props: object) => Promise<unknown> };
  try {
    await inRequest(headers, async () => Page({ params: Promise.resolve(params), searchParams: Promise.resolve({}) }));
    return "ok";
  } catch (error) {
    return error instanceof AppError ? `${error.code} from below the page` : outcomeOf(error);
  }
}

// ---------------------------------------------------------------- the matrix

describe("T44 nothing is left out", () => {
  test("every route handler declares a permission, or is on the short list of public ones", () => {
    expect(
      guarded.filter(({ handler }) => asked(handler).length === 0).map(({ verb, address }) => `${verb} ${address}`),
    ).toEqual([]);
    expect(
      guarded
        .filter(({ handler }) => asked(handler).some((one) => !permissions.includes(one)))
        .map(({ verb, address }) => `${verb} ${address}`),
    ).toEqual([]);
    expect(routes.map(({ verb }) => verb).filter((verb) => !(verbs as readonly string[]).includes(verb))).toEqual([]);
  });

  test("every address with a parameter says whose objects it names", () => {
    const addresses = [...guarded.map(({ address }) => address), ...pageFiles.map(addressOf)].filter(dynamic);
    expect([...new Set(addresses)].filter((address) => !rows[address]?.owned && !rows[address]?.shared)).toEqual([]);
  });

  test("every page says what it needs, and asks for it itself", () => {
    expect(pageFiles.map(addressOf).filter((address) => !pageNeeds[address])).toEqual([]);
    const silent = pageFiles.filter(
      (file) => pageNeeds[addressOf(file)] !== "public" && !/\brequireActor\(/.test(sourceOf(file)),
    );
    expect(silent).toEqual([]);
  });

  test("T45 every server action is in a file of actions, and takes an object of an owner only with a row for it", () => {
    const scattered = readdirSync(join(app, ".."), { encoding: "utf8" })
      .filter((folder) => ["app", "components", "lib"].includes(folder))
      .flatMap((folder) =>
        readdirSync(join(app, "..", folder), { recursive: true, encoding: "utf8" }).map((file) =>
          join(app, "..", folder, file),
        ),
      )
      .filter((file) => /\.tsx?$/.test(file) && !file.includes(".test.") && !file.includes("generated"))
      .filter((file) => {
        const source = readFileSync(file, "utf8");
        return (
          /^[ \t]+["']use server["'];?$/m.test(source) ||
          (/^\s*["']use server["']/.test(source) && relative(app, file).startsWith(".."))
        );
      });
    expect(scattered).toEqual([]);
    const own = actions.filter(({ run }) => asked(run).some((one) => one.endsWith(":own")));
    expect(own.map(({ name }) => name).filter((name) => !actionRows[name])).toEqual([]);
  });
});

describe.each(guarded.map((route) => [`${route.verb} ${route.address}`, route] as const))("%s", (_, route) => {
  const params = rows[route.address]?.params ?? {};
  const needs = asked(route.handler);

  test("T44 a stranger, a wrong secret, an agent's key and the wrong kind of credential are 401, and none may be stored", async () => {
    const { address } = route;
    const { token } = makeToken("pat", newId("tok"));
    const strangers: Record<string, string>[] = [
      {},
      { authorization: `Bearer ${token}` },
      { authorization: `Bearer ${agentKey}` },
      { authorization: "Bearer null" },
      { authorization: "Basic YTpi" },
      takesCookie(address)
        ? { authorization: `Bearer ${tokens.get("admin")}` }
        : { cookie: cookies.get("admin") ?? "" },
      { authorization: `Bearer ${tokens.get("admin")}`, cookie: cookies.get("admin") ?? "" },
      takesCookie(address)
        ? { cookie: `${cookies.get("admin")?.slice(0, -4)}AAAA` }
        : { authorization: `Bearer ${tokens.get("admin")?.slice(0, -1)}` },
    ];
    for (const headers of strangers) {
      const answer = await call(route, { params, headers });
      expect(answer.status).toBe(401);
      expect(answer.headers.get("cache-control")).toContain("no-store"); // T49
    }
  });

  test.each([...roles, "nobody"] as const)("T44 as %s the answer is as declared", async (role) => {
    const { status, headers } = await call(route, { params, headers: as(role, route.address) });
    expect(headers.get("cache-control")).toContain("no-store"); // T49
    if (role !== "nobody" && holds(role, needs)) {
      expect([401, 403]).not.toContain(status);
      expect(status).toBeLessThan(500);
    } else expect(status).toBe(403);
  });

  test("the bootstrap token administers, and is nobody", async () => {
    const { status } = await call(route, { params, headers: { authorization: `Bearer ${bootstrapToken}` } });
    if (takesCookie(route.address)) return expect(status).toBe(401);
    const may = needs.some((one) => permissionsOf(["admin"]).has(one) && one !== "tokens:write:own");
    if (may) expect([401, 403]).not.toContain(status);
    else expect(status).toBe(403);
  });

  const row = rows[route.address];
  if (row?.owned) {
    test("T44 another owner's object answers exactly like none", async () => {
      const { params: theirs, bodies } = row.owned?.(objects) ?? { params: {} };
      const body = bodies?.[route.verb];
      const headers = as("another owner", route.address);
      const answer = await call(route, { params: theirs, headers, body });
      if (!holds("owner", needs)) return expect(answer.status).toBe(403);
      expect(answer.status).toBe(404);
      const none = await call(route, { params, headers, body });
      const plain = (text: string) => text.replace(/urn:countersign:request:[\w-]+/, "");
      expect(none.status).toBe(404);
      expect(plain(answer.text)).toBe(plain(none.text));
      if (route.verb === "GET")
        expect((await call(route, { params: theirs, headers: as("the owner", route.address) })).status).toBe(200);
    });
  }

  if (route.verb === "GET" && !dynamic(route.address)) {
    test("T44 another owner finds nothing of the owner's in it", async () => {
      const { text } = await call(route, { headers: as("another owner", route.address) });
      for (const id of [objects.agent, objects.approval, objects.decision, objects.credential, objects.token])
        expect(text).not.toContain(id);
    });
  }

  if (route.verb !== "GET" && takesCookie(route.address)) {
    test("T26 a change that another site's page started is refused", async () => {
      for (const from of ["https://evil.example", "null", ""]) {
        expect((await call(route, { params, headers: { ...as("admin", route.address), origin: from } })).status).toBe(
          403,
        );
      }
    });
  }
});

describe.each(pageFiles.map((file) => [addressOf(file), file] as const))("page %s", (address, file) => {
  const params = rows[address]?.params ?? {};
  const needs = pageNeeds[address] ?? [];

  test("T44 opens as declared: strangers sign in first, and each role sees it or is refused", async () => {
    const stranger = await open(file, {}, params);
    if (needs === "public") return expect(stranger).not.toMatch(/sign in|forbidden/);
    expect(stranger).toBe("sign in");
    for (const role of [...roles, "nobody"] as const) {
      const outcome = await open(file, { cookie: cookies.get(role) ?? "" }, params);
      if (role !== "nobody" && holds(role, needs)) expect(["ok", "not_found"], `as ${role}`).toContain(outcome);
      else expect(outcome, `as ${role}`).toBe("forbidden");
    }
  });

  const row = rows[address];
  if (row?.owned) {
    test("T44 another owner's object is not found, and the owner's own is", async () => {
      const { params: theirs } = row.owned?.(objects) ?? { params: {} };
      expect(await open(file, { cookie: cookies.get("another owner") ?? "" }, theirs)).toBe("not_found");
      expect(await open(file, { cookie: cookies.get("the owner") ?? "" }, theirs)).toBe("ok");
    });
  }
});

describe.each(actions.map(({ name, run }) => [name, run] as const))("action %s", (name, run) => {
  if (publicActions[name]) {
    test("is open to strangers on purpose, and still refuses another site's page", async () => {
      expect(await act(run, { origin: "https://evil.example" }, {})).toBe("forbidden");
    });
    return;
  }

  test("T45 refuses a stranger, a person without roles, and another site's page", async () => {
    const refused = name.endsWith("#find") ? /^Error/ : /^(unauthenticated|forbidden)$/;
    expect(await act(run, {}, undefined)).toMatch(refused);
    expect(await act(run, { cookie: cookies.get("nobody") ?? "" }, undefined)).toMatch(refused);
    expect(await act(run, { cookie: cookies.get("admin") ?? "", origin: "https://evil.example" }, undefined)).toMatch(
      refused,
    );
    expect(await act(run, { cookie: cookies.get("admin") ?? "", origin: "" }, undefined)).toMatch(refused);
  });

  test.each(roles)("T45 as %s the answer is as declared", async (role) => {
    const needs = asked(run);
    if (needs.length === 0) return; // a plain function around a declared action: its refusals are tested above
    const outcome = await act(run, { cookie: cookies.get(role) ?? "" }, { unexpected: true });
    if (holds(role, needs)) expect(outcome).toBe("invalid_request");
    else expect(outcome).toBe("forbidden");
  });

  const row = actionRows[name];
  if (typeof row === "function") {
    test("T44 another owner's object answers like none", async () => {
      if (!holds("owner", asked(run))) return;
      expect(await act(run, { cookie: cookies.get("another owner") ?? "" }, row(objects))).toBe("not_found");
      expect(await act(run, { cookie: cookies.get("another owner") ?? "" }, row(nowhere))).toBe("not_found");
    });
  }
});

const internalHeaders: Record<string, string> = {
  "x-middleware-subrequest": "middleware:middleware:middleware:middleware:middleware",
  "x-middleware-rewrite": "/",
  "x-middleware-next": "1",
  "x-middleware-override-headers": "authorization",
  "x-now-route-matches": "1",
  "x-matched-path": "/sign-in",
  "x-nextjs-data": "1",
  "x-invoke-path": "/sign-in",
  "x-invoke-status": "200",
  "x-forwarded-host": "localhost:3000",
  "x-countersign-path": "/sign-in",
  rsc: "1",
  "next-router-prefetch": "1",
  "next-router-state-tree": "[]",
  "next-resume": "1",
};

test("T46 no header of a framework's own opens anything: each route and page refuses a stranger who sends them all", async () => {
  for (const route of guarded)
    expect(
      (await call(route, { params: rows[route.address]?.params ?? {}, headers: internalHeaders })).status,
      route.address,
    ).toBe(401);
  for (const file of pageFiles.filter((each) => pageNeeds[addressOf(each)] !== "public")) {
    expect(await open(file, internalHeaders, rows[addressOf(file)]?.params ?? {}), file).toBe("sign in");
  }
});

test("T49 two people who ask in turns, a thousand times, each see themselves", async () => {
  const route = routes.find(({ address, verb }) => address === "/api/console/me" && verb === "GET");
  if (!route) throw new Error("no such route");
  const answers = await Promise.all(
    ["the owner", "another owner"].map(async (name) => ({
      name,
      id: (JSON.parse((await call(route, { headers: as(name, route.address) })).text) as { id: string }).id,
    })),
  );
  expect(answers[0]?.id).not.toBe(answers[1]?.id);
  for (let turn = 0; turn < 1000; turn += 20) {
    const round = await Promise.all(
      Array.from({ length: 20 }, (_, at) => answers[(turn + at) % 2] as (typeof answers)[number]).map(
        async ({ name, id }) => ({ id, text: (await call(route, { headers: as(name, route.address) })).text }),
      ),
    );
    for (const { id, text } of round) expect(JSON.parse(text)).toMatchObject({ id });
  }
});

test("the bootstrap token never votes, makes no tokens, and is no person", async () => {
  const { authenticateRequest } = await import("@/lib/auth/authenticate-request");
  const request = new Request(`${origin}/api/v1/agents`, { headers: { authorization: `Bearer ${bootstrapToken}` } });
  const actor = await authenticateRequest(request, "agents:read");
  expect(actor).toMatchObject({ personId: bootstrapId, via: "bootstrap", mayVote: false });
  expect(actor.permissions.has("approvals:vote")).toBe(false);
  expect(actor.permissions.has("tokens:write:own")).toBe(false);
  expect(await db.person.findUnique({ where: { id: bootstrapId } })).toBeNull();
});
