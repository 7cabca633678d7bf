import "server-only";

import pg from "pg";
import { serverAt } from "@/lib/db";
import { migrationsIn, withSchemaEngine } from "@/lib/platform/schema-engine";

/** Says in one sentence why the database could not be brought to this version of the program. */
export class MigrationError extends Error {
  override name = "MigrationError";
}

/** Any 64-bit number that is ours: one process migrates at a time. */
const migrationLock = "4848117713251001";

/**
 * Applies the migrations of `prisma/migrations` that the database does not have yet.
 * @param url  a role that may create schemas and roles
 * @param root folder that holds `prisma/`
 * @returns names of the migrations applied now, oldest first
 * @throws MigrationError when one fails, was edited after it was applied, or the database is newer than this program
 */
export async function migrate(url: string, root: string): Promise<string[]> {
  const guard = new pg.Client({ ...serverAt(url), connectionTimeoutMillis: 5_000 });
  guard.on("error", () => {});
  await guard.connect();
  try {
    await guard.query("SELECT pg_advisory_lock($1)", [migrationLock]);
    return await withSchemaEngine({ url, root }, async (engine) => {
      const migrationsList = migrationsIn(root);
      const filters = { externalTables: [], externalEnums: [] };
      const found = await engine.diagnoseMigrationHistory({ migrationsList, optInToShadowDatabase: false, filters });
      if (found.failedMigrationNames.length > 0) {
        throw new MigrationError(
          `the migration ${list(found.failedMigrationNames)} failed earlier: repair the database, then delete its row from \`_prisma_migrations\``,
        );
      }
      if (found.editedMigrationNames.length > 0) {
        throw new MigrationError(
          `the migration ${list(found.editedMigrationNames)} was changed after it had been applied: restore the file, or start with an empty database`,
        );
      }
      if (found.history && found.history.diagnostic !== "databaseIsBehind") {
        throw new MigrationError(
          `the database has migrations this version does not know (${list(found.history.unpersistedMigrationNames)}): start a version at least as new as the one that made them`,
        );
      }
      return (await engine.applyMigrations({ migrationsList, filters })).appliedMigrationNames;
    });
  } catch (error) {
    if (error instanceof MigrationError) throw error;
    throw new MigrationError(`the database could not be migrated: ${reason(error)}`, { cause: error });
  } finally {
    await guard.end();
  }
}

function list(names: string[]): string {
  return names.map((name) => `\`${name}\``).join(", ");
}

function reason(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.replace(/\s+/g, " ").trim().slice(0, 1_000);
}
