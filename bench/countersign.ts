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
    const secrets = await register(api);
    return {
      pids: [...running.pids, database.pid()],
      api,
      plain: plain(port, secrets),
      sdk: sdk(port, secrets),
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

/** As many agents as a small fleet has; a single one is held to its share of the decision plane. */
const fleet = 32;

async function register(api: Management): Promise<string[]> {
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
  const agents = Array.from({ length: fleet }, (_, index) => ({
    name: `Invoice clerk ${index + 1}`,
    purpose: "Posts invoices that match an order",
    ownerEmail: "owner@example.com",
    environment: "production",
    riskClass: "limited",
    tier: "T3",
    mandate: { tools: ["ledger.post"], limits: [{ tool: "ledger.post", upTo: limit, currency, otherwise: "deny" }] },
    version: { label: "1", model: "bench", provider: "bench" },
  }));
  const hired = await Promise.all(agents.map((agent) => hire(api, agent, "benchmark")));
  return hired.map(({ secret }) => secret);
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

function plain(port: number, secrets: readonly string[]): Target {
  const requests = calls.map((call, index) => {
    const authorization = `Bearer ${secrets[index % fleet]}`;
    const request = postRequest(port, "/api/v1/decisions", filled(question(call)), { authorization });
    return { request, expected: call.allowed ? allow : deny };
  });
  let at = 0;
  return { port, next: () => requests[at++ % requests.length] as (typeof requests)[number] };
}

type Instance = { id: string; n: number; receipt: { lane: number; seq: number; leaf: string } | null };

function sdk(port: number, secrets: readonly string[]): Target {
  const run = randomUUID().slice(0, 8);
  const instances = new Map<number, Instance>();
  const instanceOf = (connection: number) => {
    const known = instances.get(connection) ?? { id: `bench-${run}-${connection}`, n: 0, receipt: null };
    instances.set(connection, known);
    return known;
  };
  let at = 0;
  return {
    port,
    next(connection) {
      const call = calls[at % calls.length] as (typeof calls)[number];
      const instance = instanceOf(connection);
      const n = instance.n++;
      const echo = instance.receipt ? { lastReceipt: { ...instance.receipt, n } } : {};
      const body = filled(question(call, { context: { instanceId: instance.id }, ...echo }));
      const request = postRequest(port, "/api/v1/decisions", body, {
        authorization: `Bearer ${secrets[connection % fleet]}`,
        "idempotency-key": `bench-${run}-${String(at++).padStart(12, "0")}`,
      });
      return { request, expected: call.allowed ? allow : deny };
    },
    answered(connection, body) {
      const receipt = /"lane":(\d+),"seq":(\d+).*?"leaf":"([^"]+)"/.exec(body);
      if (receipt)
        instanceOf(connection).receipt = { lane: Number(receipt[1]), seq: Number(receipt[2]), leaf: receipt[3] ?? "" };
    },
  };
}
