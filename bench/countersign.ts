import { spawn } from "node:child_process";
import { generateKeyPairSync, randomBytes, randomUUID } from "node:crypto";
import { mkdirSync, openSync } from "node:fs";
import { join } from "node:path";
import pg from "pg";
import { startEmbeddedPostgres } from "@/lib/platform/embedded-postgres";
import { ensureOwner, hire, type Management, management } from "@/scripts/replay/management";
import type { Target } from "./drive";
import { type Running, started } from "./program";
import { calls, currency, filled, limit, postRequest } from "./traffic";

export type Countersign = Running & {
  /** Entries in the log. */
  entries(): Promise<number>;
  api: Management;
  /** Asks like `curl` does. */
  plain: Target;
  /** Asks like the SDK does: idempotency key, instance, and the last receipt echoed with every call. */
  sdk: Target;
  postgres: string;
};

/**
 * Countersign in production mode, as `npm start` runs it, on a PostgreSQL of its own in `folder` with fsync on. One agent is
 * registered over the management API.
 */
export async function startCountersign(root: string, folder: string, port: number): Promise<Countersign> {
  mkdirSync(folder, { recursive: true });
  const database = await startEmbeddedPostgres(join(folder, "postgres"));
  const token = randomBytes(32).toString("base64url");
  const admin = new pg.Client({ connectionString: database.adminUrl() });
  admin.on("error", () => {});
  await admin.connect();
  const { rows } = await admin.query("SELECT split_part(version(), ' ', 2) AS version");
  await admin.query("DROP DATABASE IF EXISTS countersign");
  await admin.query("CREATE DATABASE countersign");
  await admin.end();

  const log = openSync(join(folder, "countersign.log"), "w");
  const child = spawn(process.execPath, [join(root, "scripts", "start.mjs")], {
    cwd: root,
    stdio: ["ignore", log, log],
    env: {
      ...process.env,
      COUNTERSIGN_PINNED: "1",
      NODE_ENV: "production",
      DATABASE_URL: database.adminUrl("countersign"),
      COUNTERSIGN_DATA: join(folder, "data"),
      HOST: "127.0.0.1",
      PORT: String(port),
      PUBLIC_URL: `http://127.0.0.1:${port}`,
      AUTH_SECRET: randomBytes(32).toString("base64"),
      COUNTERSIGN_PEPPER: randomBytes(32).toString("base64"),
      COUNTERSIGN_KEK: randomBytes(32).toString("base64"),
      COUNTERSIGN_SIGNING_KEY: generateKeyPairSync("ed25519")
        .privateKey.export({ type: "pkcs8", format: "pem" })
        .toString(),
      COUNTERSIGN_BOOTSTRAP_TOKEN: token,
    },
  });
  try {
    const running = await started("Countersign", child, `http://127.0.0.1:${port}/readyz`, 300);
    const api = management(`http://127.0.0.1:${port}`, token);
    const secret = await register(api);
    return {
      pid: running.pid,
      api,
      plain: plain(port, secret),
      sdk: sdk(port, secret),
      postgres: rows[0].version,
      entries: () => countEntries(database.adminUrl("countersign")),
      async stop() {
        await running.stop();
        await database.stop();
      },
    };
  } catch (error) {
    child.kill("SIGTERM");
    await database.stop();
    throw new Error(`${error instanceof Error ? error.message : error}; see ${join(folder, "countersign.log")}`, {
      cause: error,
    });
  }
}

async function countEntries(url: string): Promise<number> {
  const client = new pg.Client({ connectionString: url });
  client.on("error", () => {});
  await client.connect();
  try {
    // Lanes are gap-free, so their heads count the entries.
    const { rows } = await client.query("SELECT coalesce(sum(seq), 0) AS entries FROM audit.lane");
    return Number(rows[0].entries);
  } finally {
    await client.end();
  }
}

async function register(api: Management): Promise<string> {
  await ensureOwner(api, "owner@example.com", "Bench Owner");
  for (const [name, description] of [
    ["ledger.post", "Posts an invoice to the ledger"],
    ["ledger.close", "Closes a period of the ledger"],
  ]) {
    await api.put(`/tools/${name}`, {
      description,
      effect: "write",
      reversible: true,
      argumentRoles: { amount: "/amount", currency: "/currency" },
    });
  }
  const { secret } = await hire(
    api,
    {
      name: "Invoice clerk",
      purpose: "Posts invoices that match an order",
      ownerEmail: "owner@example.com",
      environment: "production",
      riskClass: "limited",
      tier: "T3",
      mandate: { tools: ["ledger.post"], limits: [{ tool: "ledger.post", upTo: limit, currency, otherwise: "deny" }] },
      version: { label: "1", model: "bench", provider: "bench" },
    },
    "benchmark",
  );
  return secret;
}

const allow = '"outcome":"allow"';
const deny = '"outcome":"deny"';

function question(call: (typeof calls)[number], extra: object = {}) {
  return (reasoning: string) => ({
    tool: call.tool,
    arguments: { amount: call.amount, currency, recipient: call.recipient, invoice: call.id },
    reasoning,
    ...extra,
  });
}

function plain(port: number, secret: string): Target {
  const requests = calls.map((call) => {
    const { before, after } = postRequest("/api/v1/decisions", filled(question(call)), {
      authorization: `Bearer ${secret}`,
    });
    return { request: before + after, expected: call.allowed ? allow : deny };
  });
  let at = 0;
  return { port, next: () => requests[at++ % requests.length] as (typeof requests)[number] };
}

function sdk(port: number, secret: string): Target {
  const run = randomUUID().slice(0, 8);
  let at = 0;
  const instances = new Map<number, { id: string; n: number; receipt: string }>();
  const instanceOf = (connection: number) => {
    const known = instances.get(connection) ?? { id: `bench-${run}-${connection}`, n: 0, receipt: "" };
    instances.set(connection, known);
    return known;
  };
  return {
    port,
    next(connection) {
      const call = calls[at % calls.length] as (typeof calls)[number];
      const instance = instanceOf(connection);
      const echo = instance.receipt ? { lastReceipt: { ...JSON.parse(instance.receipt), n: instance.n } } : {};
      const body = filled(question(call, { context: { instanceId: instance.id }, ...echo }));
      const { before, after } = postRequest("/api/v1/decisions", body, { authorization: `Bearer ${secret}` });
      instance.n++;
      return {
        request: `${before}idempotency-key: bench-${run}-${String(at++).padStart(12, "0")}\r\n${after}`,
        expected: call.allowed ? allow : deny,
      };
    },
    answered(connection, body) {
      const lane = /"lane":(\d+)/.exec(body)?.[1];
      const seq = /"seq":(\d+)/.exec(body)?.[1];
      const leaf = /"leaf":("[^"]+")/.exec(body)?.[1];
      if (lane && seq && leaf) instanceOf(connection).receipt = `{"lane":${lane},"seq":${seq},"leaf":${leaf}}`;
    },
  };
}
