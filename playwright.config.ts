import { randomBytes } from "node:crypto";
import { defineConfig } from "@playwright/test";

const port = process.env.PORT ?? "3100";
const origin = `http://localhost:${port}`;
// This file is read again in the worker, which inherits the value.
process.env.COUNTERSIGN_BOOTSTRAP_TOKEN ??= randomBytes(32).toString("base64url");

export default defineConfig({
  testDir: "e2e",
  outputDir: "test-results",
  fullyParallel: true,
  workers: 2,
  retries: 0,
  forbidOnly: Boolean(process.env.CI),
  timeout: 120_000,
  expect: { timeout: 10_000 },
  reporter: process.env.PLAYWRIGHT_JSON_OUTPUT_FILE ? [["list"], ["json"]] : [["list"]],
  use: {
    baseURL: origin,
    browserName: "chromium",
    viewport: { width: 1440, height: 900 },
    screenshot: "only-on-failure", // for more: `npx playwright test --trace on`
    launchOptions: {
      executablePath: process.env.COUNTERSIGN_CHROMIUM,
      args: [
        ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
        "--disable-gpu",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--no-first-run",
      ],
    },
  },
  webServer: {
    command: "node scripts/start.mjs",
    url: `${origin}/healthz`,
    timeout: 240_000,
    reuseExistingServer: process.env.COUNTERSIGN_REUSE === "1",
    stdout: "pipe",
    stderr: "pipe",
    gracefulShutdown: { signal: "SIGTERM", timeout: 20_000 },
    env: { PORT: port },
  },
});
