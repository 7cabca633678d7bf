// Generates the Prisma client and, for TypeScript alone, Next's own declarations.

import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { exclusively, fail, progress, root, runsQuietly, underPinnedNode } from "./bootstrap.mjs";
import { fingerprint, unlessDone } from "./sources.mjs";

export function generate() {
  return exclusively("generate", async () => {
    const mark = fingerprint(["prisma/schema.prisma", "package-lock.json"]);
    await unlessDone("generate", mark, ["lib/generated/prisma/client.ts"], () => {
      progress("generating the database client");
      if (!runsQuietly("prisma", ["generate"])) fail("The database client could not be generated.");
    });
    const declarations = join(root, "next-env.d.ts");
    if (!existsSync(declarations)) writeFileSync(declarations, '/// <reference types="next" />\n');
  });
}

if (process.argv[1]?.endsWith("generate.mjs")) await underPinnedNode(import.meta.url, generate);
