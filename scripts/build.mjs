// Builds the program: Next's pages into .next, the server into dist/server.mjs. Does nothing when the sources have not changed.

import { join } from "node:path";
import { exclusively, fail, progress, root, runsQuietly, underPinnedNode } from "./bootstrap.mjs";
import { generate } from "./generate.mjs";
import { fingerprint, unlessDone } from "./sources.mjs";

/** @param env further variables for the build, e.g. planted secrets that must not reach the browser */
export async function buildProgram(env = {}) {
  await generate();
  const { bundle } = await import("./bundle.mjs");
  await exclusively("build", async () => {
    await unlessDone("build", fingerprint(), [".next/BUILD_ID", "dist/server.mjs", "dist/openapi.json"], async () => {
      progress("building the console");
      if (!runsQuietly("next", ["build"], { env: { ...env, NODE_ENV: "production" } })) {
        fail("The console could not be built: see the lines above.");
      }
      progress("building the server");
      if (
        !runsQuietly(process.execPath, [join(root, "scripts", "openapi.mjs")], { env: { COUNTERSIGN_PINNED: "1" } })
      ) {
        fail("The API document could not be made: see the lines above.");
      }
      await bundle("server.ts", "server", { define: { "process.env.NODE_ENV": '"production"' } });
    });
  });
}

if (process.argv[1]?.endsWith("build.mjs")) await underPinnedNode(import.meta.url, () => buildProgram());
