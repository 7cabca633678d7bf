import { readdirSync, readFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import pg from "pg";
import { beforeAll, describe, expect, test } from "vitest";
import { verifyLane } from "@/lib/audit/fsck-lane";
import { permissions } from "@/lib/auth/permissions";
import { makeToken, tokenDigest } from "@/lib/auth/token";
import { db, pool } from "@/lib/db";
import { env } from "@/lib/env";
import { newId } from "@/lib/ids";
import { testPerson } from "@/lib/testing/people";
import { type TestAgent, testAgent, testPlane } from "@/lib/testing/plane";
import { type Program, type Reply, startProgram } from "@/lib/testing/program";
import { cookieOf } from "@/lib/testing/request";

/** What callers send that they should not: too much, too slow, malformed, operators for strings, control characters. To the built program, on every route. */

const bootstrapToken = "a bootstrap token for tests, long enough 0123456789";
const database = await testPlane();
const secrets: string[] = [];
let program: Program;
let agent: TestAgent;
let cookie = "";
let token = "";

beforeAll(async () => {
  program = await startProgram(database, { COUNTERSIGN_BOOTSTRAP_TOKEN: bootstrapToken });
  agent = await testAgent();
  secrets.push(agent.token);
  const ada = await testPerson("Ada Admin", "admin", "approver", "owner", "compliance");
  cookie = await cookieOf(ada.personId);
  const id = newId("tok");
  const made = makeToken("pat", id);
  await db.apiToken.create({
    data: {
      id,
      personId: ada.personId,
      name: "everything",
      digest: new Uint8Array(tokenDigest(env().pepper, made.digestInput)),
      scopes: [...permissions],
      mayVote: true,
      expiresAt: new Date(Date.now() + 3_600_000),
    },
  });
  token = made.token;
  secrets.push(token);
});

type Schema = {
  type?: string | string[];
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  anyOf?: Schema[];
  oneOf?: Schema[];
  enum?: unknown[];
  const?: unknown;
  $ref?: string;
};
type Operation = {
  requestBody?: { content: { "application/json"?: { schema: Schema } } };
  parameters?: { name: string; in: string; schema?: Schema }[];
};
const document = JSON.parse(readFileSync("dist/openapi.json", "utf8")) as {
  paths: Record<string, Record<string, Operation>>;
  components?: { schemas?: Record<string, Schema> };
};
const operations = Object.entries(document.paths).flatMap(([path, verbs]) =>
  Object.entries(verbs).map(([verb, operation]) => ({
    name: `${verb.toUpperCase()} ${path}`,
    verb: verb.toUpperCase(),
    path: addressOf(path),
    operation,
    schema: operation.requestBody?.content["application/json"]?.schema,
  })),
);
/** A well-formed address of nothing. */
function addressOf(path: string): string {
  const prefix = { agents: "agt", credentials: "crd", groups: "grp", incidents: "inc", tokens: "tok", users: "per" }[
    path.split("/")[3] ?? ""
  ];
  const id =
    path.includes("/decisions/") || path.includes("/entries/")
      ? "dec_0000000000000fzzzy"
      : prefix
        ? newId(prefix as "agt")
        : path.includes("/publications/")
          ? newId("pub")
          : "apr_0000000000000fzzzy";
  return path
    .replace("{id}", id)
    .replaceAll(/\{(?:version|number|lane)\}/g, "1")
    .replace("{name}", "no.such-tool");
}
const ofAgents = /^\/(api\/v1\/decisions|access\/v1\/)/;

function ask(
  { verb, path }: { verb: string; path: string },
  body?: string,
  headers: Record<string, string> = {},
): Promise<Reply> {
  return program.ask(path, {
    method: verb,
    headers: {
      authorization: `Bearer ${ofAgents.test(path) ? agent.token : token}`,
      "content-type": "application/json",
      ...headers,
    },
    ...(body === undefined ? {} : { body }),
  });
}

function resolved(schema: Schema | undefined): Schema {
  if (!schema?.$ref) return schema ?? {};
  return resolved(document.components?.schemas?.[schema.$ref.split("/").at(-1) ?? ""]);
}

/** Every string in a schema, as the way to it. */
function strings(given: Schema, path: string[] = [], depth = 0): string[][] {
  const schema = resolved(given);
  if (depth > 4) return [];
  const found = [schema.type].flat().includes("string") && path.length > 0 ? [path] : [];
  for (const [name, one] of Object.entries(schema.properties ?? {}))
    found.push(...strings(one, [...path, name], depth + 1));
  for (const one of [...(schema.anyOf ?? []), ...(schema.oneOf ?? [])]) found.push(...strings(one, path, depth + 1));
  return found;
}

/** Fields that take a list of texts as well as one. */
function listsOrTexts(given: Schema): string[][] {
  return Object.entries(resolved(given).properties ?? {})
    .filter(([, one]) =>
      (resolved(one).anyOf ?? resolved(one).oneOf ?? []).some((option) => resolved(option).type === "array"),
    )
    .map(([name]) => [name]);
}

/** The smallest body a schema could take, for everything but the field in question. */
function sample(given: Schema, depth = 0): unknown {
  const schema = resolved(given);
  if (schema.const !== undefined) return schema.const;
  if (schema.enum) return schema.enum[0];
  const options = schema.anyOf ?? schema.oneOf;
  if (options?.[0]) return sample(options[0], depth);
  switch ([schema.type].flat()[0]) {
    case "string":
      return "x";
    case "integer":
    case "number":
      return 1;
    case "boolean":
      return false;
    case "array":
      return [];
    case "object":
      return depth > 4
        ? {}
        : Object.fromEntries(
            (schema.required ?? []).map((name) => [name, sample(schema.properties?.[name] ?? {}, depth + 1)]),
          );
    default:
      return null;
  }
}

function withValue(body: unknown, [name, ...rest]: string[], value: unknown): unknown {
  const object = typeof body === "object" && body !== null && !Array.isArray(body) ? body : {};
  const key = name as string;
  return {
    ...object,
    [key]: rest.length === 0 ? value : withValue((object as Record<string, unknown>)[key], rest, value),
  };
}

const bodied = operations.filter(({ schema }) => schema);

describe("T12 an operator where a string belongs", () => {
  const operators: unknown[] = [
    { not: "" },
    { contains: "" },
    { in: ["a"] },
    { startsWith: "" },
    ["a"],
    { equals: "x", mode: "insensitive" },
  ];

  test.each(bodied)("is 400 in every field of $name", async ({ verb, path, schema }) => {
    const fields = strings(schema as Schema);
    const lists = new Set(listsOrTexts(schema as Schema).map(String));
    for (const field of fields) {
      for (const [at, operator] of operators.entries()) {
        if ((field.length > 1 && at > 1) || (Array.isArray(operator) && lists.has(String(field)))) continue;
        const reply = await ask({ verb, path }, JSON.stringify(withValue(sample(schema as Schema), field, operator)));
        expect(reply.status, `${field.join(".")} = ${JSON.stringify(operator)}: ${reply.body}`).toBe(400);
        expect(JSON.parse(reply.body).code).toBe("invalid_request");
      }
    }
  });

  test("is 400 or unknown in every query parameter and path, never an error of ours", async () => {
    for (const { verb, path, operation } of operations) {
      if (verb !== "GET") continue;
      for (const { name, in: where } of operation.parameters ?? []) {
        if (where !== "query") continue;
        for (const query of [
          `${name}[not]=`,
          `${name}[]=a&${name}[]=b`,
          `${name}=a&${name}=b`,
          `${name}=%7B%22not%22%3A%22%22%7D`,
          `${name}=%00`,
          `${name}=%FF`,
          `${name}=${"9".repeat(40)}`,
          `${name}=-1`,
          ...[["x"], ["x", "y"], ["x", "y", "z"], ["9".repeat(40), "\u0000"], []].map(
            (keys) => `${name}=${Buffer.from(JSON.stringify(keys)).toString("base64url")}`,
          ),
        ]) {
          const reply = await ask({ verb, path: `${path}?${query}` });
          expect(reply.status, `${path}?${query}: ${reply.body.slice(0, 200)}`).toBeLessThan(500);
          if (/=a&/.test(query)) expect([400, 404], `${path}?${query}: ${reply.status}`).toContain(reply.status);
        }
      }
    }
  });
});

describe("T09 a body that is not I-JSON, or not what the route takes", () => {
  const documents: [string, string][] = [
    ["nothing", ""],
    ["cut short", '{"a":'],
    ["a duplicate name", '{"reason":"a","reason":"b"}'],
    ["a prototype", '{"__proto__":{"admin":true}}'],
    ["infinity", '{"a":1e400}'],
    ["an unsafe integer", '{"a":18446744073709551616}'],
    ["a lone surrogate", '{"a":"\\ud800"}'],
    ["NUL", '{"a":"\\u0000"}'],
    ["a list", "[]"],
    ["a string", '"x"'],
    ["null", "null"],
    ["an unknown field", '{"no_such_field_9":1}'],
    ["depth 10,000", `{"a":${"[".repeat(10_000)}${"]".repeat(10_000)}}`],
    ["two documents", "{}{}"],
    ["NaN", '{"a":NaN}'],
    ["a comment", "{/* */}"],
    ["a byte order mark", "\ufeff{}"],
  ];

  test.each(bodied)("is 400 with the rule it broke: $name", async ({ verb, path }) => {
    for (const [what, body] of documents) {
      const reply = await ask({ verb, path }, body);
      expect(reply.status, `${what}: ${reply.body}`).toBe(400);
      const { code, detail, errors } = JSON.parse(reply.body) as { code: string; detail: string; errors?: unknown[] };
      expect(code, what).toBe("invalid_request");
      expect(detail.length, what).toBeGreaterThan(10);
      expect(errors?.length ?? 0, `${what}: ${reply.body}`).toBeGreaterThan(0);
    }
    expect(
      (await ask({ verb, path }, Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]).toString("latin1"))).status,
    ).toBe(400);
    // AuthZEN knows 400 alone.
    const refused = path.startsWith("/access/") ? 400 : 415;
    expect((await ask({ verb, path }, "{}", { "content-type": "text/plain" })).status).toBe(refused);
    expect((await ask({ verb, path }, "{}", { "content-encoding": "gzip" })).status).toBe(refused);
  });

  test("a verb that a path does not have is 405 or 404, on every path", async () => {
    for (const path of Object.keys(document.paths))
      for (const verb of ["GET", "POST", "PUT", "PATCH", "DELETE"]) {
        if (document.paths[path]?.[verb.toLowerCase()]) continue;
        const reply = await ask({ verb, path: addressOf(path) }, verb === "GET" ? undefined : "{}");
        expect([404, 405], `${verb} ${path}: ${reply.status}`).toContain(reply.status);
      }
  });
});

