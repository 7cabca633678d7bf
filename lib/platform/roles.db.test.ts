import pg from "pg";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { ConfigurationError } from "@/lib/env";
import { migrate } from "@/lib/platform/migrate";
import { appAddress, assertSafeServer } from "@/lib/platform/roles";
import { testDatabase } from "@/lib/testing/database";

const { ownerUrl } = await testDatabase();
const tag = crypto.randomUUID().slice(0, 8);
const owner = new pg.Client({ connectionString: ownerUrl });

beforeAll(() => owner.connect());
afterAll(async () => {
  const database = new URL(ownerUrl).pathname.slice(1);
  await owner.query(`ALTER DATABASE ${database} RESET ALL`);
  for (const role of ["plain", "stranger", "manager"]) {
    await owner.query(`DROP OWNED BY ${role}_${tag} CASCADE`).catch(() => {});
    await owner.query(`DROP ROLE IF EXISTS ${role}_${tag}`);
  }
  await owner.end();
});

function as(role: string): string {
  const url = new URL(ownerUrl);
  url.username = role;
  url.password = "pw";
  return url.href;
}

async function whoIs(url: string): Promise<string> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query("SELECT current_user AS name")).rows[0].name;
  } finally {
    await client.end();
  }
}

test("with one connection string the program steps down from the owner to app_rw", async () => {
  const address = await appAddress(ownerUrl, ownerUrl);
  expect(address.singleRole).toBe(false);
  expect(await whoIs(address.url)).toBe("app_rw");
});

test("a database owner who may make roles, but is no superuser, migrates and steps down too", async () => {
  const database = `${new URL(ownerUrl).pathname.slice(1)}_managed`;
  await owner.query(`CREATE ROLE manager_${tag} LOGIN CREATEROLE PASSWORD 'pw'`);
  await owner.query(`CREATE DATABASE ${database} OWNER manager_${tag}`);
  const url = new URL(as(`manager_${tag}`));
  url.pathname = `/${database}`;
  // The roles of the log belong to the whole server, where the superuser of the tests made them.
  const { rows } = await owner.query("SELECT rolname FROM pg_roles WHERE rolname IN ('audit_owner', 'app_rw')");
  for (const { rolname } of rows) await owner.query(`GRANT ${rolname} TO manager_${tag} WITH ADMIN OPTION`);
  await migrate(url.href, process.cwd());
  const address = await appAddress(url.href, url.href);
  expect(address.singleRole).toBe(false);
  expect(await whoIs(address.url)).toBe("app_rw");
  await owner.query(`DROP DATABASE ${database} WITH (FORCE)`);
});

test("a login of its own is made a member of app_rw and keeps its name", async () => {
  await owner.query(`CREATE ROLE plain_${tag} LOGIN PASSWORD 'pw'`);
  const address = await appAddress(as(`plain_${tag}`), ownerUrl);
  expect(address.singleRole).toBe(false);
  expect(await whoIs(address.url)).toBe(`plain_${tag}`);
  const { rows } = await owner.query(`SELECT pg_has_role('plain_${tag}', 'app_rw', 'MEMBER') AS member`);
  expect(rows).toEqual([{ member: true }]);
});

test("a login that nobody may make a member is refused with the statement to run", async () => {
  await owner.query(`CREATE ROLE stranger_${tag} LOGIN PASSWORD 'pw'`);
  const refused = appAddress(as(`stranger_${tag}`), as(`stranger_${tag}`));
  await expect(refused).rejects.toThrow(ConfigurationError);
  await expect(refused).rejects.toThrow(`run \`GRANT app_rw TO stranger_${tag}\``);
});

test("a server as it should be is accepted", async () => {
  await expect(assertSafeServer(ownerUrl)).resolves.toBeUndefined();
});

test.each([
  ["synchronous_commit", "off", "set it to `on` or `remote_apply`"],
  ["synchronous_commit", "local", "set it to `on` or `remote_apply`"],
  ["default_transaction_read_only", "on", "read-only by default"],
  ["default_transaction_isolation", "'repeatable read'", "set it to `read committed`"],
])("a database with %s = %s is refused at the start", async (name, value, words) => {
  const database = new URL(ownerUrl).pathname.slice(1);
  await owner.query(`ALTER DATABASE ${database} SET ${name} = ${value}`);
  await expect(assertSafeServer(ownerUrl)).rejects.toThrow(words);
  await owner.query(`SET default_transaction_read_only = off`);
  await owner.query(`ALTER DATABASE ${database} RESET ${name}`);
});

test.each([60_000, -60_000])("T20 a clock that is %d ms off the database's stops the start", async (offset) => {
  const real = Date.now;
  const clock = vi.spyOn(Date, "now").mockImplementation(() => real() + offset);
  try {
    await expect(assertSafeServer(ownerUrl)).rejects.toThrow(/clocks .* are 60 seconds apart/);
  } finally {
    clock.mockRestore();
  }
});
