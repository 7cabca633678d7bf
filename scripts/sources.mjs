// Fingerprints of what a build is made from, so that a second start builds nothing.

import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { root } from "./bootstrap.mjs";

const builtFrom = [
  "app",
  "components",
  "lib",
  "prisma/schema.prisma",
  "prisma/seed",
  "public",
  "scripts/build.mjs",
  "scripts/bundle.mjs",
  "scripts/openapi.mjs",
  "server.ts",
  "proxy.ts",
  "instrumentation.ts",
  "instrumentation-client.ts",
  "next.config.ts",
  "postcss.config.mjs",
  "tsconfig.json",
  "package-lock.json",
];

/** SHA-256 over the names and bytes of everything the program is built from; tests and generated code do not count. */
export function fingerprint(paths = builtFrom) {
  const hash = createHash("sha256");
  for (const path of paths.flatMap((path) => files(join(root, path)))) {
    const bytes = readFileSync(path);
    hash.update(`${path.slice(root.length)}\0${bytes.length}\0`).update(bytes);
  }
  return hash.digest("hex");
}

function files(path) {
  if (!existsSync(path)) return [];
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path)
    .sort()
    .filter((name) => name !== "generated" && !/\.test\.tsx?$/.test(name))
    .flatMap((name) => files(join(path, name)));
}

/** Does `work` unless it was done for the same fingerprint and everything it `makes` is there. */
export async function unlessDone(name, mark, makes, work) {
  const stamp = join(root, "dist", `${name}.stamp`);
  const made = makes.every((path) => existsSync(join(root, path)));
  if (made && existsSync(stamp) && readFileSync(stamp, "utf8") === mark) return;
  rmSync(stamp, { force: true });
  await work();
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, mark);
}
