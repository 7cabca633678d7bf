import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeEach, expect, inject, test } from "vitest";
import { migrate } from "@/lib/platform/migrate";
import { migrationsIn, withSchemaEngine } from "@/lib/platform/schema-engine";
import { testDatabase } from "@/lib/testing/database";

const { ownerUrl } = await testDatabase();
const root = mkdtempSync(join(tmpdir(), "countersign-migrate-"));
const admin = new pg.Client({ connectionString: inject("testServer").adminUrl });
await admin.connect();
let url: string;

beforeEach(async () => {
  rmSync(join(root, "prisma"), { recursive: true, force: true });
  mkdirSync(join(root, "prisma", "migrations"), { recursive: true });
  writeFileSync(
    join(root, "prisma", "schema.prisma"),
    'generator client {\n  provider = "prisma-client"\n  output = "x"\n}\ndatasource db {\n  provider = "postgresql"\n}\n',
  );
  const name = `${inject("testServer").template}_${crypto.randomUUID().slice(0, 8)}`;
  await admin.query(`CREATE DATABASE ${name}`);
  const empty = new URL(inject("testServer").adminUrl);
  empty.pathname = `/${name}`;
  url = empty.href;
});
afterAll(async () => {
  await admin.end();
  rmSync(root, { recursive: true });
});

function add(name: string, sql: string) {
  mkdirSync(join(root, "prisma", "migrations", name), { recursive: true });
  writeFileSync(join(root, "prisma", "migrations", name, "migration.sql"), sql);
}

async function query(sql: string) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

test("functions, DO blocks and semicolons inside texts survive, in order and once", async () => {
  add("1_one", "CREATE TABLE one (t text); INSERT INTO one VALUES ('a;b');");
  add(
    "2_two",
    `CREATE FUNCTION twice(n int) RETURNS int LANGUAGE plpgsql AS $f$ BEGIN RETURN n * 2; END; $f$;
     DO $d$ BEGIN INSERT INTO one VALUES ('c'); PERFORM twice(1); END; $d$;`,
  );
  expect(await migrate(url, root)).toEqual(["1_one", "2_two"]);
  expect(await migrate(url, root)).toEqual([]);
  expect(await query("SELECT t, twice(21) FROM one ORDER BY t")).toEqual([
    { t: "a;b", twice: 42 },
    { t: "c", twice: 42 },
  ]);
});

test("a migration that fails leaves nothing of itself and says which one and why", async () => {
  add("1_bad", "CREATE TABLE half (n int); SELECT 1 / 0;");
  await expect(migrate(url, root)).rejects.toThrow(/1_bad.*division by zero/);
  expect(await query("SELECT to_regclass('half') AS half")).toEqual([{ half: null }]);
  await expect(migrate(url, root)).rejects.toThrow(/`1_bad` failed earlier/);
});

test("a migration edited after it was applied is refused", async () => {
  add("1_one", "CREATE TABLE one (n int);");
  await migrate(url, root);
  add("1_one", "CREATE TABLE one (n bigint);");
  await expect(migrate(url, root)).rejects.toThrow(/`1_one` was changed after it had been applied/);
});

test("a database newer than the program is refused", async () => {
  add("1_one", "CREATE TABLE one (n int);");
  add("2_two", "CREATE TABLE two (n int);");
  await migrate(url, root);
  rmSync(join(root, "prisma", "migrations", "2_two"), { recursive: true });
  await expect(migrate(url, root)).rejects.toThrow(/does not know \(`2_two`\)/);
});

test("two programs that start at once apply each migration once", async () => {
  add("1_one", "CREATE TABLE one (n int); SELECT pg_sleep(0.2);");
  const applied = await Promise.all([migrate(url, root), migrate(url, root)]);
  expect(applied.flat()).toEqual(["1_one"]);
});

test("the migrations of the repository make exactly what the Prisma schema says", async () => {
  cpSync("prisma", join(root, "prisma"), { recursive: true });
  const schema = join(root, "prisma", "schema.prisma");
  const { stdout } = await withSchemaEngine({ url: ownerUrl, root }, (engine) =>
    engine.diff({
      from: { tag: "migrations", ...migrationsIn(root) },
      to: { tag: "schemaDatamodel", files: [{ path: schema, content: readFileSync(schema, "utf8") }] },
      script: true,
      exitCode: null,
      filters: { externalTables: [], externalEnums: [] },
    }),
  );
  expect(stdout).toMatch(/^-- This is an empty migration/);
});
