// Runs one TypeScript program of ours under the pinned Node: `node scripts/run.mjs <entry.ts> [arguments]`.

import { rmSync } from "node:fs";
import { basename, join } from "node:path";
import { pathToFileURL } from "node:url";
import { fail, underPinnedNode } from "./bootstrap.mjs";

await underPinnedNode(import.meta.url, async () => {
  const [entry, ...rest] = process.argv.slice(2);
  if (!entry) fail("Say which program to run: `node scripts/run.mjs <entry.ts>`.");
  const { generate } = await import("./generate.mjs");
  await generate();
  const { bundle } = await import("./bundle.mjs");
  const file = await bundle(entry, join("run", `${basename(entry, ".ts")}-${process.pid}`));
  process.argv = [process.execPath, file, ...rest];
  process.once("exit", () => {
    for (const path of [file, `${file}.map`]) rmSync(path, { force: true });
  });
  await import(pathToFileURL(file).href);
});