describe("T08 too much and too slow", () => {
  const growth = async (work: () => Promise<void>) => {
    await work(); // what is allocated once
    const before = program.memory();
    await work();
    return program.memory() - before;
  };

  test("300 MB are refused at their announcement or at the limit, by both planes, and memory grows by less than 50 MB", async () => {
    const upload = (path: string, head: string) =>
      new Promise<{ answer: string; sent: number }>((settle) => {
        const socket = connect(program.port, "127.0.0.1");
        let answer = "";
        let sent = 0;
        const chunk = Buffer.alloc(64 * 1024, "x");
        const framed = Buffer.concat([Buffer.from(`${chunk.length.toString(16)}\r\n`), chunk, Buffer.from("\r\n")]);
        const push = () => {
          while (sent < 300_000_000 && !socket.destroyed) {
            sent += chunk.length;
            if (!socket.write(head.includes("chunked") ? framed : chunk)) return void socket.once("drain", push);
          }
        };
        socket.on("connect", () => {
          socket.write(
            `POST ${path} HTTP/1.1\r\nHost: 127.0.0.1:${program.port}\r\nAuthorization: Bearer ${agent.token}\r\nContent-Type: application/json\r\n${head}\r\n\r\n`,
          );
          push();
        });
        socket.on("data", (data) => (answer += data.toString("latin1")));
        socket.on("error", () => {});
        const timer = setTimeout(() => socket.destroy(), 15_000);
        socket.on("close", () => {
          clearTimeout(timer);
          settle({ answer, sent });
        });
      });
    const all = async () => {
      for (const [path, head, status] of [
        ["/api/v1/decisions", "Content-Length: 300000000", "413"],
        ["/api/v1/decisions", "Transfer-Encoding: chunked", "413"],
        ["/api/v1/agents", "Content-Length: 300000000", "413"],
        ["/api/v1/agents", "Transfer-Encoding: chunked", "411"],
        ["/", "Content-Length: 300000000", "413"],
        ["/api/auth/callback/password", "Content-Length: 300000000", "413"],
      ] as const) {
        const { answer, sent } = await upload(path, head);
        // The answer may be lost in the reset of a connection that is still being written to; the refusal may not.
        if (answer) expect(answer.slice(0, 12), `${path} ${head}`).toBe(`HTTP/1.1 ${status}`);
        expect(sent, `${path} ${head}`).toBeLessThan(60_000_000);
      }
    };
    expect(await growth(all)).toBeLessThan(50_000_000);
    expect(
      (await ask({ verb: "POST", path: "/api/v1/decisions" }, '{"tool":"files.read","arguments":{"path":"/a"}}'))
        .status,
    ).toBe(200);
  });

  test("nesting of 10,000, a hundred times, grows memory by less than 50 MB", async () => {
    const deep = `{"tool":"files.read","arguments":${'{"a":'.repeat(10_000)}1${"}".repeat(10_000)}}`;
    const all = async () => {
      for (let at = 0; at < 100; at++)
        expect((await ask({ verb: "POST", path: "/api/v1/decisions" }, deep)).status).toBe(400);
    };
    expect(await growth(all)).toBeLessThan(50_000_000);
  });

  test("headers and bodies that trickle in are cut at their time limits, and meanwhile the others are answered", async () => {
    const trickle = (start: string, drop: string) =>
      new Promise<{ seconds: number; answer: string }>((settle) => {
        const started = performance.now();
        const socket = connect(program.port, "127.0.0.1", () => socket.write(start));
        const timer = setInterval(() => socket.write(drop), 500);
        let answer = "";
        socket.on("data", (data) => (answer += data.toString("latin1")));
        socket.on("error", () => {});
        socket.on("close", () => {
          clearInterval(timer);
          settle({ seconds: (performance.now() - started) / 1000, answer });
        });
      });
    const host = `Host: 127.0.0.1:${program.port}\r\n`;
    const auth = `Authorization: Bearer ${agent.token}\r\nContent-Type: application/json\r\n`;
    const slow = [
      ...Array.from({ length: 40 }, () => trickle(`GET / HTTP/1.1\r\n${host}`, "X-A: b\r\n")),
      ...Array.from({ length: 20 }, () =>
        trickle(`POST /api/v1/decisions HTTP/1.1\r\n${host}${auth}Content-Length: 1000\r\n\r\n{`, " "),
      ),
      ...Array.from({ length: 20 }, () =>
        trickle(`POST /api/v1/agents HTTP/1.1\r\n${host}${auth}Content-Length: 1000\r\n\r\n{`, " "),
      ),
      ...Array.from({ length: 20 }, () => trickle(`POST / HTTP/1.1\r\n${host}Content-Length: 1000\r\n\r\n{`, " ")),
    ];
    for (let at = 0; at < 50; at++)
      expect(
        (await ask({ verb: "POST", path: "/api/v1/decisions" }, '{"tool":"files.read","arguments":{"path":"/a"}}'))
          .status,
      ).toBe(200);
    for (const { seconds, answer } of await Promise.all(slow)) {
      expect(seconds).toBeLessThan(20);
      expect(answer).not.toMatch(/^HTTP\/1\.1 [25]/);
    }
  });

  test("headers beyond 16 KiB or a hundred are refused", async () => {
    expect(
      await program.raw(`GET / HTTP/1.1\r\nHost: 127.0.0.1:${program.port}\r\nX-A: ${"b".repeat(20_000)}\r\n\r\n`),
    ).toMatch(/^HTTP\/1\.1 4(31|00) /);
    expect((await program.ask(`/sign-in?x=${"y".repeat(9_000)}`)).status).toBe(400);
  });
});

