// One process at a time: a file that names its holder by process id and start time, so that a lock left by a killed process is
// recognized even when its number has been given to another one. Plain JavaScript on Node alone: the start script needs it before
// anything is installed or compiled.

import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

/** Who holds `path`, or null when nobody alive does. */
export function lockHolder(path) {
  try {
    const holder = JSON.parse(readFileSync(path, "utf8"));
    return startOf(holder.pid) === holder.startedAt ? holder : null;
  } catch {
    return null;
  }
}

/**
 * Takes the lock, or answers who has it.
 * @returns `{ taken: true, release, note }` or `{ taken: false, holder }`
 */
export function takeLock(path) {
  mkdirSync(dirname(path), { recursive: true });
  const mine = { pid: process.pid, startedAt: startOf(process.pid) };
  for (;;) {
    try {
      // Written aside and linked, so that the file is never seen without its content.
      writeFileSync(`${path}.${process.pid}`, JSON.stringify(mine), { mode: 0o600 });
      linkSync(`${path}.${process.pid}`, path);
      const release = () => {
        if (lockHolder(path)?.pid === process.pid) rmSync(path, { force: true });
      };
      const note = (facts) => writeFileSync(path, JSON.stringify({ ...mine, ...facts }), { mode: 0o600 });
      process.once("exit", release);
      return { taken: true, release, note };
    } catch (error) {
      if (error.code !== "EEXIST") throw error;
      const holder = lockHolder(path);
      if (holder) return { taken: false, holder };
      rmSync(path, { force: true });
    } finally {
      rmSync(`${path}.${process.pid}`, { force: true });
    }
  }
}

/** When a process started, in the system's own unit; `"alive"` where the system does not tell, null when there is no such process. */
function startOf(pid) {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (error.code !== "EPERM") return null;
  }
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
  } catch {
    return "alive";
  }
}
