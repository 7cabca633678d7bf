// Bundles one TypeScript entry of ours for plain Node. Packages stay outside; `server-only`, which throws outside React's server
// bundle, becomes an empty module.

import { join } from "node:path";
import { build, stop } from "esbuild";
import { root } from "./bootstrap.mjs";

/** @returns the path of the bundle, `dist/<name>.mjs` */
export async function bundle(entry, name, options = {}) {
  const all = bundleOptions(entry, name, options);
  try {
    await build(all);
  } finally {
    await stop(); // its helper process would stay as long as this one
  }
  return all.outfile;
}

export function bundleOptions(entry, name, options = {}) {
  return {
    absWorkingDir: root,
    entryPoints: [entry],
    outfile: join(root, "dist", `${name}.mjs`),
    bundle: true,
    platform: "node",
    target: "node24",
    format: "esm",
    sourcemap: "linked",
    logLevel: "warning",
    plugins: [ours],
    ...options,
  };
}

const ours = {
  name: "countersign",
  setup(plugins) {
    plugins.onResolve({ filter: /^server-only$/ }, () => ({ path: "server-only", namespace: "empty" }));
    plugins.onLoad({ filter: /.*/, namespace: "empty" }, () => ({ contents: "" }));
    // Next has no exports map: plain Node wants the file.
    plugins.onResolve({ filter: /^next\/[a-z-]+$/ }, ({ path }) => ({ path: `${path}.js`, external: true }));
    plugins.onResolve({ filter: /^[^./]/ }, ({ path, kind }) =>
      kind === "entry-point" || path.startsWith("@/") ? undefined : { path, external: true },
    );
  },
};
