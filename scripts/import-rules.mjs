// The import rules that Biome cannot say, as errors: no cycles, imports go down only, and the browser's tree never reaches a file of
// the server. Type imports count for direction, because a type is a dependency too, but not for the other two, because they are erased.

import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { parseSync } from "oxc-parser";
import { root } from "./bootstrap.mjs";

/**
 * What a folder of `lib/` may import besides itself and the kernel (the files right inside `lib/`). A folder that is not named starts with
 * the kernel alone; a new arrow points down this list and comes with a decision record.
 */
const arrows = {
  decisions: [
    "incidents",
    "metrics",
    "approvals",
    "behavior",
    "contracts",
    "data-rules",
    "agents",
    "tools",
    "policy",
    "auth",
    "audit",
    "live",
    "jobs",
    "http",
  ],
  witness: ["audit"],
  incidents: ["agents", "policy", "auth", "audit"],
  explorer: ["agents", "policy", "auth", "audit"],
  metrics: ["approvals", "incidents", "agents", "tools", "policy", "auth", "audit"],
  approvals: ["policy", "auth", "audit", "live", "jobs"],
  behavior: ["policy", "audit"],
  contracts: ["policy", "audit"],
  "data-rules": ["policy", "audit"],
  tools: ["policy", "auth", "audit"],
  agents: ["policy", "auth", "audit"],
  policy: ["auth", "audit", "jobs"],
  auth: ["http", "audit"],
  audit: ["jobs"],
  // Beside the features: the start sequence, for server.ts and scripts. What tests share may import anything below app.
  platform: ["audit"],
};
const unbound = ["testing"];
const kernel = "kernel";

/** @returns one sentence for each violation in the repository */
export function importViolations() {
  const modules = new Map(
    ["app", "components", "lib", "server.ts", "proxy.ts", "instrumentation.ts"]
      .flatMap((name) => sources(join(root, name)))
      .map((path) => [relative(root, path), read(path)]),
  );
  const found = [];
  for (const [path, { imports }] of modules) {
    const test = /\.test\.tsx?$/.test(path);
    for (const { target, line, type } of imports) {
      const reason = refusal(path, target, test, type ? undefined : modules.get(target));
      if (reason) found.push(`${path}:${line} imports ${target}: ${reason}`);
    }
  }
  return [...found, ...cycles(modules)];
}

function refusal(from, to, test, module) {
  const above = { lib: ["components", "app"], components: ["app"] }[from.split("/")[0]] ?? [];
  if (above.includes(to.split("/")[0])) return `${from.split("/")[0]} does not import ${to.split("/")[0]}`;
  if (from.startsWith("components/") && !test && module?.serverOnly)
    return "components do not import server-only files";
  const [source, target] = [folder(from), folder(to)];
  if (!from.startsWith("lib/") || !to.startsWith("lib/") || test || unbound.includes(source)) return null;
  if (source === target || target === kernel) return null;
  if ((arrows[source] ?? []).includes(target)) return null;
  return `${source === kernel ? "the kernel" : `lib/${source}`} has no arrow to lib/${target}`;
}

function folder(path) {
  const parts = path.split("/");
  return parts.length === 2 || parts[1] === "generated" ? kernel : parts[1];
}

function cycles(modules) {
  const found = [];
  const done = new Set();
  const visit = (path, trail) => {
    const start = trail.indexOf(path);
    if (start >= 0) return void found.push(`import cycle: ${[...trail.slice(start), path].join(" → ")}`);
    if (done.has(path)) return;
    for (const { target, type } of modules.get(path)?.imports ?? []) if (!type) visit(target, [...trail, path]);
    done.add(path);
  };
  for (const path of modules.keys()) visit(path, []);
  return found;
}

function sources(path) {
  if (!existsSync(path)) return [];
  if (!statSync(path).isDirectory()) return /\.tsx?$/.test(path) && !path.endsWith(".d.ts") ? [path] : [];
  return readdirSync(path)
    .filter((name) => name !== "generated")
    .flatMap((name) => sources(join(path, name)));
}

function read(path) {
  const text = readFileSync(path, "utf8");
  const { module } = parseSync(path, text);
  const said = [
    ...module.staticImports.map((found) => ({
      name: found.moduleRequest.value,
      at: found.start,
      type: found.entries.length > 0 && found.entries.every((entry) => entry.isType),
    })),
    ...module.staticExports.flatMap((found) =>
      found.entries
        .filter((entry) => entry.moduleRequest)
        .map((entry) => ({ name: entry.moduleRequest.value, at: found.start, type: entry.isType })),
    ),
    ...module.dynamicImports.map(({ moduleRequest: { start, end } }) => ({
      name: text.slice(start + 1, end - 1),
      at: start,
      type: false,
    })),
  ];
  const imports = said.flatMap(({ name, at, type }) => {
    const target = resolved(name, path);
    return target ? [{ target, type, line: text.slice(0, at).split("\n").length }] : [];
  });
  return { imports, serverOnly: said.some(({ name }) => name === "server-only") };
}

/** The file of ours that a specifier names, relative to the root; null for a package. */
function resolved(name, from) {
  const base = name.startsWith("@/")
    ? join(root, name.slice(2))
    : name.startsWith(".")
      ? join(dirname(from), name)
      : null;
  if (!base) return null;
  const path = [base, `${base}.ts`, `${base}.tsx`].find((path) => existsSync(path) && statSync(path).isFile());
  return relative(root, path ?? base);
}

if (process.argv[1]?.endsWith("import-rules.mjs")) {
  const violations = importViolations();
  for (const violation of violations) console.error(violation);
  process.exitCode = violations.length > 0 ? 1 : 0;
}
