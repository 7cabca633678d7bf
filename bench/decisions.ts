import { seededRandom } from "@/prisma/seed/random";
import type { Countersign } from "./countersign";
import { drive, type Measured, type Target } from "./drive";
import { refuseErrors } from "./growth";
import { type Running, untilQuiet } from "./program";
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
      const result = await drive(target, { connections, warmSeconds: settings.warmSeconds, seconds: settings.seconds });
      refuseErrors(`${side} at ${connections} connections`, result);
      const key = `${side} ${connections}`;
      measured.set(key, [...(measured.get(key) ?? []), result]);
      say(`run ${run}  ${label(side).padEnd(24)} ${String(connections).padStart(3)} connections  ${describe(result)}`);
    }
  }

  const of = (side: string, connections: number, figure: (one: Measured) => number) =>
    median((measured.get(`${side} ${connections}`) ?? []).map(figure));
  const cases: Case[] = [];
  const rows = [["medians of interleaved runs", "requests/s", "p50 ms", "p99 ms"]];
  for (const connections of [1, 32, 128]) {
    const figures = (
      [
        ["requests/s", (one: Measured) => one.requestsPerSecond],
        ["p50", (one: Measured) => one.p50],
        ["p99", (one: Measured) => one.p99],
      ] as const
    ).map(([name, figure]) => ({ name, ours: of("ours", connections, figure), peer: of("peer", connections, figure) }));
    for (const { name, ours, peer } of figures) {
      const better = name === "requests/s" ? ours / peer : peer / ours;
      const unit = name === "requests/s" ? name : "ms";
      cases.push({
        bench: "decisions",
        case: `${connections} connections, ${name}`,
        ours: rounded(ours, 2),
        peer: rounded(peer, 2),
        ratio: rounded(better, 2),
        unit,
      });
    }
    for (const side of ["ours", "peer"] as const) {
      rows.push([
        `${label(side)}, ${connections} connections`,
        ...figures.map((figure) => figure[side].toFixed(figure.name === "requests/s" ? 0 : 2)),
      ]);
    }
    const throughput = figures[0] as (typeof figures)[number];
    rows.push([
      "  ratio",
      `${(throughput.ours / throughput.peer).toFixed(2)} ×`,
      ...figures.slice(1).map(({ ours, peer }) => `${(ours / peer).toFixed(2)} ×`),
    ]);
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

function label(side: string): string {
  return side === "ours" ? "Countersign" : side === "peer" ? "Cerbos" : "Countersign, key and echo";
}

function describe(one: Measured): string {
  const cost = `generator ${one.driverMicroseconds.toFixed(0)} µs/request`;
  return `${one.requestsPerSecond.toFixed(0).padStart(6)} requests/s  p50 ${one.p50.toFixed(2)} ms  p99 ${one.p99.toFixed(2)} ms  max ${one.max.toFixed(0)} ms  ${cost}`;
}
