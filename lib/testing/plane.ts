import "server-only";

import { type ChildProcess, fork } from "node:child_process";
import { Agent as HttpAgent, request as httpRequest } from "node:http";
import { afterAll } from "vitest";
import { changeControl } from "@/lib/audit/append";
import { makeToken, tokenDigest } from "@/lib/auth/token";
import { db } from "@/lib/db";
import type { DecisionResponse } from "@/lib/decisions/schema";
import { env } from "@/lib/env";
import { newId } from "@/lib/ids";
import { ensurePolicy, publishPolicy } from "@/lib/policy/publish";
import type { Mandate, TierKey, Tool } from "@/lib/policy/schema";
import { type TestDatabase, testDatabase } from "./database";
import { testLog } from "./lane";

/** Tools of the tests: one of each kind that rules tell apart. */
const tools: Tool[] = [
  {
    name: "files.read",
    description: "Reads a file",
    source: "manual",
    effect: "read",
    reversible: true,
    status: "sanctioned",
  },
  {
    name: "notes.write",
    description: "Writes a note",
    source: "manual",
    effect: "write",
    reversible: true,
    status: "sanctioned",
  },
  {
    name: "payments.transfer",
    description: "Pays somebody",
    source: "manual",
    effect: "financial",
    reversible: false,
    status: "sanctioned",
    argumentRoles: { amount: "/amount", currency: "/currency", recipient: "/to" },
    argumentSchema: {
      type: "object",
      required: ["to", "amount", "currency"],
      properties: {
        to: { type: "string" },
        amount: { type: ["string", "number"] },
        currency: { type: "string" },
        memo: { type: "string" },
      },
    },
  },
];

/** A database with a log, the shipped policy and the tools above. Call once, at the top of a test file. */
export async function testPlane(settings: Parameters<typeof testDatabase>[0] = {}) {
  return testPlaneOn(await testDatabase(settings));
}

/** The same on a database that is there. */
export async function testPlaneOn<Database extends TestDatabase>(database: Database): Promise<Database> {
  await testLog(database.ownerUrl);
  afterAll(async () => {
    await Promise.all([...running].map((stop) => stop()));
  });
  await ensurePolicy("system");
  await publishPolicy("system", "tools of the tests", (set) => ({ ...set, tools }));
  return database;
}

export type TestAgent = { id: string; name: string; ownerId: string; credentialId: string; token: string };

/** Registers an active agent with an owner of its own and one credential. */
export async function testAgent(
  given: {
    tier?: TierKey;
    mandate?: Partial<Mandate>;
    echoMode?: "off" | "warn" | "enforce";
    ownerId?: string;
    maxInstances?: number;
  } = {},
): Promise<TestAgent> {
  const id = newId("agt");
  const ownerId =
    given.ownerId ??
    (
      await db.person.create({
        data: { id: newId("per"), email: `${id}@owner.test`, name: `Owner of ${id}`, roles: ["owner"] },
      })
    ).id;
  const credentialId = newId("crd");
  const made = makeToken("agt", credentialId);
  const name = `agent ${id}`;
  await changeControl("system", async (tx) => {
    await tx.agent.create({
      data: {
        id,
        name,
        purpose: "tests",
        ownerId,
        environment: "production",
        riskClass: "limited",
        tier: given.tier ?? "T3",
        mandate: { tools: tools.map((tool) => tool.name), recipients: ["DE1", "DE2"], ...given.mandate },
        status: "active",
        echoMode: given.echoMode ?? "warn",
        maxInstances: given.maxInstances ?? null,
      },
    });
    const version = await tx.agentVersion.create({
      data: { id: newId("ver"), agentId: id, number: 1, label: "v1", model: "m", provider: "p" },
    });
    await tx.agent.update({ where: { id }, data: { currentVersionId: version.id } });
    await tx.credential.create({
      data: { id: credentialId, agentId: id, digest: new Uint8Array(tokenDigest(env().pepper, made.digestInput)) },
    });
    return {
      result: undefined,
      changes: [{ kind: "agent", ref: id }],
      events: [{ kind: "agent_registered", agent: id }],
    };
  });
  return { id, name, ownerId, credentialId, token: made.token };
}

