import "server-only";

import { createHash, generateKeyPairSync } from "node:crypto";
import pg from "pg";
import { afterAll, inject } from "vitest";
import { closePool } from "@/lib/db";
import { provideEnvironment } from "@/lib/env";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "@/lib/platform/embedded-postgres";
import { migrate } from "@/lib/platform/migrate";
import { appLogin } from "@/lib/platform/roles";

export type TestDatabase = {
  /** Role that owns everything, a superuser: for arranging and for looking behind the guards. */
  ownerUrl: string;
  /** The role the program runs as. `db`, `pool()` and `databaseUrl()` use it. */
  appUrl: string;
};

/**
 * Gives the calling test file a freshly migrated database of its own and makes it the one `db` and `databaseUrl()` use. Call it once,
 * at the top of the file: `const { ownerUrl } = await testDatabase();`. It is dropped with the server.
 * @param settings replace single settings of the environment, e.g. `{ bootstrapToken }`
 */
export async function testDatabase(
  settings: Partial<Parameters<typeof provideEnvironment>[0]> = {},
): Promise<TestDatabase> {
  const { adminUrl, template, appPassword } = inject("testServer");
  const name = `${template}_${crypto.randomUUID().slice(0, 8)}`;
  const admin = new pg.Client({ connectionString: adminUrl });
  admin.on("error", () => {});
  await admin.connect();
  try {
    // Copying refuses while another test file copies at the same moment.
    await admin.query("SELECT pg_advisory_lock(4848117713251002)");
    await admin.query(`CREATE DATABASE ${name} TEMPLATE ${template}`);
  } finally {
    await admin.end();
  }
  const ownerUrl = new URL(adminUrl);
  ownerUrl.pathname = `/${name}`;
  return provideDatabase(ownerUrl, appPassword, settings);
}

/** Makes a migrated database the one that `db` and `databaseUrl()` use. @param ownerUrl of a superuser */
function provideDatabase(
  ownerUrl: URL,
  appPassword: string,
  settings: Partial<Parameters<typeof provideEnvironment>[0]>,
): TestDatabase {
  const appUrl = new URL(ownerUrl);
  appUrl.username = "countersign_app";
  appUrl.password = appPassword;
  appUrl.searchParams.set("options", "-c TimeZone=UTC");

  provideEnvironment({
    mode: "evaluation",
    role: "all",
    host: "127.0.0.1",
    port: 3000,
    publicUrl: "http://localhost:3000",
    origins: ["http://localhost:3000", "http://127.0.0.1:3000"],
    dataDirectory: "/nonexistent",
    anchorFile: "/nonexistent/anchor.log",
    witnesses: [],
    witnessQuorum: 0,
    authSecret: "a secret that only the tests know, 32 bytes and more",
    pepper: createHash("sha256").update("test pepper").digest(),
    kek: createHash("sha256").update("test kek").digest(),
    signingKey: generateKeyPairSync("ed25519").privateKey,
    bootstrapToken: null,
    metricsToken: null,
    trustedProxies: [],
    oidc: null,
    ...settings,
    database: { url: appUrl.href, singleRole: false },
  });
  afterAll(closePool);
  return { ownerUrl: ownerUrl.href, appUrl: appUrl.href };
}

export type TestCluster = TestDatabase & {
  /** The server that runs now. */
  server(): EmbeddedPostgres;
  stop(): Promise<void>;
  /** Starts it again, at the same address. */
  start(): Promise<void>;
};

/**
 * Gives the calling test file a PostgreSQL server of its own, which it may stop, freeze or starve, with one migrated database. It is stopped
 * after the file's tests.
 * @param directory a folder that other accounts may enter
 */
export async function testCluster(directory: string): Promise<TestCluster> {
  let server = await startEmbeddedPostgres(directory);
  let running = true;
  const url = new URL(server.adminUrl());
  const admin = new pg.Client({ connectionString: url.href });
  await admin.connect();
  await admin.query("CREATE DATABASE countersign");
  await admin.end();
  url.pathname = "/countersign";
  await migrate(url.href, process.cwd());
  await appLogin(url.href, "test");
  const stop = async () => {
    if (running) await server.stop();
    running = false;
  };
  afterAll(stop);
  return {
    ...provideDatabase(url, "test", {}),
    server: () => server,
    stop,
    async start() {
      server = await startEmbeddedPostgres(directory);
      running = true;
    },
  };
}
