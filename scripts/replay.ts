// `npm run replay -- <file.jsonl> [--url http://…] [--token …] [--agents-by suite|source] [--concurrency n] [--owner email] [--json]`:
// asks a running Countersign for every recorded tool call, and checks that each answer is in the log.

import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { type PolicySet, policySet } from "@/lib/policy/schema";
import { askAll } from "./replay/ask";
import { catalogueOf } from "./replay/catalogues";
import { judgeUnseen } from "./replay/judge-unseen";
import { ensureOwner, management } from "./replay/management";
import { readLane } from "./replay/read-lane";
import { readRecordedCalls } from "./replay/recorded-calls";
import { putToolsAndAgents } from "./replay/register";
import { describeReplay, summarize } from "./replay/report";
import { receiptKey, verifyAnswers } from "./replay/verify-answers";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    url: { type: "string", default: `http://127.0.0.1:${process.env.PORT || 3000}` },
    token: { type: "string" },
    "agents-by": { type: "string", default: "suite" },
    concurrency: { type: "string", default: "8" },
    owner: { type: "string", default: "replay@example.com" },
    json: { type: "boolean", default: false },
  },
});
const [file] = positionals;
const concurrency = Number(values.concurrency);
if (
  !file ||
  positionals.length > 1 ||
  !["suite", "source"].includes(values["agents-by"]) ||
  !(concurrency >= 1 && concurrency <= 256)
) {
  console.error(
    "Usage: npm run replay -- <file.jsonl> [--url http://…] [--token …] [--agents-by suite|source] [--concurrency n] [--owner email] [--json]",
  );
  process.exit(2);
}

const say = (line: string) => (values.json ? console.error(line) : console.log(line));
const calls = readRecordedCalls(readFileSync(resolve(process.env.INIT_CWD ?? ".", file), "utf8"));
const source = calls[0]?.source ?? "";
const catalogue = catalogueOf(source);
const groupOf = (call: (typeof calls)[number]) => (values["agents-by"] === "suite" ? call.suite : call.source);

const api = management(values.url, values.token ?? ownToken());
await ensureOwner(api, values.owner, "Replay of recorded calls");
const groups = Map.groupBy(calls, groupOf);
const staff = await putToolsAndAgents(api, catalogue, groups, values.owner);
say(
  `${calls.length} calls of ${catalogue.source}; ${Object.keys(catalogue.tools).length} tools in the catalogue; agents: ${[...staff.agents.values()].map(({ name }) => name).join(", ")}`,
);
say(
  "Mandates are learned from the calls of `user` tasks alone: tools, recipients, hosts and the largest amount of each tool. `injection` calls teach nothing. All agents have tier T4 of the policy in force.",
);

const started = performance.now();
const answers = await askAll(values.url, calls, (call) => staff.callerOf(groupOf(call)), concurrency);
const seconds = (performance.now() - started) / 1000;
await staff.dismiss();

const key = (await (await fetch(new URL("/log/receipt-key", values.url))).json()) as {
  keyId: string;
  publicKey: string;
};
const verification = await verifyAnswers(answers, new Map([[key.keyId, receiptKey(key.publicKey)]]), (lane, from, to) =>
  readLane(api, lane, from, to),
);

const policy: PolicySet = policySet.parse((await api.get<{ content: unknown }>("/policy")).content);
const summary = summarize(answers, catalogue, verification, judgeUnseen(policy, catalogue, groups), seconds);
console.log(values.json ? JSON.stringify(summary) : describeReplay(summary));
say(`${summary.answered} answered`);
say(`${summary.verified} verified`);
process.exitCode =
  summary.answered === calls.length && summary.verified === calls.length && summary.injectionsAllowed === 0 ? 0 : 1;

/** The administrator's token: of the environment, or the one that evaluation mode keeps for commands on the same machine. */
function ownToken(): string {
  if (process.env.COUNTERSIGN_BOOTSTRAP_TOKEN) return process.env.COUNTERSIGN_BOOTSTRAP_TOKEN;
  const path = join(resolve(process.env.COUNTERSIGN_DATA || ".data"), "secrets.json");
  try {
    return JSON.parse(readFileSync(path, "utf8")).COUNTERSIGN_BOOTSTRAP_TOKEN;
  } catch {
    console.error(`There is no token in ${path}: start Countersign in this folder first, or give one with --token.`);
    process.exit(2);
  }
}
