// `npm run audit:fsck [-- --no-contents] [--json]`: checks the whole log in the database. Exits 1 when something was changed, and names it.

import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { fsck } from "@/lib/audit/fsck";
import { closePool } from "@/lib/db";
import { ConfigurationError, provideEnvironment, settingsFrom } from "@/lib/env";
import { prepare } from "@/lib/platform/prepare";
import { lockHolder } from "@/lib/platform/process-lock.mjs";

const { values } = parseArgs({
  options: { "no-contents": { type: "boolean", default: false }, json: { type: "boolean", default: false } },
});
const say = values.json ? () => {} : (line: string) => console.log(line);

/** The embedded database belongs to the program that runs: ask beside it. Otherwise it is started for the check. */
async function connect(): Promise<() => Promise<void>> {
  const home = resolve(process.env.COUNTERSIGN_DATA || ".data");
  if (process.env.DATABASE_URL || !lockHolder(join(home, "server.lock"))) {
    const { close } = await prepare(process.cwd(), say);
    return close;
  }
  const secrets = JSON.parse(readFileSync(join(home, "secrets.json"), "utf8")) as Record<string, string>;
  const [, , , port = "", socket = ""] = readFileSync(join(home, "postgres", "postmaster.pid"), "utf8").split("\n");
  const url = new URL("postgresql://countersign_app@localhost/countersign");
  url.password = secrets.COUNTERSIGN_DATABASE_PASSWORD ?? "";
  url.port = port;
  if (socket) url.searchParams.set("host", socket);
  provideEnvironment({
    ...settingsFrom({ ...secrets, ...process.env, COUNTERSIGN_DATA: home }),
    database: { url: url.href, singleRole: false },
  });
  return closePool;
}

try {
  const close = await connect();
  const report = await fsck({ payloads: !values["no-contents"], progress: say });
  if (values.json) console.log(JSON.stringify(report));
  else {
    say(
      `${report.entries} entries in ${report.lanes} lanes, ${report.leaves} leaves, ${report.tiles} tiles, ${report.checkpoints} checkpoints, ${report.contents} contents (${report.erased} erased)`,
    );
    say(`${(report.milliseconds / 1000).toFixed(1)} s, ${report.entriesPerSecond} entries/s`);
    for (const { table, row, column, message } of report.faults) say(`FAULT ${table}, ${row}, ${column}: ${message}`);
    say(report.ok ? "OK: the log is as it was written." : "NOT OK: keep the database as it is.");
  }
  await close();
  process.exit(report.ok ? 0 : 1);
} catch (error) {
  if (!(error instanceof ConfigurationError)) throw error;
  console.error(error.message);
  process.exit(1);
}
