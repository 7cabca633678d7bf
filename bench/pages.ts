import { spawn } from "node:child_process";
import { mkdirSync, openSync, readFileSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import { management } from "@/scripts/replay/management";
import { percentile } from "./drive";
import { started } from "./program";
import { type Case, rounded, table } from "./report";

type Settings = { quick: boolean };
type List = { items: { id: string }[] };

/** What a page may take at the 95th percentile, milliseconds. */
const allowed = 150;

/**
 * Every screen with the sample organization, as an administrator, and the inbox as an approver: the time until the last byte of the
 * server's response, on one connection.
 */
export async function benchmarkPages(
  root: string,
  folder: string,
  port: number,
  { quick }: Settings,
  say: (line: string) => void,
  whenDone: (stop: () => Promise<void>) => void,
): Promise<Case[]> {
  mkdirSync(folder, { recursive: true });
  const data = join(folder, "data");
  const log = openSync(join(folder, "countersign.log"), "w");
  say("starting an evaluation with the sample organization");
  const { DATABASE_URL: _, ...environment } = process.env;
  const child = spawn(process.execPath, [join(root, "scripts", "start.mjs")], {
    cwd: root,
    stdio: ["ignore", log, log],
    env: {
      ...environment,
      COUNTERSIGN_PINNED: "1",
      NODE_ENV: "production",
      COUNTERSIGN_DATA: data,
      PORT: String(port),
      HOST: "127.0.0.1",
    },
  });
  whenDone((await started("Countersign", child, `http://127.0.0.1:${port}/readyz`, 300)).stop);

  const origin = `http://127.0.0.1:${port}`;
  const { COUNTERSIGN_BOOTSTRAP_TOKEN: token } = JSON.parse(readFileSync(join(data, "secrets.json"), "utf8"));
  const api = management(origin, token);
  const people = (await api.get<{ items: { id: string; email: string }[] }>("/users?limit=200")).items;
  const personOf = (name: string) => people.find(({ email }) => email.startsWith(name))?.id ?? "";
  const administrator = await signIn(origin, personOf("ada.holm"));
  const compliance = await signIn(origin, personOf("noor.haddad"));
  const approver = await signIn(origin, personOf("dela.okafor"));
  const first = async (path: string) => (await api.get<List>(path)).items[0]?.id ?? "";
  const [agent, approval, incident] = await Promise.all([
    first("/agents?limit=1"),
    first("/approvals?limit=1"),
    first("/incidents?limit=1"),
  ]);
  const entry = await first("/audit/entries?limit=1");

  const screens: [string, string][] = [
    ["/", administrator],
    ["/agents", administrator],
    [`/agents/${agent}`, administrator],
    [`/agents/${agent}/activity`, administrator],
    [`/agents/${agent}/credentials`, administrator],
    ["/agents/new", administrator],
    ["/tools", administrator],
    ["/tiers", administrator],
    ["/inbox", approver],
    [`/inbox/${approval}`, compliance],
    ["/audit", compliance],
    ["/audit?outcome=deny&sort=-at", compliance],
    [`/audit/${entry}`, compliance],
    ["/incidents", compliance],
    [`/incidents/${incident}`, compliance],
    ["/settings/people", administrator],
    ["/settings/groups", administrator],
    ["/docs", administrator],
  ];
  const rows = [["page", "p50 ms", "p95 ms", ""]];
  const cases: Case[] = [];
  for (const [path, cookie] of screens) {
    const times: number[] = [];
    for (let run = 0; run < (quick ? 15 : 60); run++) {
      const { status, body, milliseconds } = await get(origin, path, cookie);
      // A page that fails while it is streamed has answered 200 already, and carries the digest of the error.
      if (status !== 200 || body.includes("data-dgst=")) throw new Error(`${path} answered ${status} with a failure`);
      if (run >= 3) times.push(milliseconds); // the first ones fill caches
    }
    times.sort((one, other) => one - other);
    const p95 = percentile(times, 0.95);
    const name = path.replace(/(?<=\/)(agt|apr|inc|dec|evt)_[0-9a-z]+/, "[id]");
    rows.push([name, percentile(times, 0.5).toFixed(1), p95.toFixed(1), p95 > allowed ? `over ${allowed}` : ""]);
    cases.push({ bench: "pages", case: name, ours: rounded(p95, 1), peer: null, ratio: null, unit: "ms at p95" });
  }
  say(`\n${table(rows)}\n`);
  return cases;
}

/** Signs a sample person in, and gives the cookies a browser would then send. */
async function signIn(origin: string, person: string): Promise<string> {
  const asked = await fetch(`${origin}/api/auth/csrf`);
  const { csrfToken } = (await asked.json()) as { csrfToken: string };
  const cookies = cookiesOf(asked);
  const answer = await fetch(`${origin}/api/auth/callback/sample`, {
    method: "POST",
    redirect: "manual",
    headers: { origin, cookie: cookies, "content-type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams({ person, csrfToken, callbackUrl: "/", json: "true" }),
  });
  const session = cookiesOf(answer);
  if (!session) throw new Error(`signing in as ${person} answered ${answer.status}`);
  return `${cookies}; ${session}`;
}

function cookiesOf(answer: Response): string {
  return answer.headers
    .getSetCookie()
    .map((cookie) => cookie.split(";", 1)[0])
    .join("; ");
}

type Page = { status: number; body: string; milliseconds: number };

function get(origin: string, path: string, cookie: string): Promise<Page> {
  return new Promise((settle, fail) => {
    const sent = performance.now();
    const outgoing = request(new URL(path, origin), { headers: { cookie, accept: "text/html" } }, (answer) => {
      let body = "";
      answer.setEncoding("utf8");
      answer.on("data", (chunk) => {
        body += chunk;
      });
      answer.once("end", () =>
        settle({ status: answer.statusCode ?? 0, body, milliseconds: performance.now() - sent }),
      );
    });
    outgoing.once("error", fail);
    outgoing.end();
  });
}
