// Writes the SQL that takes the migrations to prisma/schema.prisma into a new migration folder, to be read and completed by a person:
// `npm run db:migrate:new -- name`. The migrations are replayed in a database of their own on a throwaway server.

import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startEmbeddedPostgres } from "@/lib/platform/embedded-postgres";
import { migrationsIn, withSchemaEngine } from "@/lib/platform/schema-engine";

const name = process.argv[2];
if (!name || !/^[a-z][a-z0-9_]*$/.test(name)) {
  console.error("Name the migration in lower case with underscores: `npm run db:migrate:new -- add_contracts`.");
  process.exit(1);
}

const root = process.cwd();
const folder = mkdtempSync(join(tmpdir(), "countersign-migration-"));
chmodSync(folder, 0o711);
const server = await startEmbeddedPostgres(join(folder, "postgres"));
try {
  const schema = join(root, "prisma", "schema.prisma");
  const { stdout } = await withSchemaEngine({ url: server.adminUrl(), root }, (engine) =>
    engine.diff({
      from: { tag: "migrations", ...migrationsIn(root) },
      to: { tag: "schemaDatamodel", files: [{ path: schema, content: readFileSync(schema, "utf8") }] },
      script: true,
      exitCode: null,
      filters: { externalTables: [], externalEnums: [] },
    }),
  );
  if (!stdout || /^-- This is an empty migration/.test(stdout)) {
    console.log("The migrations already make what the schema says.");
  } else {
    const stamp = new Date().toISOString().replaceAll(/\D/g, "").slice(0, 14);
    const target = join(root, "prisma", "migrations", `${stamp}_${name}`);
    mkdirSync(target);
    writeFileSync(join(target, "migration.sql"), stdout);
    console.log(`Read and complete ${join("prisma", "migrations", `${stamp}_${name}`, "migration.sql")}.`);
  }
} finally {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
}
