import "server-only";

import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import type { TestProject } from "vitest/node";
import { startEmbeddedPostgres } from "@/lib/platform/embedded-postgres";
import { migrate } from "@/lib/platform/migrate";
import { appLogin } from "@/lib/platform/roles";

declare module "vitest" {
  export interface ProvidedContext {
    /** Connection string of an administrator, and the migrated database that each test file copies. */
    testServer: { adminUrl: string; template: string; appPassword: string };
  }
}

/**
 * Starts one PostgreSQL for all database tests, or uses the one COUNTERSIGN_TEST_DATABASE_URL names (its role must be allowed to create
 * databases and roles), and migrates one database there, which `testDatabase()` copies. COUNTERSIGN_TEST_POSTGRES names a folder with the
 * binaries of another version.
 */
export async function setup(project: TestProject) {
  const given = process.env.COUNTERSIGN_TEST_DATABASE_URL;
  const folder = mkdtempSync(join(tmpdir(), "countersign-test-"));
  chmodSync(folder, 0o711); // root's tests run the server as another account
  const binaries = process.env.COUNTERSIGN_TEST_POSTGRES;
  const server = given ? null : await startEmbeddedPostgres(join(folder, "postgres"), binaries);
  const adminUrl = given ?? server?.adminUrl() ?? "";
  const template = `countersign_template_${process.pid}`;
  const admin = new pg.Client({ connectionString: adminUrl });
  admin.on("error", () => {});
  await admin.connect();

  const drop = async (name: string) => admin.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
  await drop(template);
  await admin.query(`CREATE DATABASE ${template}`);
  const url = new URL(adminUrl);
  url.pathname = `/${template}`;
  const appPassword = "test";
  await migrate(url.href, process.cwd());
  await appLogin(url.href, appPassword);
  project.provide("testServer", { adminUrl, template, appPassword });

  return async () => {
    const { rows } = await admin.query<{ datname: string }>("SELECT datname FROM pg_database WHERE datname LIKE $1", [
      `${template}%`,
    ]);
    if (given) for (const { datname } of rows) await drop(datname);
    await admin.end();
    await server?.stop();
    rmSync(folder, { recursive: true, force: true });
  };
}