export type Answer = {
  status: number;
  body: DecisionResponse & { code?: string; detail?: string };
  headers: NodeJS.Dict<string | string[]>;
  milliseconds: number;
};

export type Instance = {
  port: number;
  process: ChildProcess;
  /** Sets its wall clock off by as many milliseconds. */
  setClock(milliseconds: number): Promise<void>;
  /** Asks as an agent. `body` is sent as it is when it is a string. */
  ask(agent: Pick<TestAgent, "token">, body: unknown, headers?: Record<string, string>): Promise<Answer>;
  get(agent: Pick<TestAgent, "token">, path: string): Promise<Answer>;
  post(agent: Pick<TestAgent, "token">, path: string, body: unknown, headers?: Record<string, string>): Promise<Answer>;
  stop(): Promise<void>;
};

const running = new Set<() => Promise<void>>();
let bundled: Promise<string> | undefined;

/**
 * Starts a decision plane as a process of its own on this file's database; stopped after the file's tests.
 * @param rate calls a second that an agent may make; as good as unbounded when left out
 */
export async function startInstance({ rate = 1_000_000 } = {}): Promise<Instance> {
  // Plain JavaScript of the build, not part of the type-checked program.
  const script = "../../scripts/bundle.mjs";
  bundled ??= import(/* @vite-ignore */ script).then(
    ({ bundle }) => bundle("lib/testing/instance.ts", `test-instance-${process.pid}`) as string,
  );
  const child = fork(await bundled, { stdio: ["ignore", "ignore", "inherit", "ipc"], execArgv: [] });
  const { signingKey, pepper, kek, ...rest } = env();
  const port = await new Promise<number>((resolve, reject) => {
    child.once("message", (message: { port: number }) => resolve(message.port));
    child.once("exit", (code) => reject(new Error(`the instance ended with ${code} before it was ready`)));
    child.send({
      environment: {
        ...rest,
        signingKey: signingKey.export({ format: "pem", type: "pkcs8" }),
        pepper: pepper.toString("base64"),
        kek: kek.toString("base64"),
      },
      rate,
    });
  });
  const connections = new HttpAgent({ keepAlive: true, maxSockets: 256 });
  const call = (
    method: string,
    path: string,
    agent: Pick<TestAgent, "token">,
    body: unknown,
    headers: Record<string, string> = {},
  ) =>
    new Promise<Answer>((resolve, reject) => {
      const started = performance.now();
      const outgoing = httpRequest(
        {
          port,
          host: "127.0.0.1",
          method,
          path,
          agent: connections,
          headers: {
            authorization: `Bearer ${agent.token}`,
            ...(body === undefined ? {} : { "content-type": "application/json" }),
            ...headers,
          },
        },
        (incoming) => {
          const chunks: Buffer[] = [];
          incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
          incoming.on("error", reject);
          incoming.on("end", () =>
            resolve({
              status: incoming.statusCode ?? 0,
              body: JSON.parse(Buffer.concat(chunks).toString() || "null"),
              headers: incoming.headers,
              milliseconds: performance.now() - started,
            }),
          );
        },
      );
      outgoing.on("error", reject);
      outgoing.end(
        body === undefined
          ? undefined
          : typeof body === "string" || Buffer.isBuffer(body)
            ? body
            : JSON.stringify(body),
      );
    });
  const stop = async () => {
    connections.destroy();
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
    if (child.connected) child.disconnect();
    await ended;
  };
  running.add(stop);
  return {
    port,
    process: child,
    setClock: (clock) =>
      new Promise((resolve) => {
        child.once("message", () => resolve());
        child.send({ clock });
      }),
    ask: (agent, body, headers) => call("POST", "/api/v1/decisions", agent, body, headers),
    get: (agent, path) => call("GET", path, agent, undefined),
    post: (agent, path, body, headers) => call("POST", path, agent, body, headers),
    stop,
  };
}
