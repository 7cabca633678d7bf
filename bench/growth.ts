import type { Countersign } from "./countersign";
import { drive } from "./drive";
import { untilQuiet } from "./program";
import { type Case, median, rounded, table } from "./report";

type Settings = { runs: number; seconds: number; warmSeconds: number; entries: number };

/**
 * Grows the log with real decisions at full speed, and measures what one decision costs when the table is new, at a tenth and at the
 * end. The cost must not grow with the table.
 */
export async function grow(ours: Countersign, settings: Settings, say: (line: string) => void): Promise<Case[]> {
  const sizes = [0, settings.entries / 10, settings.entries];
  const points: { size: number; microseconds: number }[] = [];
  await drive(ours.plain, { connections: 32, warmSeconds: 0, seconds: settings.warmSeconds + 1 });
  for (const size of sizes) {
    const missing = size - (await ours.entries());
    if (missing > 0) {
      const filling = await drive(ours.plain, { connections: 128, warmSeconds: 0, seconds: 3_600 }, missing);
      refuseErrors("growing the log", filling);
      say(`grown by ${filling.requests} decisions at ${Math.round(filling.requestsPerSecond)} a second`);
      await untilQuiet(ours.pids, 60);
    }
    const costs: number[] = [];
    for (let run = 0; run < Math.min(settings.runs, 3); run++) {
      const measured = await drive(ours.plain, {
        connections: 32,
        warmSeconds: settings.warmSeconds,
        seconds: settings.seconds,
      });
      refuseErrors("measuring the growth", measured);
      costs.push(1e6 / measured.requestsPerSecond);
    }
    points.push({ size: await ours.entries(), microseconds: median(costs) });
  }
  const first = points[0]?.microseconds ?? Number.NaN;
  say(
    `\nCost of a decision while the log grows, 32 connections\n${table([
      ["entries", "µs per decision", "against the start"],
      ...points.map(({ size, microseconds }) => [
        String(size),
        microseconds.toFixed(0),
        `× ${(microseconds / first).toFixed(2)}`,
      ]),
    ])}\n`,
  );
  return points.map(({ microseconds }, at) => ({
    bench: "growth",
    case: at === 0 ? "start" : `${sizes[at]} entries`,
    ours: rounded(microseconds, 1),
    peer: null,
    ratio: null,
    unit: "µs/decision",
  }));
}

/** @throws Error when any answer was wrong: a figure with errors in it is no figure */
export function refuseErrors(what: string, measured: { errors: number; firstError: string | null }): void {
  if (measured.errors > 0)
    throw new Error(`${what}: ${measured.errors} answers were wrong, the first: ${measured.firstError}`);
}