describe("T47 malformed server-action and flight bodies", () => {
  const manifest = JSON.parse(readFileSync(".next/server/server-reference-manifest.json", "utf8")) as {
    node: Record<string, { workers: Record<string, unknown>; exportedName: string }>;
  };
  /** An action of each page that has no parameter, so that Next decodes the body itself. */
  const allTargets = [
    ...new Map(
      Object.entries(manifest.node).flatMap(([id, { workers }]) =>
        Object.keys(workers)
          .filter((worker) => !worker.includes("["))
          .map(
            (worker) =>
              [
                worker
                  .replace(/^app/, "")
                  .replace(/\/page$/, "")
                  .replaceAll(/\/\([^)]*\)/g, "") || "/",
                id,
              ] as const,
          ),
      ),
    ),
  ];
  const targets = allTargets.filter(([path]) => ["/", "/agents", "/settings/account"].includes(path));
  const boundary = "----flight";
  const part = (name: string, value: string) =>
    `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
  const form = (...parts: [string, string][]) =>
    `${parts.map(([name, value]) => part(name, value)).join("")}--${boundary}--\r\n`;
  const multipart = `multipart/form-data; boundary=${boundary}`;
  const plain = "text/plain;charset=UTF-8";
  const bodies: [string, string][] = [
    [plain, ""],
    [plain, "["],
    [plain, "x".repeat(5_000)],
    [plain, '["$1"]'],
    [plain, '["$@0"]'],
    [plain, '["$F1"]'],
    [plain, '["$Q0"]'],
    [plain, '["$K1"]'],
    [plain, '["$n1e400"]'],
    [plain, `["$n${"9".repeat(100_000)}"]`],
    [plain, '["$1:__proto__:constructor"]'],
    [plain, `${"[".repeat(50_000)}`],
    [plain, `${"[".repeat(50_000)}${"]".repeat(50_000)}`],
    [plain, `["${"a".repeat(900_000)}"]`],
    [multipart, ""],
    [multipart, "not a form"],
    [multipart, form(["0", '["$1"]'])],
    [multipart, form(["0", '{"then":"$1:__proto__:then"}'], ["1", "{}"])],
    [multipart, form(["0", '["$1:a:b:c"]'], ["1", '{"a":"$0"}'])],
    [
      multipart,
      form(
        ["0", '"$@1"'],
        [
          "1",
          '{"status":"resolved_model","reason":-1,"value":"{\\"then\\":\\"$B0\\"}","_response":{"_prefix":"x","_formData":{"get":"$1:constructor:constructor"}}}',
        ],
      ),
    ],
    [multipart, form(["$ACTION_REF_0", ""], ["$ACTION_0:0", "{"], ["$ACTION_0:1", "[]"])],
    [multipart, form(["$ACTION_ID_zzz", ""])],
    [multipart, form(...Array.from({ length: 2_000 }, (_, at): [string, string] => [`${at}`, '"$1"']))],
    ["application/x-www-form-urlencoded", "a=b&a=c"],
    ["application/json", "{}"],
  ];

  test("are refused, never an error of ours or a crash, signed in and signed out, and memory stays flat", async () => {
    expect(targets).toHaveLength(3);
    const all = async () => {
      for (const [path, id] of targets)
        for (const [type, body] of bodies)
          for (const headers of [
            { cookie, origin: program.origin },
            { origin: program.origin },
            { cookie, origin: "https://evil.example" },
          ]) {
            const reply = await program.ask(path, {
              method: "POST",
              body,
              headers: { ...headers, "content-type": type, "next-action": id },
            });
            expect(reply.status, `${path} ${type} ${body.slice(0, 80)}\n${reply.body.slice(0, 200)}`).toBeLessThan(500);
          }
    };
    expect(await growthOf(all)).toBeLessThan(50_000_000);
    expect(program.process.exitCode).toBeNull();
  }, 240_000);

  const growthOf = async (work: () => Promise<void>) => {
    await work();
    await work();
    const before = program.memory();
    await work();
    return program.memory() - before;
  };

  test("T45 every action, posted by a stranger straight to its id, answers that one must sign in", async () => {
    const open = new Set(["accept", "keep", "signOut"]);
    expect(Object.keys(manifest.node).length).toBeGreaterThan(30);
    for (const [id, { workers, exportedName }] of Object.entries(manifest.node)) {
      if (open.has(exportedName)) continue;
      const address = (Object.keys(workers)[0] ?? "")
        .replace(/^app/, "")
        .replace(/\/page$/, "")
        .replaceAll(/\/\([^)]*\)/g, "")
        .replaceAll(/\[[^\]]*\]/g, "no-such-thing");
      const reply = await program.ask(address || "/", {
        method: "POST",
        body: "[{}]",
        headers: { origin: program.origin, "content-type": plain, "next-action": id },
      });
      expect(reply.status, exportedName).toBeLessThan(500);
      // The search of the frame throws what the others return; a thrown error goes out as a digest alone.
      expect(reply.body, exportedName).toMatch(
        exportedName === "find" ? /\n1:E\{"digest":"\d+"\}\n$/ : /"code":"unauthenticated"/,
      );
      expect(reply.body, exportedName).not.toContain('"ok":true');
    }
  });

  test("T26 an action that another site's page started does nothing, whoever is signed in", async () => {
    const [path, id] = targets[0] as (typeof targets)[0];
    for (const origin of [
      "https://evil.example",
      "null",
      `http://evil.example:${program.port}`,
      `http://127.0.0.1:1`,
    ]) {
      const reply = await program.ask(path, {
        method: "POST",
        body: "[{}]",
        headers: { cookie, origin, "content-type": plain, "next-action": id },
      });
      expect(
        reply.status >= 400 || /"code":"forbidden"/.test(reply.body),
        `${origin}: ${reply.status} ${reply.body.slice(0, 200)}`,
      ).toBe(true);
    }
  });
});

