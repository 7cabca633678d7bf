// Writes the API document from the routes' own declarations: dist/openapi.json, served at /api/v1/openapi.json and rendered at /docs.
// A process of its own: the routes bring parts of Next along, which must not be loaded before Next's server where that starts later.

import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { pathToFileURL } from "node:url";
import { root, underPinnedNode } from "./bootstrap.mjs";
import { bundle } from "./bundle.mjs";

async function writeApiDocument() {
  const folder = join(root, "app", "api", "v1");
  const files = readdirSync(folder, { recursive: true })
    .filter((file) => file.endsWith("route.ts") && !file.startsWith("openapi.json"))
    .sort();
  const work = join(root, "dist", "openapi");
  mkdirSync(work, { recursive: true });
  const imports = files.map(
    (file, at) => `import * as route${at} from "@/app/api/v1/${file.split(sep).join("/").replace(/\.ts$/, "")}";`,
  );
  const modules = files.map((file, at) => `[${JSON.stringify(pathOf(file))}, route${at}]`);
  writeFileSync(
    join(work, "entry.ts"),
    `${imports.join("\n")}
import { decisionOperations } from "@/lib/decisions/operations";
import { openApiDocument } from "@/lib/http/openapi";
const methods = ["GET", "POST", "PUT", "PATCH", "DELETE"];
export function apiDocument(version) {
  const operations = [${modules.join(", ")}].flatMap(([path, module]) =>
    methods.filter((method) => module[method]?.declaration).map((method) => ({ path, method: method.toLowerCase(), ...module[method].declaration })),
  );
  return openApiDocument([...decisionOperations, ...operations], version);
}
`,
  );
  const bundled = await bundle(relative(root, join(work, "entry.ts")), join("openapi", "entry"), { sourcemap: false });
  const { apiDocument } = await import(`${pathToFileURL(bundled).href}?${Date.now()}`);
  const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  writeFileSync(join(root, "dist", "openapi.json"), JSON.stringify(apiDocument(version), null, 1));
  rmSync(work, { recursive: true, force: true });
}

/** `agents/[id]/versions/route.ts` → `/api/v1/agents/{id}/versions`. */
function pathOf(file) {
  const parts = file.split(sep).slice(0, -1);
  return ["/api/v1", ...parts.map((part) => part.replace(/^\[(?:\.\.\.)?(\w+)\]$/, "{$1}"))].join("/");
}

await underPinnedNode(import.meta.url, writeApiDocument);
