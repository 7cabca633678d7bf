// `npm run dev`: the whole program in development mode. Pages reload by themselves; a change in server.ts or lib/ starts the server again.

import { spawn } from "node:child_process";
import { join } from "node:path";
import { context } from "esbuild";
import { progress, root, underPinnedNode } from "./bootstrap.mjs";

await underPinnedNode(import.meta.url, async () => {
  process.chdir(root);
  const { generate } = await import("./generate.mjs");
  await generate();
  const { bundleOptions } = await import("./bundle.mjs");

  let server = null;
  let next = Promise.resolve();
  const restart = async () => {
    if (server) progress("starting the server again");
    await stop(server);
    server = spawn(process.execPath, ["--enable-source-maps", join(root, "dist", "dev.mjs")], {
      stdio: ["inherit", "inherit", "inherit", "ipc"],
      env: { ...process.env, NODE_ENV: "development" },
    });
  };
  const reload = {
    name: "reload",
    setup(plugins) {
      let last = "";
      plugins.onEnd(({ errors, outputFiles }) => {
        const text = outputFiles?.find((file) => file.path.endsWith(".mjs"))?.hash ?? "";
        if (errors.length > 0 || text === last) return;
        last = text;
        next = next.then(restart);
      });
    },
  };
  const options = bundleOptions("server.ts", "dev", { define: { "process.env.NODE_ENV": '"development"' } });
  const { writeFileSync } = await import("node:fs");
  const write = {
    name: "write",
    setup(plugins) {
      plugins.onEnd(({ outputFiles }) => {
        for (const { path, contents } of outputFiles ?? []) writeFileSync(path, contents);
      });
    },
  };
  const watching = await context({ ...options, write: false, plugins: [...options.plugins, write, reload] });
  await watching.watch();

  await new Promise((settle) => {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, settle);
  });
  await watching.dispose();
  await next;
  await stop(server);
  process.exit(0);
});

function stop(child) {
  if (!child || child.exitCode !== null || child.signalCode !== null) return;
  return new Promise((settle) => {
    child.once("exit", settle);
    child.kill("SIGTERM");
  });
}
