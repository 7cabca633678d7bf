import "server-only";

import { createHash, generateKeyPairSync } from "node:crypto";
import pg from "pg";
import { afterAll, inject } from "vitest";
import { closePool } from "@/lib/db";
import { provideEnvironment } from "@/lib/env";

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
