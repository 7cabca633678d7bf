// Bundles one TypeScript entry of ours for plain Node. Packages stay outside; `server-only`, which throws outside React's server
// bundle, becomes an empty module.

import { join } from "node:path";
import { build } from "esbuild";
import { root } from "./bootstrap.mjs";

/** @returns the path of the bundle, `dist/<name>.mjs` */
export async function bundle(entry, name, options = {}) {
  const outfile = join(root, "dist", `${name}.mjs`);
  await build({
    absWorkingDir: root,
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: "node",
    target: "node24",
    format: "esm",
    sourcemap: "linked",
    logLevel: "warning",
    plugins: [ours],
    ...options,
  });
  return outfile;
}

const ours = {
  name: "countersign",
  setup(plugins) {
    plugins.onResolve({ filter: /^server-only$/ }, () => ({ path: "server-only", namespace: "empty" }));
    plugins.onLoad({ filter: /.*/, namespace: "empty" }, () => ({ contents: "" }));
    plugins.onResolve({ filter: /^[^./]/ }, ({ path, kind }) =>
      kind === "entry-point" || path.startsWith("@/") ? undefined : { path, external: true },
    );
  },
};