describe("T13 control characters in every text", () => {
  const hostile =
    'x\r\nSet-Cookie: a=b\r\n{"level":"info","message":"forged"}\u001b[2J\u009b2J\u2028\u2029\u202e\u0007';

  test("one line to an event, in whatever is printed, and each line JSON", async () => {
    const before = program.output().length;
    for (const { verb, path, schema } of bodied)
      for (const field of strings(schema as Schema))
        await ask({ verb, path }, JSON.stringify(withValue(sample(schema as Schema), field, hostile)));
    for (const { verb, path, operation } of operations)
      if (verb === "GET")
        for (const { name, in: where } of operation.parameters ?? [])
          if (where === "query")
            await ask({ verb, path: `${path}?${name}=${encodeURIComponent(hostile).replaceAll(/%0[0d]/gi, "")}` });
    for (const tool of [hostile, "files.read"])
      await ask(
        { verb: "POST", path: "/api/v1/decisions" },
        JSON.stringify({
          tool,
          arguments: { path: hostile, [hostile]: 1 },
          context: { instanceId: hostile },
          reasoning: hostile,
        }),
      );
    await program.ask("/", {
      method: "POST",
      headers: { "next-action": "\u009b2Jforged", origin: program.origin },
      body: "[]",
    });
    await program.ask(`/agents?q=${encodeURIComponent(hostile)}`, { headers: { cookie, "user-agent": "\u009b2J" } });
    const lines = program.output().slice(before).split("\n").filter(Boolean);
    for (const line of lines) {
      expect(() => JSON.parse(line), line.slice(0, 200)).not.toThrow();
      expect(line).toMatch(/^[^\p{Cc}\u2028\u2029]+$/u);
    }
    expect(lines.length, "something was logged").toBeGreaterThan(0);
  });
});

