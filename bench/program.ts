import type { ChildProcess } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";

/** A program under measurement: ours to stop, by its process ids. */
export type Running = { pids: number[]; stop(): Promise<void> };

/**
 * Waits until a child answers 200 at `url`.
 * @throws Error when it ends first, or is not ready in time
 */
export async function started(name: string, child: ChildProcess, url: string, seconds = 30): Promise<Running> {
  let ended: string | null = null;
  child.once("error", (error) => (ended = error.message));
  child.once("exit", (code, signal) => (ended = `it ended with ${signal ?? code}`));
  const stop = async () => {
    for (const signal of ["SIGTERM", "SIGKILL"] as const) {
      if (ended) return;
      child.kill(signal);
      for (let waited = 0; waited < 15_000 && !ended; waited += 50) await pause(50);
    }
  };
  for (let waited = 0; waited < seconds * 1000 && !ended; waited += 100) {
    const ready = await fetch(url).then(
      (answer) => answer.ok,
      () => false,
    );
    if (ready) return { pids: [child.pid ?? 0], stop };
    await pause(100);
  }
  await stop();
  throw new Error(`${name} did not start (${ended ?? `not ready in ${seconds} s`})`);
}

/**
 * Waits until programs and their children have nothing left to do, so that work one of them put off is not charged to the one measured
 * next. Where the system does not tell (no `/proc`), it waits two seconds.
 */
export async function untilQuiet(pids: readonly number[], seconds = 15): Promise<void> {
  if (!existsSync("/proc/self/stat")) return void (await pause(2_000));
  for (let waited = 0; waited < seconds; waited += 0.5) {
    const before = ticksOf(pids);
    await pause(500);
    // A tick is 10 ms of one processor: at most a tenth of one.
    if (ticksOf(pids) - before <= 5) return;
  }
}

/** Processor time of programs and their children so far, in ticks of 10 ms; 0 where the system does not tell. */
export function ticksOf(pids: readonly number[]): number {
  if (!existsSync("/proc/self/stat")) return 0;
  const processes = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const stat = readFileSync(`/proc/${name}/stat`, "utf8");
        const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
        // Its own time, and that of children which ended: user and system, proc(5) fields 14 to 17.
        const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
        return [{ pid: Number(name), parent: Number(fields[1]), ticks }];
      } catch {
        return []; // ended meanwhile
      }
    });
  const counted = new Set(pids);
  for (let size = 0; size !== counted.size; ) {
    size = counted.size;
    for (const { pid, parent } of processes) if (counted.has(parent)) counted.add(pid);
  }
  return processes.reduce((sum, { pid, ticks }) => sum + (counted.has(pid) ? ticks : 0), 0);
}
