import { readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import { sep } from "node:path";
import pg from "pg";
import { beforeAll, describe, expect, test } from "vitest";
import { deactivatePerson } from "@/lib/auth/deactivate-person";
import { testPerson } from "@/lib/testing/people";
import { type TestAgent, testAgent, testPlane } from "@/lib/testing/plane";
import { type Program, type Reply, refusedStart, startProgram } from "@/lib/testing/program";
import { cookieOf } from "@/lib/testing/request";

/** What the built program answers on its one port: security design §9.1–9.4, by raw bytes and by whole crawls. */

const bootstrapToken = "a bootstrap token for tests, long enough 0123456789";
const metricsToken = "a metrics token for tests, long enough 0123456789";
const database = await testPlane();
let program: Program;
let agent: TestAgent;
let ada: Awaited<ReturnType<typeof testPerson>>;
let cookie = "";

beforeAll(async () => {
  program = await startProgram(database, {
    COUNTERSIGN_BOOTSTRAP_TOKEN: bootstrapToken,
    COUNTERSIGN_METRICS_TOKEN: metricsToken,
  });
  ada = await testPerson("Ada Admin", "admin", "approver", "compliance");
  cookie = await cookieOf(ada.personId);
  agent = await testAgent();
  for (const body of [
    { tool: "files.read", arguments: { path: "/a" } },
    { tool: "payments.transfer", arguments: { to: "DE1", amount: "9500.00", currency: "EUR" } },
    { tool: "never.heard-of", arguments: {} },
  ])
    await program.ask("/api/v1/decisions", {
      method: "POST",
      headers: bearer(agent.token),
      body: JSON.stringify(body),
    });
});

const bearer = (token: string) => ({ authorization: `Bearer ${token}`, "content-type": "application/json" });

/** Addresses of the pages, with a stand-in for each parameter. */
const pages = readdirSync("app", { recursive: true, encoding: "utf8" })
  .map((file) => file.split(sep).join("/"))
  .filter((file) => /(^|\/)page\.tsx$/.test(file))
  .map((file) =>
    file
      .split("/")
      .slice(0, -1)
      .filter((part) => !/^\(.*\)$/.test(part))
      .map((part) => (part.startsWith("[") ? "no-such-thing" : part))
      .join("/"),
  )
  .map((path) => `/${path}`)
  .sort();
const open = ["/sign-in", "/welcome/no-such-thing"];

type Operation = { parameters?: { name: string; in: string }[]; requestBody?: unknown };
const document = JSON.parse(readFileSync("dist/openapi.json", "utf8")) as {
  paths: Record<string, Record<string, Operation>>;
};
const operations = Object.entries(document.paths).flatMap(([path, verbs]) =>
  Object.keys(verbs).map((verb) => ({ verb: verb.toUpperCase(), path: path.replaceAll(/\{\w+\}/g, "no-such-thing") })),
);
const consoleRoutes = [
  "/api/console/me",
  "/api/console/approvals",
  "/api/console/overview",
  "/api/console/audit/export",
];

/** Asks as Next's own client does, which is sent on once when its address lacks the mark of what it asks for. */
async function askThrough(path: string, headers: Record<string, string>): Promise<Reply> {
  const reply = await program.ask(path, { headers });
  const { location } = reply.headers;
  const marked = location?.includes("_rsc") && location.split("?")[0] === path.split("?")[0];
  return location && marked ? program.ask(location, { headers }) : reply;
}

/** What a stranger learns from an answer: its status and where it leads. */
function gist({ status, headers, body }: Reply): string {
  const redirect = /NEXT_REDIRECT;\w+;([^;"]+)/.exec(body)?.[1] ?? headers.location;
  return redirect ? `to ${redirect.split("?")[0]}` : String(status);
}

describe("T46 authorization is in no layer that a request can step around", () => {
  const internal = [
    "x-middleware-subrequest: middleware:middleware:middleware:middleware:middleware",
    "x-middleware-subrequest: src/middleware:src/middleware:src/middleware:src/middleware:src/middleware",
    "x-middleware-subrequest: proxy",
    "x-middleware-next: 1",
    "x-middleware-rewrite: /sign-in",
    "x-middleware-redirect: /",
    "x-middleware-skip: 1",
    "x-middleware-override-headers: cookie",
    "x-middleware-request-cookie: a=b",
    "x-middleware-set-cookie: a=b",
    "x-middleware-prefetch: 1",
    "x-middleware-invoke: 1",
    "x-now-route-matches: 1=agents",
    "x-matched-path: /sign-in",
    "x-nextjs-data: 1",
    "x-next-resume-state-length: 10",
    "next-resume: 1",
    "x-invoke-path: /sign-in",
    "x-invoke-query: %7B%7D",
    "x-invoke-status: 200",
    "x-invoke-output: /sign-in",
    "x-next-cache-tags: a",
    "x-prerender-revalidate: 1",
    "x-prerender-bypass: 1",
    "x-forwarded-host: evil.example",
    "x-forwarded-proto: https",
    "x-forwarded-for: 127.0.0.1",
    "x-original-url: /sign-in",
    "x-rewrite-url: /sign-in",
    "x-http-method-override: GET",
    "rsc: 1",
    "next-router-prefetch: 1",
    "next-router-state-tree: %5B%22%22%5D",
    "next-url: /sign-in",
    "purpose: prefetch",
    "sec-purpose: prefetch",
    "accept: text/x-component",
    "x-countersign-path: /sign-in",
  ].map((line) => line.split(": ") as [string, string]);

  test("a stranger with any internal or prefetch header gets what a stranger without it gets, on every page and list", async () => {
    for (const path of [
      "/",
      "/agents",
      `/agents/${agent.id}`,
      "/settings/people",
      "/audit",
      "/api/v1/agents",
      "/api/console/me",
    ]) {
      const plain = gist(await program.ask(path));
      expect(["to /sign-in", "401"]).toContain(plain);
      for (const [name, value] of internal) {
        const reply = await askThrough(path, { [name]: value });
        expect(gist(reply), `${path} with ${name}`).toBe(plain);
        expect(reply.body, `${path} with ${name}`).not.toContain(agent.name);
        expect(JSON.stringify(reply.headers), `${path} with ${name}`).not.toContain("evil.example");
      }
    }
    expect((await program.ask("/agents", { headers: { cookie } })).body, "the control").toContain(agent.name);
  });

  test("server-component requests, in every spelling, say no more than the page", async () => {
    for (const path of pages.filter((page) => !open.includes(page)))
      for (const [suffix, headers] of [
        ["", {}],
        [".rsc", {}],
        [".rsc", { rsc: "1" }],
        [".txt", {}],
        [".prefetch.rsc", { rsc: "1" }],
        [".segments/_tree.segment.rsc", {}],
        ["?_rsc=1a2b3", {}],
        ["?_rsc=1a2b3", { rsc: "1" }],
        ["", { rsc: "1", "next-router-prefetch": "1" }],
        ["", { rsc: "1", "next-router-prefetch": "1", "next-router-segment-prefetch": "/_tree" }],
        ["", { rsc: "1", "next-router-segment-prefetch": "/agents/__PAGE__" }],
      ] as const) {
        const reply = await askThrough(`${path}${suffix}`, headers);
        expect(reply.status, `${path}${suffix}`).toBeLessThan(500);
        expect(reply.body, `${path}${suffix}`).not.toContain(agent.name);
        expect(reply.body, `${path}${suffix}`).not.toContain(ada.email);
        if (suffix === "" && !("rsc" in headers)) expect(gist(reply), path).toBe("to /sign-in");
      }
  });

  test("a path that two readers could read differently is refused before it is routed", async () => {
    for (const path of [
      "/agents%2f",
      "/%2fagents",
      "/agents%5c",
      "/agents%2e%2e/settings",
      "/agents%00",
      "//agents",
      "/agents/../settings",
      "/./agents",
      "/api%2fv1/agents",
      "/api/v1/decisions/../agents",
      "/api/v1/decisions%2f",
    ])
      expect(
        (await program.raw(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${program.port}\r\n\r\n`)).split("\r\n")[0],
        path,
      ).toBe("HTTP/1.1 400 Bad Request");
  });
});

describe("T48 the server never calls out for a caller", () => {
  test("there is no image optimizer", async () => {
    for (const path of [
      "/_next/image",
      "/_next/image?url=%2Ficon.png&w=16&q=75",
      "/_next/image?url=http%3A%2F%2F127.0.0.1%3A1%2F&w=16&q=75",
      "/_next/image/?url=x",
    ])
      expect((await program.ask(path, { headers: { cookie } })).status, path).toBe(404);
  });

  test("an absolute-form or authority-form target is 400, with and without an upgrade, and opens no connection", async () => {
    let connections = 0;
    const trap = createServer((socket) => {
      connections++;
      socket.destroy();
    });
    await new Promise<void>((settle) => trap.listen(0, "127.0.0.1", settle));
    const { port } = trap.address() as { port: number };
    const upgrade =
      "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n";
    for (const target of [
      `http://127.0.0.1:${port}/`,
      `http://127.0.0.1:${port}/_next/image`,
      `//127.0.0.1:${port}/`,
      `/\\127.0.0.1:${port}/`,
      `ws://127.0.0.1:${port}/`,
      "*",
    ])
      for (const [host, more] of [
        [`127.0.0.1:${program.port}`, ""],
        [`127.0.0.1:${program.port}`, upgrade],
        [`127.0.0.1:${port}`, ""],
        [`127.0.0.1:${port}`, upgrade],
      ]) {
        const answer = await program.raw(`GET ${target} HTTP/1.1\r\nHost: ${host}\r\n${more}\r\n`);
        expect(answer.split("\r\n")[0], `${target} ${host} ${more}`).toBe("HTTP/1.1 400 Bad Request");
      }
    await new Promise<void>((settle) => void trap.close(() => settle()));
    expect(connections).toBe(0);
  });

  test("an upgrade of a page is refused like any other, after Next has seen requests and attached its own listener", async () => {
    expect((await program.ask("/sign-in")).status).toBe(200);
    for (const protocol of ["websocket", "h2c", "TLS/1.0"])
      for (const path of ["/", "/sign-in", "/_next/webpack-hmr", "/api/v1/decisions"]) {
        const answer = await program.raw(
          `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${program.port}\r\nConnection: Upgrade\r\nUpgrade: ${protocol}\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n`,
        );
        expect(answer, `${protocol} ${path}`).toMatch(/^HTTP\/1\.1 400 /);
      }
  });

  test("CONNECT opens nothing", async () => {
    const answer = await program.raw(
      `CONNECT 127.0.0.1:${program.port} HTTP/1.1\r\nHost: 127.0.0.1:${program.port}\r\n\r\n`,
    );
    expect(answer).not.toMatch(/^HTTP\/1\.1 2/);
  });

  test("contradictory framing is refused and the connection closed, so that no second request hides in the first", async () => {
    const host = `Host: 127.0.0.1:${program.port}\r\n`;
    const smuggled = `GET /healthz HTTP/1.1\r\n${host}\r\n`;
    for (const head of [
      `POST /api/v1/decisions HTTP/1.1\r\n${host}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
      `POST /api/v1/decisions HTTP/1.1\r\n${host}Content-Length: 0\r\nContent-Length: 5\r\n\r\n`,
      `POST /api/v1/decisions HTTP/1.1\r\n${host}Transfer-Encoding: xchunked\r\n\r\n`,
      `POST /api/v1/decisions HTTP/1.1\r\n${host}Transfer-Encoding : chunked\r\n\r\n`,
      `GET / HTTP/1.1\r\n${host}Host: evil.example\r\n\r\n`,
      `GET / HTTP/1.1\r\n\r\n`,
      `GET / HTTP/1.1\r\n${host}X-A: 1\nX-B: 2\r\n\r\n`,
      `TRACE / HTTP/1.1\r\n${host}\r\n`,
    ]) {
      const answer = await program.raw(`${head}${smuggled}`, 2_000);
      expect(answer, head).toMatch(/^HTTP\/1\.1 4\d\d /);
      expect(answer.match(/HTTP\/1\.1 \d/g), head).toHaveLength(1);
    }
  });
});

describe("T49 nothing signed-in is stored, and every answer says how a browser must treat it", () => {
  const always = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "x-frame-options": "DENY",
    "permissions-policy":
      "camera=(), geolocation=(), microphone=(), payment=(), usb=(), publickey-credentials-get=(self)",
  };
  const policy = (nonce: string) =>
    `default-src 'none'; script-src 'self' 'nonce-${nonce}' 'strict-dynamic'; style-src 'self' 'nonce-${nonce}'; img-src 'self' data:; font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; object-src 'none'`;

  function check(reply: Reply, what: string): string {
    for (const [name, value] of Object.entries(always)) expect(reply.headers[name], `${what}: ${name}`).toBe(value);
    expect(reply.headers["cache-control"], what).toMatch(/\bno-store\b/);
    for (const name of [
      "x-powered-by",
      "server",
      "access-control-allow-origin",
      "x-nextjs-cache",
      "strict-transport-security",
    ])
      expect(reply.headers[name], `${what}: ${name}`).toBeUndefined();
    const nonce = /'nonce-([A-Za-z0-9+/=]{24})'/.exec(String(reply.headers["content-security-policy"]))?.[1] ?? "";
    expect(reply.headers["content-security-policy"], what).toBe(policy(nonce));
    return nonce;
  }

  test("the headers of every page, signed in and signed out; each script carries the nonce of its own answer", async () => {
    const nonces = new Set<string>();
    for (const path of [...pages, "/no-such-page", "/_next/data/x.json"])
      for (const headers of [{}, { cookie }]) {
        const reply = await program.ask(path, { headers });
        const nonce = check(reply, `${path} ${headers.cookie ? "signed in" : ""}`);
        expect(nonces.has(nonce), path).toBe(false);
        nonces.add(nonce);
        expect(reply.status, path).toBeLessThan(500);
        for (const [tag] of reply.body.matchAll(/<script\b[^>]*>/g)) expect(tag, path).toContain(`nonce="${nonce}"`);
        expect(reply.body, path).not.toMatch(/\son(?:error|load|click)=/);
      }
  });

  test("the headers of every route of the API, by every verb it has, and of every stranger's answer", async () => {
    const ours = operations.filter(
      ({ path }) => !/^\/(api\/v1\/decisions|access\/|\.well-known\/|log\/|healthz|readyz)/.test(path),
    );
    expect(ours.length).toBeGreaterThan(40);
    for (const { verb, path } of ours)
      for (const authorization of ["Bearer nonsense", `Bearer ${bootstrapToken}`]) {
        if (verb === "GET" || authorization === "Bearer nonsense")
          check(
            await program.ask(path, {
              method: verb,
              headers: { authorization, "content-type": "application/json" },
              ...(verb === "GET" ? {} : { body: "{}" }),
            }),
            `${verb} ${path}`,
          );
      }
    for (const path of consoleRoutes)
      for (const headers of [{}, { cookie }]) check(await program.ask(path, { headers }), path);
  });

  test("answers of the decision plane and refusals before routing are not stored and not sniffed", async () => {
    for (const [path, asking] of [
      ["/healthz", {}],
      ["/readyz", {}],
      ["/metrics", { headers: { authorization: `Bearer ${metricsToken}` } }],
      ["/metrics", {}],
      ["/log/receipt-key", {}],
      ["/log/nothing", {}],
      ["/api/v1/decisions", { method: "POST", body: "{}" }],
      ["/api/v1/decisions", { headers: { host: "evil.example" } }],
      ["/_next/image", {}],
      ["/a%2fb", {}],
    ] as const) {
      const reply = await program.ask(path, asking);
      expect(reply.headers["cache-control"], path).toBe("no-store");
      expect(reply.headers["x-content-type-options"], path).toBe("nosniff");
      for (const name of ["x-powered-by", "server", "access-control-allow-origin"])
        expect(reply.headers[name], path).toBeUndefined();
    }
  });

  test("a preflight is given no right by either plane", async () => {
    for (const path of ["/api/v1/decisions", "/api/v1/agents", "/api/console/me", "/"]) {
      const { headers } = await program.ask(path, {
        method: "OPTIONS",
        headers: { origin: "https://evil.example", "access-control-request-method": "POST" },
      });
      expect(
        Object.keys(headers).filter((name) => name.startsWith("access-control-")),
        path,
      ).toEqual([]);
    }
  });

  test("two people who alternate a thousand times never see each other", async () => {
    const people = await Promise.all(
      ["Wilhelmina Xanthippe", "Bartholomew Quackenbush"].map(async (name) => {
        const person = await testPerson(name, "viewer");
        return { name, email: person.email, cookie: await cookieOf(person.personId) };
      }),
    );
    const ask = async (turn: number) => {
      const [self, other] = [people[turn % 2], people[(turn + 1) % 2]] as [(typeof people)[0], (typeof people)[0]];
      const path =
        turn % 10 < 2 ? "/settings/account" : turn % 10 < 3 ? "/settings/account?_rsc=1a2b3" : "/api/console/me";
      const reply = await askThrough(path, { cookie: self.cookie, ...(path.includes("_rsc") ? { rsc: "1" } : {}) });
      expect([reply.status, reply.body.includes(self.email), reply.body.includes(other.email)], path).toEqual([
        200,
        true,
        false,
      ]);
    };
    for (let turn = 0; turn < 1000; turn += 8) await Promise.all(Array.from({ length: 8 }, (_, at) => ask(turn + at)));
  });
});

describe("T50 sign-in and its surroundings", () => {
  test("a forged Host is misdirected; a forged X-Forwarded-Host reaches no address in any answer", async () => {
    for (const host of [
      "evil.example",
      `evil.example:${program.port}`,
      "127.0.0.1",
      `127.0.0.1:${program.port}.evil.example`,
      `a@127.0.0.1:${program.port}`,
    ])
      for (const path of ["/", "/sign-in", "/api/auth/csrf", "/api/v1/decisions"])
        expect((await program.ask(path, { headers: { host } })).status, `${host} ${path}`).toBe(421);
    for (const path of [...pages, "/api/auth/csrf", "/api/auth/error"])
      for (const headers of [
        { "x-forwarded-host": "evil.example", "x-forwarded-proto": "https", "x-forwarded-port": "444" },
        { forwarded: "for=1.1.1.1;host=evil.example;proto=https" },
        { "x-original-host": "evil.example", "x-host": "evil.example" },
      ]) {
        const reply = await program.ask(path, { headers });
        expect(`${JSON.stringify(reply.headers)}${reply.body}`, path).not.toContain("evil.example");
      }
  });

  test("a deactivated person's next request is a redirect or 401, on pages, routes and actions", async () => {
    const gone = await testPerson("Gone Tomorrow", "viewer");
    const theirs = { cookie: await cookieOf(gone.personId) };
    expect((await program.ask("/settings/account", { headers: theirs })).status).toBe(200);
    expect((await program.ask("/api/console/me", { headers: theirs })).status).toBe(200);
    await deactivatePerson(ada, { id: gone.personId, reason: "left" });
    expect(gist(await program.ask("/settings/account", { headers: theirs }))).toBe("to /sign-in");
    expect((await program.ask("/api/console/me", { headers: theirs })).status).toBe(401);
  });

  test.each([
    ["AUTH_SECRET", "short"],
    ["AUTH_SECRET", undefined],
    ["AUTH_SECRET", "a".repeat(64)],
    ["COUNTERSIGN_PEPPER", "c2hvcnQ="],
    ["COUNTERSIGN_KEK", "short"],
    ["COUNTERSIGN_SIGNING_KEY", "not a key"],
    ["PUBLIC_URL", "http://countersign.example"],
    ["COUNTERSIGN_BOOTSTRAP_TOKEN", "short"],
    ["COUNTERSIGN_METRICS_TOKEN", "short"],
  ])("the program does not start with %s = %s", async (name, value) => {
    const { code, output } = await refusedStart(database, { [name]: value });
    expect(code).toBe(1);
    expect(output).toMatch(new RegExp(`^${name} is `, "m"));
    if (value) expect(output).not.toContain(value);
  });
});

describe("T33 reading changes nothing", () => {
  /** The log and what is derived from it. */
  const logged = [
    "audit.entry",
    "audit.lane",
    "audit.actor_pseudonym", // of who read
    "audit.tree_state",
    "audit.tree_mark",
    "audit.leaf",
    "audit.tile",
    "audit.checkpoint",
    "public.entry_view",
    "public.entry_detail",
    "public.detail_mark",
    "public.projection_mark",
    "public.fact_mark",
    "public.decision_fact",
  ];

  /** Every row of every table but those that say when somebody was last seen. */
  async function everything(client: pg.Client): Promise<Record<string, string>> {
    const seen: Record<string, string> = {};
    const { rows } = await client.query<{ table: string }>(
      "SELECT format('%I.%I', schemaname, tablename) AS table FROM pg_tables WHERE schemaname IN ('public', 'audit') ORDER BY 1",
    );
    const without: Record<string, string> = {
      "audit.process": "'seen_at'",
      "public.session": "'last_seen_at'",
      "public.api_token": "'last_used_at'",
    };
    for (const { table } of rows) {
      const { rows: found } = await client.query<{ digest: string }>(
        `SELECT count(*) || ':' || coalesce(md5(string_agg(r, '|' ORDER BY r)), '') AS digest FROM (SELECT (to_jsonb(t)${without[table] ? ` - ${without[table]}` : ""})::text AS r FROM ${table} t) x`,
      );
      seen[table] = found[0]?.digest ?? "";
    }
    return seen;
  }

  test("a crawl by GET and HEAD over every link of the console and every route of the API changes no row", async () => {
    const client = new pg.Client({ connectionString: database.ownerUrl });
    await client.connect();
    try {
      await settled(client);
      const before = await everything(client);
      expect(before["public.approval"]).toMatch(/^1:/);
      const { rows: entries } = await client.query<{ lane: string; seq: string }>("SELECT lane, seq FROM audit.entry");
      const queue = ["/", ...pages, ...consoleRoutes, ...operations.map(({ path }) => path)];
      const visited = new Set<string>();
      while (queue.length > 0 && visited.size < 220) {
        const path = queue.shift() as string;
        if (visited.has(path)) continue;
        visited.add(path);
        const headers = path.startsWith("/api/v1/")
          ? { authorization: `Bearer ${path.startsWith("/api/v1/decisions") ? agent.token : bootstrapToken}` }
          : { cookie };
        const reply = await program.ask(path, { headers });
        expect(reply.status, path).toBeLessThan(500);
        await program.ask(path, { method: "HEAD", headers });
        if (String(reply.headers["content-type"]).startsWith("text/html"))
          for (const [, href = ""] of reply.body.matchAll(/\shref="(\/[^"#]*)"/g)) {
            const next = href.replaceAll("&amp;", "&");
            if (!next.startsWith("/_next/")) queue.push(next);
          }
      }
      expect(
        [...visited].some((path) => /^\/inbox\/apr_/.test(path)),
        "the waiting request was visited",
      ).toBe(true);
      expect(
        [...visited].some((path) => path.startsWith(`/agents/${agent.id}`)),
        "the agent was visited",
      ).toBe(true);
      const { rows: added } = await client.query<{ kind: string }>(
        "SELECT convert_from(header, 'UTF8')::jsonb->>'kind' AS kind FROM audit.entry WHERE (lane, seq) NOT IN (SELECT * FROM unnest($1::bigint[], $2::bigint[]))",
        [entries.map(({ lane }) => lane), entries.map(({ seq }) => seq)],
      );
      // That somebody read what an agent sent is in the log; it is the only thing reading may write.
      expect(added.filter(({ kind }) => kind !== "payload_viewed")).toEqual([]);
      const after = await everything(client);
      for (const table of logged) expect(after).toHaveProperty([table]);
      expect(
        Object.entries(after).filter(([table, digest]) => !logged.includes(table) && digest !== before[table]),
      ).toEqual([]);
    } finally {
      await client.end();
    }
  });

  /** The projector has nothing left to do. */
  async function settled(client: pg.Client): Promise<void> {
    for (let look = 0; look < 200; look++) {
      const { rows } = await client.query<{ behind: string }>(
        "SELECT coalesce(sum(l.seq - coalesce(m.seq, 0)), 0) AS behind FROM audit.lane l LEFT JOIN projection_mark m USING (lane)",
      );
      if (rows[0]?.behind === "0") return;
      await new Promise((settle) => setTimeout(settle, 100));
    }
    throw new Error("the read models never caught up");
  }
});
