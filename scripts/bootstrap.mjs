// Brings any Node from 20.19 to where the rest of the scripts can run: packages installed as the lockfile says, and this same script
// again under the pinned Node. Nothing here may import a package.

import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { takeLock } from "../lib/platform/process-lock.mjs";

export const root = dirname(dirname(fileURLToPath(import.meta.url)));
const bin = join(root, "node_modules", ".bin");
const pinned = join(root, "node_modules", "node", "bin", process.platform === "win32" ? "node.exe" : "node");

/** Environment of everything we start: the pinned tools first, nobody phones home, Prisma looks for no native engine. */
export const environment = {
  ...process.env,
  PATH: `${bin}${process.platform === "win32" ? ";" : ":"}${process.env.PATH ?? ""}`,
  NEXT_TELEMETRY_DISABLED: "1",
  CHECKPOINT_DISABLE: "1",
  DO_NOT_TRACK: "1",
  PRISMA_HIDE_UPDATE_MESSAGE: "1",
  PRISMA_SCHEMA_ENGINE_BINARY: join(root, "package.json"),
};

const started = Number(process.env.COUNTERSIGN_STARTED_AT ?? Date.now());

/** Prints one step with the time since the command was typed. */
export function progress(line) {
  console.log(`${((Date.now() - started) / 1000).toFixed(1).padStart(6)} s  ${line}`);
}

/**
 * Runs `main` under the pinned Node: installs when needed, then starts `script` again there and ends with its exit code. Signals reach
 * the second process; it also ends when this one is killed.
 */
export async function underPinnedNode(script, main) {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  if (major < 20 || (major === 20 && minor < 19))
    fail(`Node ${process.versions.node} is too old: install Node 20.19 or newer.`);
  if (process.env.COUNTERSIGN_PINNED === "1") {
    delete process.env.COUNTERSIGN_PINNED;
    Object.assign(process.env, environment);
    if (process.connected) {
      process.once("disconnect", () => process.kill(process.pid, "SIGTERM"));
      process.channel?.unref();
    }
    try {
      process.exitCode = (await main()) ?? process.exitCode;
    } catch (error) {
      console.error(error.problems ? error.problems.join("\n") : error);
      process.exit(1);
    }
    return;
  }
  await exclusively("install", install);
  const child = spawn(pinned, [fileURLToPath(script), ...process.argv.slice(2)], {
    stdio: ["inherit", "inherit", "inherit", "ipc"],
    env: { ...environment, COUNTERSIGN_PINNED: "1", COUNTERSIGN_STARTED_AT: String(started) },
  });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  // npm runs this through a shell, which dies of a signal without passing it on.
  const parent = process.ppid;
  const orphaned = () => process.ppid !== parent && child.kill("SIGTERM");
  if (process.env.npm_lifecycle_event) setInterval(orphaned, 500).unref();
  child.once("exit", (code, signal) => process.exit(code ?? (signal === "SIGINT" ? 130 : 143)));
}

/** Runs `work` while no other command of this folder does the same, waiting for one that does. */
export async function exclusively(name, work) {
  const path = join(root, "dist", `${name}.lock`);
  for (let said = false; ; ) {
    const lock = takeLock(path);
    if (lock.taken) {
      try {
        return await work();
      } finally {
        lock.release();
      }
    }
    if (!said) progress(`waiting for process ${lock.holder.pid}, which is busy with the ${name}`);
    said = true;
    await new Promise((settle) => setTimeout(settle, 200));
  }
}

/** Runs a program of `node_modules/.bin` or the system, showing what it prints; false when it fails. */
export function runs(command, args, options = {}) {
  const result = spawnSync(command, args, {
    cwd: root,
    stdio: "inherit",
    shell: process.platform === "win32",
    ...options,
    env: { ...environment, ...options.env },
  });
  return result.status === 0;
}

/** Like `runs`, but silent: what the program printed is shown only when it fails. */
export function runsQuietly(command, args, options = {}) {
  const result = spawnSync(command, args, {
    cwd: root,
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
    shell: process.platform === "win32",
    ...options,
    env: { ...environment, ...options.env },
  });
  if (result.status !== 0) console.error(result.error?.message ?? `${result.stdout}${result.stderr}`);
  return result.status === 0;
}

export function fail(sentence) {
  console.error(sentence);
  process.exit(1);
}

function install() {
  if (installed() && existsSync(pinned)) return;
  progress("installing packages, about a minute the first time");
  mkdirSync(join(root, "dist"), { recursive: true });
  // Install scripts run for the few packages that package.json allows, whatever version of npm is here.
  const quiet = ["--no-audit", "--no-fund", "--loglevel=error"];
  const { allowScripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const mayRun = (name) => allowScripts[name] && existsSync(join(root, "node_modules", name));
  const done =
    runs("npm", ["ci", "--include=dev", "--ignore-scripts", ...quiet]) &&
    runsQuietly("npm", ["rebuild", ...quiet, ...Object.keys(allowScripts).filter(mayRun)]);
  if (!done) fail("The packages could not be installed: see the lines above, then run the command again.");
  progress("packages installed");
}

/** Compares what npm says it installed with the lockfile; packages for other platforms are allowed to be absent. */
function installed() {
  try {
    const wanted = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")).packages;
    const found = JSON.parse(readFileSync(join(root, "node_modules", ".package-lock.json"), "utf8")).packages;
    return Object.entries(wanted).every(
      ([path, { version, optional, link }]) =>
        path === "" || link || found[path]?.version === version || (!found[path] && optional),
    );
  } catch {
    return false;
  }
}