describe("T03 after all of that", () => {
  test("no secret that was issued is in the database or in what the program printed", async () => {
    const issue = (path: string, body: unknown) => ask({ verb: "POST", path }, JSON.stringify(body));
    for (let at = 0; at < 5; at++) {
      const reply = await issue(`/api/v1/agents/${agent.id}/credentials`, { type: "secret" });
      expect(reply.status, reply.body).toBe(201);
      const { secret } = JSON.parse(reply.body) as { secret: string };
      secrets.push(secret);
      const call = { tool: "files.read", arguments: { path: "/a" } };
      const allowed = await program.ask("/api/v1/decisions", {
        method: "POST",
        headers: {
          authorization: `Bearer ${secret}`,
          "content-type": "application/json",
          "idempotency-key": `key-of-a-call-number-${at}`,
        },
        body: JSON.stringify(call),
      });
      expect(allowed.status).toBe(200);
      // Wrong ones too, the way a careless client sends them.
      await program.ask("/api/v1/agents", { headers: { authorization: `Bearer ${secret}` } });
      await program.ask("/api/v1/decisions", { method: "POST", headers: { authorization: secret }, body: "{" });
      await program.ask("/api/v1/decisions", {
        method: "POST",
        headers: { authorization: `Bearer ${secret}x` },
        body: "{}",
      });
    }
    secrets.push(bootstrapToken, decodeURIComponent(cookie.split("=").slice(1).join("=")));
    const { authSecret, pepper, kek, signingKey } = env();
    const pem = signingKey.export({ type: "pkcs8", format: "pem" }).toString();
    secrets.push(
      authSecret,
      pepper.toString("base64"),
      pepper.toString("hex"),
      kek.toString("base64"),
      kek.toString("hex"),
      pem.split("\n")[1] as string,
    );

    const client = new pg.Client({ connectionString: database.ownerUrl });
    await client.connect();
    const parts = [program.output()];
    const { rows: tables } = await client.query<{ name: string }>(
      "SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')",
    );
    expect(tables.length).toBeGreaterThan(30);
    for (const { name } of tables) {
      const { rows } = await client.query<{ row: string }>(`SELECT t::text AS row FROM ${name} t`);
      parts.push(...rows.map(({ row }) => row));
    }
    await client.end();
    const dump = parts.join("\n");
    // The whole token, its random part alone, and either of them in the hex of a binary column.
    const spellings = (secret: string) => {
      const random = /^cs_[a-z]+_[0-9a-z]{26}_([0-9a-z]{52})/.exec(secret)?.[1];
      return [secret, ...(random ? [random] : [])].flatMap((text) => [
        text,
        Buffer.from(text).toString("hex"),
        Buffer.from(text).toString("base64").replace(/=+$/, ""),
      ]);
    };
    for (const secret of secrets)
      for (const spelling of spellings(secret)) expect(dump.includes(spelling), spelling.slice(0, 12)).toBe(false);
    expect(dump.includes(agent.credentialId), "the control: what is there is found").toBe(true);
    expect(
      dump.includes(Buffer.from('"kind":"decision"').toString("hex")),
      "the control: binary columns are searched",
    ).toBe(true);
  });

  test("T52 none of the settings of this run is in the files that a browser gets", () => {
    const { authSecret, pepper, kek } = env();
    const shipped = readdirSync(join(".next", "static"), { recursive: true, withFileTypes: true })
      .filter((file) => file.isFile())
      .map((file) => readFileSync(join(file.parentPath, file.name), "latin1"))
      .join("\n");
    for (const secret of [bootstrapToken, authSecret, pepper.toString("base64"), kek.toString("base64")])
      expect(shipped.includes(secret)).toBe(false);
    for (const name of [
      "DATABASE_URL",
      "AUTH_SECRET",
      "COUNTERSIGN_PEPPER",
      "COUNTERSIGN_KEK",
      "COUNTERSIGN_SIGNING_KEY",
      "OIDC_CLIENT_SECRET",
    ])
      expect(shipped.includes(name), name).toBe(false);
    expect(shipped.includes("Countersign"), "the control").toBe(true);
  });
});

