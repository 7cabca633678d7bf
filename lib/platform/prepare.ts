import "server-only";

import { join, resolve } from "node:path";
import pg from "pg";
import { initializeLog } from "@/lib/audit/initialize";
import { receiptKeyOf } from "@/lib/audit/receipt-key";
import { closePool } from "@/lib/db";
import {
  ConfigurationError,
  type DatabaseSettings,
  type Environment,
  provideEnvironment,
  secretNames,
  settingsFrom,
} from "@/lib/env";
import { startEmbeddedPostgres } from "@/lib/platform/embedded-postgres";
import { evaluationSecrets } from "@/lib/platform/evaluation-secrets";
import { migrate } from "@/lib/platform/migrate";
import { showInBrowser } from "@/lib/platform/process";
import { takeLock } from "@/lib/platform/process-lock.mjs";
import { appAddress, appLogin, assertSafeServer } from "@/lib/platform/roles";

/** What the start sequence holds until the end: call `close` last, when nothing uses the database any more. */
export type Prepared = {
  environment: Environment;
  /** Writes the address people can use into the lock, for whoever starts a second time, and shows it in a browser when a person is there. */
  announce(address: string): void;
  close(): Promise<void>;
};

/**
 * The first two steps of every start: settings, then a database that is running, migrated and safe. Afterwards `env()` and `db` work
 * everywhere in this process, and the secrets are gone from `process.env`.
 * @param root     folder of the program, with `prisma/`
 * @param progress gets one line for each step
 * @throws ConfigurationError, MigrationError or an Error whose message is one sentence for the person who starts the program
 */
export async function prepare(root: string, progress: (line: string) => void = () => {}): Promise<Prepared> {
  const variables = { ...process.env };
  const evaluation = !variables.DATABASE_URL;
  const home = resolve(root, variables.COUNTERSIGN_DATA || ".data");
  const secrets = evaluation ? evaluationSecrets(join(home, "secrets.json")) : {};
  const settings = settingsFrom({ ...secrets, ...variables, COUNTERSIGN_DATA: home });

  const initialize = (ownerUrl: string) =>
    initializeLog(
      ownerUrl,
      {
        host: new URL(settings.publicUrl).host,
        sample: evaluation,
        receiptKey: receiptKeyOf(settings.signingKey),
      },
      "countersign",
    );
  const { database, announce, stop } = evaluation
    ? await embedded(root, home, secrets.COUNTERSIGN_DATABASE_PASSWORD ?? "", initialize, progress)
    : await external(root, variables, initialize, progress);
  const environment = { ...settings, database };
  provideEnvironment(environment);
  for (const name of secretNames) delete process.env[name];
  return {
    environment,
    announce,
    async close() {
      await closePool();
      await stop();
    },
  };
}

type Database = { database: DatabaseSettings; announce(address: string): void; stop(): Promise<void> };

async function embedded(
  root: string,
  home: string,
  password: string,
  initialize: (ownerUrl: string) => Promise<void>,
  progress: (line: string) => void,
): Promise<Database> {
  const lock = takeLock(join(home, "server.lock"));
  if (!lock.taken) {
    const { pid, address } = lock.holder;
    throw new ConfigurationError([
      `Countersign is already running here as process ${pid}${address ? `, at ${address}` : ""}: stop it first, or set COUNTERSIGN_DATA and PORT for another one.`,
    ]);
  }
  progress("starting the embedded PostgreSQL");
  const server = await startEmbeddedPostgres(join(home, "postgres"));
  try {
    await createDatabase(server.adminUrl());
    const applied = await migrate(server.adminUrl("countersign"), root);
    if (applied.length > 0)
      progress(`applied ${applied.length} database ${applied.length === 1 ? "migration" : "migrations"}`);
    await assertSafeServer(server.adminUrl("countersign"));
    await initialize(server.adminUrl("countersign"));
    await appLogin(server.adminUrl("countersign"), password);
    const url = new URL(server.urlFor("countersign_app", password, "countersign"));
    url.searchParams.set("options", "-c TimeZone=UTC");
    return {
      database: { url: url.href, singleRole: false },
      announce(address) {
        lock.note({ address });
        if (process.env.NODE_ENV === "production") showInBrowser(address);
      },
      async stop() {
        await server.stop();
        lock.release();
      },
    };
  } catch (error) {
    await server.stop();
    lock.release();
    throw error;
  }
}

async function createDatabase(adminUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: adminUrl });
  client.on("error", () => {});
  await client.connect();
  try {
    const { rowCount } = await client.query("SELECT 1 FROM pg_database WHERE datname = 'countersign'");
    if (rowCount === 0) await client.query("CREATE DATABASE countersign");
  } finally {
    await client.end();
  }
}

async function external(
  root: string,
  variables: Record<string, string | undefined>,
  initialize: (ownerUrl: string) => Promise<void>,
  progress: (line: string) => void,
): Promise<Database> {
  const url = variables.DATABASE_URL ?? "";
  const migrateUrl = variables.DATABASE_MIGRATE_URL || url;
  progress("connecting to the database");
  const applied = await migrate(migrateUrl, root);
  if (applied.length > 0)
    progress(`applied ${applied.length} database ${applied.length === 1 ? "migration" : "migrations"}`);
  await assertSafeServer(url);
  await initialize(migrateUrl);
  const database = await appAddress(url, migrateUrl);
  if (database.singleRole) {
    progress(
      "warning: single-role mode, because this database role cannot become `app_rw`; hashes and receipts work, but the database itself does not stop the program from changing the log",
    );
  }
  return { database, announce: () => {}, stop: async () => {} };
}
