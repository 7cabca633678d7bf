import "server-only";

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { PrismaPg } from "@prisma/adapter-pg";
import {
  bindMigrationAwareSqlAdapterFactory,
  ColumnTypeEnum,
  type SqlDriverAdapter,
  type SqlMigrationAwareDriverAdapterFactory,
} from "@prisma/driver-adapter-utils";
import type { MigrationList, SchemaEngine } from "@prisma/schema-engine-wasm";
import pg from "pg";
import { serverAt } from "@/lib/db";

/**
 * Prisma's own schema engine, compiled to WebAssembly, over the `pg` driver: it keeps the same migration table as Prisma's command line
 * and downloads nothing. Scripts are handed to PostgreSQL whole, because the stock adapter cuts them at every semicolon, which breaks
 * functions and DO blocks. PostgreSQL runs such a script as one transaction.
 */
export async function withSchemaEngine<T>(
  options: { url: string; root: string },
  use: (engine: SchemaEngine) => Promise<T>,
): Promise<T> {
  const { SchemaEngine } = await loadEngine();
  const factory = new WholeScripts({ ...serverAt(options.url), application_name: "countersign migrate", max: 2 });
  const schema = join(options.root, "prisma", "schema.prisma");
  const datamodels = [[schema, readFileSync(schema, "utf8")]] as [string, string][];
  const engine = await SchemaEngine.new({ datamodels }, () => {}, bindMigrationAwareSqlAdapterFactory(factory));
  try {
    return await use(engine);
  } catch (error) {
    throw factory.refusal ? new Error(named(factory.refusal, error), { cause: error }) : error;
  } finally {
    engine.free();
    await factory.close();
  }
}

/** What PostgreSQL said, with the name of the migration; the engine itself says neither in words. */
function named(refusal: string, error: unknown): string {
  const name = /migration_name="([^"]+)"/.exec(error instanceof Error ? error.message : "")?.[1];
  return name ? `\`${name}\`: ${refusal}` : refusal;
}

/** The migrations on disk, oldest first, in the form the engine reads. */
export function migrationsIn(root: string): MigrationList {
  const baseDir = join(root, "prisma", "migrations");
  const folders = readdirSync(baseDir, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const lockfile = join(baseDir, "migration_lock.toml");
  return {
    baseDir,
    lockfile: {
      path: "migration_lock.toml",
      content: existsSync(lockfile) ? readFileSync(lockfile, "utf8") : 'provider = "postgresql"\n',
    },
    migrationDirectories: folders
      .map((entry) => entry.name)
      .sort()
      .map((path) => ({
        path,
        migrationFile: {
          path: "migration.sql",
          content: { tag: "ok", value: readFileSync(join(baseDir, path, "migration.sql"), "utf8") },
        },
      })),
    shadowDbInitScript: "",
  };
}

/** The stock adapter with whole scripts and with pools that are closed by their owner. */
class WholeScripts implements SqlMigrationAwareDriverAdapterFactory {
  readonly provider = "postgres";
  readonly adapterName = "@prisma/adapter-pg";
  /** PostgreSQL's words about the last script it refused. */
  refusal: string | null = null;
  private readonly pools: pg.Pool[] = [];
  constructor(private readonly config: pg.PoolConfig) {}

  connect(): Promise<SqlDriverAdapter> {
    return this.open(this.config);
  }

  async connectToShadowDb(): Promise<SqlDriverAdapter> {
    const name = `countersign_shadow_${crypto.randomUUID().replaceAll("-", "")}`;
    const main = await this.connect();
    await main.executeScript(`CREATE DATABASE ${name}`);
    const url = new URL(this.config.connectionString ?? "");
    url.pathname = `/${name}`;
    const shadow = await this.open({ ...this.config, connectionString: url.href });
    const release = shadow.dispose.bind(shadow);
    shadow.dispose = async () => {
      await release();
      await main.executeScript(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    };
    return shadow;
  }

  async close(): Promise<void> {
    await Promise.all(this.pools.filter((pool) => !pool.ended).map((pool) => pool.end()));
  }

  private async open(config: pg.PoolConfig): Promise<SqlDriverAdapter> {
    const pool = new pg.Pool(config);
    pool.on("error", () => {});
    pool.on("connect", (client) => {
      client.on("error", () => {});
    });
    this.pools.push(pool);
    const adapter = await new PrismaPg(pool).connect();
    readInternalChar(pool, adapter);
    adapter.executeScript = async (script) => {
      await pool.query(script).catch((error) => {
        this.refusal = error.message;
        throw error;
      });
    };
    return adapter;
  }
}

/** The catalog has columns of PostgreSQL's internal type `"char"` (oid 18), which the adapter does not know: one character each. */
function readInternalChar(pool: pg.Pool, adapter: SqlDriverAdapter): void {
  const columns = new WeakMap<object, number[]>();
  const query = pool.query.bind(pool) as (...values: unknown[]) => Promise<pg.QueryResult>;
  pool.query = (async (...values: unknown[]) => {
    const result = await query(...values);
    const internal = (result.fields ?? []).flatMap((field, index) => (field.dataTypeID === 18 ? [index] : []));
    for (const index of internal) (result.fields[index] as pg.FieldDef).dataTypeID = 25;
    if (internal.length > 0) columns.set(result.rows, internal);
    return result;
  }) as typeof pool.query;
  const queryRaw = adapter.queryRaw.bind(adapter);
  adapter.queryRaw = async (params) => {
    const found = await queryRaw(params);
    for (const index of columns.get(found.rows) ?? []) found.columnTypes[index] = ColumnTypeEnum.Character;
    return found;
  };
}

let loading: Promise<typeof import("@prisma/schema-engine-wasm")> | undefined;

/** The package's own entry imports a `.wasm` file as a module, which Node does not do without a flag. */
function loadEngine(): Promise<typeof import("@prisma/schema-engine-wasm")> {
  loading ??= (async () => {
    const glue = await import("@prisma/schema-engine-wasm/schema_engine_bg");
    const entry = createRequire(import.meta.url).resolve("@prisma/schema-engine-wasm");
    const bytes = readFileSync(join(entry, "..", "schema_engine_bg.wasm"));
    const { instance } = await WebAssembly.instantiate(bytes, {
      "./schema_engine_bg.js": glue as unknown as WebAssembly.ModuleImports,
    });
    (glue as unknown as { __wbg_set_wasm(exports: unknown): void }).__wbg_set_wasm(instance.exports);
    (instance.exports.__wbindgen_start as () => void)();
    return glue as unknown as typeof import("@prisma/schema-engine-wasm");
  })();
  return loading;
}