test("T57 the stop is acknowledged within a second by the very process that is flooded, and nobody is allowed after it", async () => {
  const agents = await Promise.all(Array.from({ length: 6 }, () => testAgent()));
  let stopping = false;
  let acknowledged = Number.POSITIVE_INFINITY;
  let answered = 0;
  let late = 0;
  let refused = 0;
  const workers = Array.from({ length: 24 }, async (_, at) => {
    const flooding = agents[at % agents.length] as TestAgent;
    while (!stopping) {
      const asked = performance.now();
      const reply = await program.ask("/api/v1/decisions", {
        method: "POST",
        headers: { authorization: `Bearer ${flooding.token}`, "content-type": "application/json" },
        body: '{"tool":"files.read","arguments":{"path":"/a"}}',
      });
      answered++;
      const { outcome } = JSON.parse(reply.body) as { outcome: string };
      if (outcome === "allow" && asked > acknowledged) late++;
      if (outcome === "deny") refused++;
    }
  });
  try {
    while (answered < 300) await new Promise((settle) => setTimeout(settle, 5));
    const reply = await ask(
      { verb: "POST", path: "/api/v1/stop" },
      JSON.stringify({ scope: "fleet", reason: "a test" }),
    );
    acknowledged = performance.now();
    expect(reply.status, reply.body).toBe(200);
    expect(reply.milliseconds).toBeLessThan(1_000);
    const before = refused;
    while (refused < before + 50) await new Promise((settle) => setTimeout(settle, 5));
  } finally {
    stopping = true;
    await Promise.all(workers);
  }
  expect(late).toBe(0);
});

test("a request to stop ends the program with code 0, and every lane it wrote is closed and verifies", async () => {
  await program.stop();
  expect([program.process.exitCode, program.process.signalCode]).toEqual([0, null]);
  const { rows } = await pool().query<{ lane: string; closed: boolean }>(
    "SELECT lane, closed_at IS NOT NULL AS closed FROM audit.lane WHERE kind = 'process'",
  );
  expect(rows.length).toBeGreaterThan(1);
  for (const { lane, closed } of rows) {
    expect(closed, lane).toBe(true);
    expect((await verifyLane(BigInt(lane))).fault, lane).toBeNull();
  }
});
