// `npm run security:floor`: fails when the floors of security/floor.json were not compared with published advisories for two weeks, or when
// the Node that runs is below its floor. What is in the lockfile is checked by `npm test`. Needs no network.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./bootstrap.mjs";

const longestDays = 14;
const floors = JSON.parse(readFileSync(join(root, "security", "floor.json"), "utf8"));
const stale = floors.filter(({ checked_on }) => (Date.now() - Date.parse(checked_on)) / 86_400_000 > longestDays);
for (const { package: name, min, checked_on } of stale)
  console.error(`${name} ${min} was last compared with advisories on ${checked_on}, more than ${longestDays} days ago`);

const node = floors.find(({ package: name }) => name === "node")?.min ?? "0.0.0";
const older = process.versions.node.localeCompare(node, "en", { numeric: true }) < 0;
if (older) console.error(`Node ${process.versions.node} runs, the floor is ${node}`);

if (stale.length === 0 && !older) console.log(`${floors.length} floors, all compared within ${longestDays} days`);
process.exitCode = stale.length > 0 || older ? 1 : 0;
