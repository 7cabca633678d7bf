import { spawn } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "@/lib/platform/embedded-postgres";

const folder = mkdtempSync(join(tmpdir(), "countersign-embedded-"));
const directory = join(folder, "postgres");
let server: EmbeddedPostgres;

beforeAll(async () => {
  chmodSync(folder, 0o711);
  server = await startEmbeddedPostgres(directory);
  await query("CREATE TABLE kept (n int)");
});
afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true });
});

async function query(sql: string) {
  const client = new pg.Client({ connectionString: server.adminUrl(), connectionTimeoutMillis: 1_000 });
  client.on("error", () => {});
  try {
    await client.connect();
    return (await client.query(sql)).rows;
  } finally {
    await client.end().catch(() => {});
  }
}

const postmaster = () => Number(readFileSync(join(directory, "postmaster.pid"), "utf8").split("\n")[0]);

test("the server keeps what it acknowledged: fsync, full page writes, checksums, no network", async () => {
  const [row] = await query(
    `SELECT current_setting('fsync') AS fsync, current_setting('full_page_writes') AS pages, current_setting('listen_addresses') AS net,
            current_setting('data_checksums') AS checksums, current_setting('synchronous_commit') AS sync`,
  );
  expect(row).toEqual({ fsync: "on", pages: "on", checksums: "on", sync: "on", net: "" });
});

test("its password is readable by its owner only and is asked for", async () => {
  expect(statSync(join(folder, "postgres-password")).mode & 0o077).toBe(0);
  const url = server.urlFor("postgres", "wrong");
  const client = new pg.Client({ connectionString: url });
  client.on("error", () => {});
  await expect(client.connect()).rejects.toMatchObject({ code: "28P01" });
});

test("a killed server is started again by itself, with everything committed", async () => {
  await query("INSERT INTO kept VALUES (1)");
  const killed = postmaster();
  process.kill(killed, "SIGKILL");
  await expect.poll(() => query("SELECT n FROM kept").catch(() => "gone"), { timeout: 15_000 }).toEqual([{ n: 1 }]);
  expect(postmaster()).not.toBe(killed);
});

test("a server that outlived its program is stopped, and its data is there", async () => {
  await query("INSERT INTO kept VALUES (2)");
  await server.stop();
  // Another program starts the same folder and is killed without a chance to stop it.
  const orphaned = await orphan();
  server = await startEmbeddedPostgres(directory);
  expect(postmaster()).not.toBe(orphaned);
  expect(running(orphaned)).toBe(false);
  expect(await query("SELECT count(*)::int AS n FROM kept")).toEqual([{ n: 2 }]);
});

test("a process id file left by a crash of the machine does not stop the start", async () => {
  await server.stop();
  const orphaned = await orphan();
  process.kill(orphaned, "SIGKILL");
  await expect.poll(() => running(orphaned)).toBe(false);
  server = await startEmbeddedPostgres(directory);
  expect(await query("SELECT count(*)::int AS n FROM kept")).toEqual([{ n: 2 }]);
});

/** A process that has ended but was not reaped does not run. */
function running(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
}

/** Starts the cluster from another process, kills that process, and answers the process id of the database server it leaves. */
async function orphan(): Promise<number> {
  const { build } = await import("esbuild");
  const program = join(process.cwd(), "dist", `orphan-${process.pid}.mjs`);
  mkdirSync(join(process.cwd(), "dist"), { recursive: true });
  await build({
    stdin: {
      contents: `import { startEmbeddedPostgres } from "./lib/platform/embedded-postgres.ts";
        await startEmbeddedPostgres(${JSON.stringify(directory)});
        console.log("started");
        setInterval(() => {}, 1000);`,
      resolveDir: process.cwd(),
      loader: "ts",
    },
    outfile: program,
    bundle: true,
    platform: "node",
    format: "esm",
    external: ["pg"],
    alias: { "server-only": "./node_modules/server-only/empty.js" },
    logLevel: "silent",
  });
  const child = spawn(process.execPath, [program], { stdio: ["ignore", "pipe", "inherit"] });
  await new Promise((settle) => child.stdout?.once("data", settle));
  const left = postmaster();
  child.kill("SIGKILL");
  await new Promise((settle) => child.once("close", settle));
  rmSync(program);
  return left;
}
