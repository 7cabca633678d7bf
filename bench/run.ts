// `npm run bench [-- name …] [--json] [--quick] [--runs n] [--seconds n] [--entries n]`: Countersign beside its peers, on this machine, in one run.

import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, rmSync } from "node:fs";
import { cpus, totalmem } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { startCerbos } from "./cerbos";
import { startCountersign } from "./countersign";
import { compareDecisions } from "./decisions";
import { forecasts } from "./forecast";
import { grow } from "./growth";
import { benchmarkPages } from "./pages";
import { comparePolicyEngines } from "./policy";
import type { Case } from "./report";

const names = ["decisions", "growth", "forecast", "pages", "policy"] as const;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: "boolean", default: false },
    quick: { type: "boolean", default: false },
    keep: { type: "boolean", default: false },
    runs: { type: "string" },
    seconds: { type: "string" },
    entries: { type: "string" },
    port: { type: "string", default: "3690" },
  },
});
const wanted = positionals.length > 0 ? positionals : [...names];
const unknown = wanted.filter((name) => !(names as readonly string[]).includes(name));
if (unknown.length > 0) {
  console.error(`There is no benchmark named ${unknown.join(", ")}; there are ${names.join(", ")}.`);
  process.exit(1);
}
const settings = {
  runs: Number(values.runs ?? (values.quick ? 3 : 5)),
  seconds: Number(values.seconds ?? (values.quick ? 2 : 5)),
  warmSeconds: values.quick ? 0.5 : 1,
  entries: Number(values.entries ?? (values.quick ? 20_000 : 1_000_000)),
};
const say = values.json ? () => {} : (line: string) => console.log(line);

const root = process.cwd();
const benchFolder = join(root, "bench");
const work = join(benchFolder, ".work");
const stops: (() => Promise<void>)[] = [];
const stopAll = async () => {
  for (const stop of stops.splice(0).reverse()) await stop().catch((error) => console.error(error));
};
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, async () => {
    await stopAll();
    process.exit(130);
  });
}

try {
  if (
    ["cerbos", "casbin", "@microsoft/agent-governance-sdk"].some(
      (peer) => !existsSync(join(benchFolder, "node_modules", peer)),
    )
  ) {
    const installed = spawnSync("npm", ["install", "--no-audit", "--no-fund", "--loglevel=error"], {
      cwd: benchFolder,
      stdio: ["ignore", "ignore", "inherit"],
    });
    if (installed.status !== 0) throw new Error("the peers could not be installed: see the lines above");
  }
  rmSync(work, { recursive: true, force: true });
  mkdirSync(work, { recursive: true });
  say(
    `${cpus().length} × ${cpus()[0]?.model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.versions.node}, ${new Date().toISOString()}`,
  );

  const cases: Case[] = [];
  const port = Number(values.port);
  if (wanted.includes("decisions") || wanted.includes("growth")) {
    say("starting Countersign in production mode");
    const ours = await startCountersign(root, join(work, "countersign"), port);
    stops.push(ours.stop);
    say(`Countersign is ready, process ${ours.pids[0]}, PostgreSQL ${ours.postgres}, fsync on`);
    cases.push(...(await grow(ours, settings, say)));
    if (wanted.includes("decisions")) {
      const cerbos = await startCerbos(join(work, "cerbos"), benchFolder);
      stops.push(cerbos.stop);
      say(
        `Cerbos ${cerbos.version} is ready, process ${cerbos.pids[0]}, decision log in a file, operational log at error`,
      );
      cases.push(...(await compareDecisions(ours, cerbos, settings, say)));
    }
    await stopAll();
  }
  if (wanted.includes("forecast")) {
    cases.push(...(await forecasts(root, join(work, "forecast"), settings, say, (stop) => stops.push(stop))));
    await stopAll();
  }
  if (wanted.includes("pages"))
    cases.push(
      ...(await benchmarkPages(root, join(work, "pages"), port, { quick: values.quick }, say, (stop) =>
        stops.push(stop),
      )),
    );
  if (wanted.includes("policy"))
    cases.push(
      ...(await comparePolicyEngines(benchFolder, { runs: settings.runs, seconds: values.quick ? 0.5 : 1 }, say)),
    );
  if (values.json)
    for (const one of cases.filter(({ bench }) => wanted.includes(bench))) console.log(JSON.stringify(one));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
} finally {
  await stopAll();
  if (!values.keep && process.exitCode !== 1) rmSync(work, { recursive: true, force: true });
}
