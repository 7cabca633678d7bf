import type { ChildProcess } from "node:child_process";
import { readFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";

/** A program under measurement: ours to stop, by its process id. */
export type Running = { pid: number; stop(): Promise<void> };

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
    if (ready) return { pid: child.pid ?? 0, stop };
    await pause(100);
  }
  await stop();
  throw new Error(`${name} did not start (${ended ?? `not ready in ${seconds} s`})`);
}

/**
 * Waits until the machine has nothing left to do, so that work one program put off is not charged to the next one measured.
 * Where the system does not tell (no `/proc/stat`), it waits two seconds.
 */
export async function untilQuiet(seconds = 60): Promise<void> {
  for (let waited = 0; waited < seconds; waited += 0.5) {
    const before = busy();
    if (!before) return void (await pause(2_000));
    await pause(500);
    const after = busy();
    if (after && (after.busy - before.busy) / (after.total - before.total) < 0.1) return;
  }
}

function busy(): { busy: number; total: number } | null {
  try {
    const ticks =
      readFileSync("/proc/stat", "utf8").split("\n", 1)[0]?.trim().split(/\s+/).slice(1, 9).map(Number) ?? [];
    const total = ticks.reduce((sum, value) => sum + value, 0);
    return { total, busy: total - (ticks[3] ?? 0) - (ticks[4] ?? 0) };
  } catch {
    return null;
  }
}
