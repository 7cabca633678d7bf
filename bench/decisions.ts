import { seededRandom } from "@/prisma/seed/random";
import type { Countersign } from "./countersign";
import { drive, type Measured, type Target } from "./drive";
import { refuseErrors } from "./growth";
import { type Running, ticksOf, untilQuiet } from "./program";
import { type Case, median, rounded, table } from "./report";

type Settings = { runs: number; seconds: number; warmSeconds: number };

/**
 * Decisions over HTTP, Countersign beside Cerbos: the same mix from the same generator, several runs of each, interleaved in random
 * order, medians. Every answer of ours is committed, encrypted, chained and receipted before it leaves; every answer of either side is
 * checked.
 */
export async function compareDecisions(
  ours: Countersign,
  peer: Running & { target: Target },
  settings: Settings,
  say: (line: string) => void,
): Promise<Case[]> {
  const sides: { side: string; target: Target; connections: number }[] = [1, 32, 128].flatMap((connections) => [
    { side: "ours", target: ours.plain, connections },
    { side: "peer", target: peer.target, connections },
  ]);
  sides.push({ side: "sdk", target: ours.sdk, connections: 32 });

  const random = seededRandom(String(Date.now()));
  const measured = new Map<string, Measured[]>();
  for (let run = 1; run <= settings.runs; run++) {
    for (const { side, target, connections } of random.shuffle(sides)) {
      await untilQuiet([...ours.pids, ...peer.pids]);
      const { pids } = side === "peer" ? peer : ours;
      const before = ticksOf(pids);
      const result = await drive(target, { connections, warmSeconds: settings.warmSeconds, seconds: settings.seconds });
      refuseErrors(`${side} at ${connections} connections`, result);
      const key = `${side} ${connections}`;
      measured.set(key, [...(measured.get(key) ?? []), result]);
      say(
        `run ${run}  ${label(side).padEnd(24)} ${String(connections).padStart(3)} connections  ${describe(result, (ticksOf(pids) - before) * 10_000)}`,
      );
    }
  }

  const of = (side: string, connections: number, figure: (one: Measured) => number) =>
    median((measured.get(`${side} ${connections}`) ?? []).map(figure));
  const cases: Case[] = [];
  const rows = [["medians of interleaved runs", "requests/s", "p50 ms", "p99 ms"]];
  for (const connections of [1, 32, 128]) {
    const figures = figuresOf.map(({ name, unit, figure, ratio }) => {
      const [ours, peer] = [of("ours", connections, figure), of("peer", connections, figure)];
      return { name, unit, ours, peer, ratio: ratio(ours, peer) };
    });
    for (const { name, unit, ours, peer, ratio } of figures) {
      const title = `${connections} connections, ${name}`;
      cases.push({
        bench: "decisions",
        case: title,
        ours: rounded(ours, 2),
        peer: rounded(peer, 2),
        ratio: rounded(ratio, 2),
        unit,
      });
    }
    for (const side of ["ours", "peer"] as const) {
      const cells = figures.map((one) => one[side].toFixed(one.unit === "ms" ? 2 : 0));
      rows.push([`${label(side)}, ${connections} connections`, ...cells]);
    }
    rows.push(["  above 1 is better for Countersign", ...figures.map(({ ratio }) => `× ${ratio.toFixed(2)}`)]);
  }
  const sdk = of("sdk", 32, (one) => one.requestsPerSecond);
  rows.push([
    `${label("sdk")}, 32 connections`,
    sdk.toFixed(0),
    of("sdk", 32, (one) => one.p50).toFixed(2),
    of("sdk", 32, (one) => one.p99).toFixed(2),
  ]);
  cases.push({
    bench: "decisions",
    case: "32 connections, key and echo on every call",
    ours: rounded(sdk, 2),
    peer: null,
    ratio: null,
    unit: "requests/s",
  });
  say(`\n${table(rows)}\n`);
  return cases;
}

/** What is told of a run, and how two programs compare in it: above 1 is better for ours. */
const figuresOf = [
  {
    name: "requests/s",
    unit: "requests/s",
    figure: (one: Measured) => one.requestsPerSecond,
    ratio: (ours: number, peer: number) => ours / peer,
  },
  { name: "p50", unit: "ms", figure: (one: Measured) => one.p50, ratio: (ours: number, peer: number) => peer / ours },
  { name: "p99", unit: "ms", figure: (one: Measured) => one.p99, ratio: (ours: number, peer: number) => peer / ours },
];

function label(side: string): string {
  return side === "ours" ? "Countersign" : side === "peer" ? "Cerbos" : "Countersign, key and echo";
}

/** @param used processor time of the program during the run, µs; more than one core shows as more than the time that passed */
function describe(one: Measured, used: number): string {
  const cost = `program ${(used / one.requests).toFixed(0)} + generator ${one.driverMicroseconds.toFixed(0)} µs of processor per request`;
  return `${one.requestsPerSecond.toFixed(0).padStart(6)} requests/s  p50 ${one.p50.toFixed(2)} ms  p99 ${one.p99.toFixed(2)} ms  max ${one.max.toFixed(0)} ms  ${cost}`;
}
