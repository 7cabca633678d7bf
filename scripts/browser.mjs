// Finds a Chromium for the browser tests: the one on this machine, else Playwright's download, else the system's package.

import { accessSync, constants, existsSync } from "node:fs";
import { createRequire } from "node:module";
import { progress, runsQuietly } from "./bootstrap.mjs";

const usual = [
  process.env.COUNTERSIGN_CHROMIUM,
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
];

/** @returns the path of a browser, or null with a sentence printed about what to install */
export function chromium() {
  const found = usual.find(executable) ?? downloaded();
  if (found) return found;
  progress("no Chromium on this machine, fetching Playwright's");
  if (runsQuietly("playwright", ["install", "chromium"]) && downloaded()) return downloaded();
  if (process.getuid?.() === 0 && existsSync("/usr/bin/apt-get")) {
    progress("that did not work, installing the system's package");
    const env = { DEBIAN_FRONTEND: "noninteractive" };
    runsQuietly("apt-get", ["update"], { env });
    if (runsQuietly("apt-get", ["install", "-y", "--no-install-recommends", "chromium"], { env }))
      return usual.find(executable);
  }
  console.error(
    "The browser tests need Chromium: install it (Debian: `apt-get install chromium`), or set COUNTERSIGN_CHROMIUM to its path.",
  );
  return null;
}

function downloaded() {
  const path = createRequire(import.meta.url)("@playwright/test").chromium.executablePath();
  return executable(path) ? path : null;
}

function executable(path) {
  try {
    accessSync(path ?? "", constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
