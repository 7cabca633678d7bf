// `npm test`: every check there is, in the order in which they fail fastest. `npm test -- unit db` runs some of them.

import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { environment, progress, root, runs, runsQuietly, underPinnedNode } from "./bootstrap.mjs";

const results = join(root, "dist", "test");

const stages = {
  types: async () => ({
    "the routes have types": runsQuietly("next", ["typegen"]),
    "types hold": runs("tsc", ["--noEmit", "-p", "."]),
  }),
  lint: async () => {
    const { importViolations } = await import("./import-rules.mjs");
    const violations = importViolations();
    for (const violation of violations) console.error(violation);
    return {
      "imports go down only": violations.length === 0,
      "no lint or format error": runs("biome", ["check", "--diagnostic-level=warn", "--error-on-warnings", "."]),
      "nothing unused": runs("knip", ["--no-progress"]),
    };
  },
  unit: () => vitest("unit"),
  db: () => vitest("db"),
  postgres15: () => {
    const installed = ["15", "16", "17"]
      .map((version) => `/usr/lib/postgresql/${version}/bin`)
      .find((path) => existsSync(path));
    if (installed) return vitest("db", { COUNTERSIGN_TEST_POSTGRES: installed });
    console.log("no older PostgreSQL is installed here");
    return {};
  },
  build: async () => {
    const { buildProgram } = await import("./build.mjs");
    const { fingerprint, unlessDone } = await import("./sources.mjs");
    const planted = "planted-7f3a9c51e2";
    const secrets = ["DATABASE_URL", "AUTH_SECRET", "COUNTERSIGN_PEPPER", "COUNTERSIGN_KEK", "COUNTERSIGN_SIGNING_KEY"];
    // A build that was made without the planted values would prove nothing.
    await unlessDone("planted-build", fingerprint(), [".next/BUILD_ID"], async () => {
      rmSync(join(root, "dist", "build.stamp"), { force: true });
      await buildProgram(Object.fromEntries(secrets.map((name) => [name, `${planted}-${name}`])));
    });
    await buildProgram();
    const shipped = readdirSync(join(root, ".next", "static"), { recursive: true, withFileTypes: true })
      .filter((file) => file.isFile())
      .map((file) => readFileSync(join(file.parentPath, file.name), "utf8"));
    return {
      "the program builds": true,
      "T52 no secret of the build reached the browser's files": !shipped.some((text) => text.includes(planted)),
      "T52 the browser's files were searched": shipped.some((text) => text.includes("Countersign")),
    };
  },
  server: () => vitest("server"),
  browser: playwright,
};

await underPinnedNode(import.meta.url, async () => {
  process.chdir(root);
  const { generate } = await import("./generate.mjs");
  await generate();
  rmSync(results, { recursive: true, force: true });
  mkdirSync(results, { recursive: true });

  const asked = process.argv.slice(2).filter((name) => name in stages);
  const summary = [];
  for (const name of asked.length > 0 ? asked : Object.keys(stages)) {
    progress(`${name}`);
    const started = Date.now();
    const outcome = counted(await stages[name]());
    summary.push({ name, seconds: (Date.now() - started) / 1000, ...outcome });
  }

  console.log("");
  const total = { passed: 0, failed: 0, skipped: 0 };
  for (const { name, seconds, ...counts } of summary) {
    for (const key of Object.keys(total)) total[key] += counts[key];
    console.log(`${name.padEnd(12)} ${sentence(counts)} (${seconds.toFixed(0)} s)`);
  }
  console.log(sentence(total));
  return total.failed > 0 || total.passed === 0 ? 1 : 0;
});

/** Turns `{ claim: held }` into counts; counts stay as they are. */
function counted(outcome) {
  if ("passed" in outcome) return outcome;
  const failed = Object.entries(outcome).filter(([, held]) => !held);
  for (const [claim] of failed) console.error(`✗ ${claim}`);
  return { passed: Object.keys(outcome).length - failed.length, failed: failed.length, skipped: 0 };
}

function sentence({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
}

function vitest(project, env = {}) {
  const file = join(results, `${project}-${Object.values(env).join("").replaceAll(/\W+/g, "-")}.json`);
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${file}`];
  const passed = runs("vitest", ["run", "--project", project, "--passWithNoTests", ...reporters], { env });
  if (!existsSync(file)) return { passed: 0, failed: passed ? 0 : 1, skipped: 0 };
  const { numPassedTests, numFailedTests, numPendingTests, numTodoTests } = JSON.parse(readFileSync(file, "utf8"));
  // A file that does not even load fails without a test of its own.
  const failed = numFailedTests === 0 && !passed ? 1 : numFailedTests;
  return { passed: numPassedTests, failed, skipped: numPendingTests + numTodoTests };
}

async function playwright() {
  const files = existsSync(join(root, "e2e")) ? readdirSync(join(root, "e2e"), { recursive: true }) : [];
  if (!files.some((name) => String(name).endsWith(".spec.ts"))) return {};
  const { chromium } = await import("./browser.mjs");
  const browser = chromium();
  if (!browser) return { "there is a browser": false };
  const data = mkdtempSync(join(tmpdir(), "countersign-e2e-"));
  chmodSync(data, 0o711);
  const file = join(results, "browser.json");
  const env = {
    COUNTERSIGN_CHROMIUM: browser,
    COUNTERSIGN_DATA: data,
    PORT: String(await freePort()),
    PLAYWRIGHT_JSON_OUTPUT_FILE: file,
    DATABASE_URL: "",
  };
  const passed = runs("playwright", ["test"], { env: { ...environment, ...env } });
  rmSync(data, { recursive: true, force: true });
  if (!existsSync(file)) return { "the browser tests run": passed };
  const { expected, flaky, unexpected, skipped } = JSON.parse(readFileSync(file, "utf8")).stats;
  return { passed: expected + flaky, failed: unexpected === 0 && !passed ? 1 : unexpected, skipped };
}

function freePort() {
  return new Promise((settle) => {
    const probe = createServer().listen(0, "127.0.0.1", () => {
      const { port } = probe.address();
      probe.close(() => settle(port));
    });
  });
}
