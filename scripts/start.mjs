// `npm start`: everything from a fresh clone to a listening program.

import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { lockHolder } from "../lib/platform/process-lock.mjs";
import { fail, progress, root, underPinnedNode } from "./bootstrap.mjs";

await underPinnedNode(import.meta.url, async () => {
  process.chdir(root);
  const running = lockHolder(join(resolve(process.env.COUNTERSIGN_DATA || ".data"), "server.lock"));
  if (running && !process.env.DATABASE_URL) {
    const where = running.address ? `, at ${running.address}` : "";
    fail(
      `Countersign is already running here as process ${running.pid}${where}: stop it first, or set COUNTERSIGN_DATA and PORT for another one.`,
    );
  }
  if (process.env.DATABASE_URL) await checkSettings();
  const { buildProgram } = await import("./build.mjs");
  await buildProgram();
  process.env.NODE_ENV = "production";
  progress("starting");
  await import(pathToFileURL(join(root, "dist", "server.mjs")).href);
});

/** Missing or weak production settings are said before anything is built. */
async function checkSettings() {
  const { bundle } = await import("./bundle.mjs");
  const { settingsFrom } = await import(pathToFileURL(await bundle("lib/env.ts", "settings")).href);
  settingsFrom(process.env);
}
