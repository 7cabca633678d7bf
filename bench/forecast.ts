import { monitorEventLoopDelay } from "node:perf_hooks";
import { importAgents } from "@/lib/agents/import-agents";
import { project } from "@/lib/audit/project";
import { pool } from "@/lib/db";
import { decide } from "@/lib/decisions/decide";
import { startPlane, stopPlane } from "@/lib/decisions/plane";
import { decisionRequest } from "@/lib/decisions/schema";
import { prepare } from "@/lib/platform/prepare";
import { collectFacts } from "@/lib/policy/collect-facts";
import { forecastPolicy } from "@/lib/policy/forecast";
import type { Forecast } from "@/lib/policy/forecast-schema";
import { ensurePolicy } from "@/lib/policy/publish";
import { currentPolicy } from "@/lib/policy/queries";
import type { PolicySet } from "@/lib/policy/schema";
import { loadedSnapshot, refreshSnapshot } from "@/lib/policy/snapshot";
import { importTools } from "@/lib/tools/put-tool";
import { type AgentKey, registration, sampleAgents } from "@/prisma/seed/agents";
import { addPeople, sampleActors } from "@/prisma/seed/people";
import { type Random, seededRandom } from "@/prisma/seed/random";
import { sampleTools } from "@/prisma/seed/tools";
import { type Act, habits } from "@/prisma/seed/work";
import { type Case, median, rounded, table } from "./report";

type Settings = { runs: number; entries: number };

const days = 90;
/** Each agent of the sample organization this many times. */
const copies = 20;
/** Decisions that stand for the same moment; they leave in few commits. */
const together = 400;

/**
 * How long a forecast over many real decisions takes: the agents of the sample organization, many of each, ask through the real decision path for what they ask
 * for every day, spread over 90 days; then the same use case as behind the API is asked, in the process that made the decisions.
 */
export async function forecasts(
  root: string,
  folder: string,
  settings: Settings,
  say: (line: string) => void,
  stops: (stop: () => Promise<void>) => unknown,
): Promise<Case[]> {
  process.env.COUNTERSIGN_DATA = folder;
  delete process.env.DATABASE_URL;
  const { close } = await prepare(root, () => {});
  stops(async () => {
    await stopPlane();
    await close();
  });
  await organize();
  await startPlane("benchmark");
  await refreshSnapshot();
  await fill(settings.entries, say);
  await reported("read models", () => project(), say);
  await reported("facts for forecasts", () => collectFacts(), say);
  const { rows } = await pool().query<{ rows: string; shapes: string; size: string }>({
    text: "SELECT count(*) AS rows, count(DISTINCT shape) AS shapes, pg_size_pretty(pg_total_relation_size('decision_fact')) AS size FROM decision_fact",
    query_timeout: 60_000,
  } as never);
  say(`${rows[0]?.rows} decisions, ${rows[0]?.shapes} distinct by their facts, ${rows[0]?.size}`);

  const { content } = await currentPolicy();
  const measured: { name: string; seconds: number; wait: number; said: Forecast }[] = [];
  for (const [name, draft] of drafts(content)) measured.push(await measure(name, draft, settings.runs));
  say(
    `\nForecast over ${days} days, in the process that decides, ${settings.runs} runs\n${table([
      ["draft", "decisions", "looked at", "changed", "cannot be said", "seconds", "longest turn, ms"],
      ...measured.map(({ name, seconds, wait, said }) => [
        name,
        String(said.decisions),
        String(said.decisions - said.untouched),
        String(said.changed),
        String(said.unknown.count),
        seconds.toFixed(2),
        wait.toFixed(0),
      ]),
    ])}\n`,
  );
  return measured.map(({ name, seconds }) => ({
    bench: "forecast",
    case: name,
    ours: rounded(seconds, 2),
    peer: null,
    ratio: null,
    unit: "s",
  }));
}

async function organize(): Promise<void> {
  await ensurePolicy("system");
  await addPeople();
  const { ada } = await sampleActors();
  await importTools({ personId: ada.personId }, "The tools our agents work with", sampleTools);
  const agents = Object.values(sampleAgents).flatMap((agent) =>
    Array.from({ length: copies }, (_, at) => {
      const form = registration(agent);
      // A quarter of a year within minutes would spend every budget.
      const { budgets: _budgets, ...mandate } = form.mandate;
      return {
        agent: { ...form, name: `${form.name} ${at + 1}`, mandate },
        status: "active" as const,
        credential: {},
      };
    }),
  );
  await importAgents({ personId: ada.personId }, agents);
}

/** Drafts from one edit to the worst case: everything is asked otherwise, so every decision has to be judged again. */
function drafts(set: PolicySet): [string, PolicySet][] {
  const half = (text: string) => String(Math.max(1, Math.floor(Number(text) / 2)));
  const band: PolicySet = {
    ...set,
    tiers: set.tiers.map((tier) => ({
      ...tier,
      effects: {
        ...tier.effects,
        ...(tier.effects.financial
          ? { financial: tier.effects.financial.map((one) => (one.upTo ? { ...one, upTo: half(one.upTo) } : one)) }
          : {}),
      },
    })),
  };
  const guarded: PolicySet = {
    ...set,
    guardrails: [
      ...set.guardrails,
      {
        id: "outside-people",
        name: "Mail to customers",
        when: {
          all: [
            { attribute: "action.recipients", operator: "exists" },
            { attribute: "action.recipients", operator: "glob", value: "*@customers.example" },
          ],
        },
        effect: { approval: set.escalation },
        mode: "enforce",
        message: "mail to customers is looked at first",
      },
    ],
  };
  const everything: PolicySet = { ...band, escalation: { ...set.escalation, quorum: set.escalation.quorum + 1 } };
  return [
    ["half the money", band],
    ["one guardrail", guarded],
    ["everything", everything],
  ];
}

async function fill(entries: number, say: (line: string) => void): Promise<void> {
  const agents = await pool().query<{ id: string; name: string; credential: string }>(
    "SELECT a.id, a.name, c.id AS credential FROM agent a JOIN credential c ON c.agent_id = a.id",
  );
  const kinds = Object.entries(sampleAgents).map(([key, agent]) => ({
    key: key as AgentKey,
    name: registration(agent).name,
  }));
  const workers = agents.rows.flatMap((row) => {
    const kind = kinds.find(({ name }) => row.name.startsWith(`${name} `));
    return kind ? [{ ...row, kind: kind.key }] : [];
  });
  const random = seededRandom("forecast");
  const started = performance.now();
  const moments = Math.ceil(entries / together);
  const from = Date.now() - days * 86_400_000 + 3_600_000;
  let made = 0;
  for (let at = 0; at < moments; at++) {
    const sampleAt = new Date(from + Math.floor((at * (days * 86_400_000 - 7_200_000)) / moments));
    const calls: Promise<unknown>[] = [];
    while (calls.length < Math.min(together, entries - made)) {
      const worker = random.pick(workers);
      const credential = loadedSnapshot()?.credentials.get(worker.credential);
      if (!credential) throw new Error(`${worker.name} has no credential that may be used`);
      for (const act of actsOf(worker.kind, random)) {
        const input = decisionRequest.parse({
          tool: act.tool,
          arguments: act.arguments,
          reasoning: act.reasoning,
          context: { sessionId: `${worker.id}-${at}` },
        });
        calls.push(decide({ credential, input, sampleAt }));
      }
    }
    await Promise.all(calls);
    made += calls.length;
    if (at % Math.ceil(moments / 10) === 0 && at > 0) say(`${made} decisions made`);
  }
  const seconds = (performance.now() - started) / 1000;
  say(`${made} decisions in ${seconds.toFixed(0)} s, ${Math.round(made / seconds)} a second`);
}

function actsOf(agent: AgentKey, random: Random): Act[] {
  const { sessions } = habits[agent];
  let left = random.next() * sessions.reduce((sum, [share]) => sum + share, 0);
  for (const [share, acts] of sessions) {
    left -= share;
    if (left <= 0) return acts(random);
  }
  return [];
}

async function reported(what: string, work: () => Promise<number>, say: (line: string) => void): Promise<void> {
  const started = performance.now();
  const entries = await work();
  const seconds = (performance.now() - started) / 1000;
  say(`${what}: ${entries} entries in ${seconds.toFixed(0)} s, ${Math.round(entries / seconds)} a second`);
}

async function measure(name: string, draft: PolicySet, runs: number) {
  const seconds: number[] = [];
  let wait = 0;
  let said: Forecast | undefined;
  for (let run = 0; run < runs; run++) {
    const delay = monitorEventLoopDelay({ resolution: 1 });
    delay.enable();
    const started = performance.now();
    said = await forecastPolicy({ days, draft, now: new Date() });
    seconds.push((performance.now() - started) / 1000);
    delay.disable();
    wait = Math.max(wait, delay.max / 1e6);
  }
  return { name, seconds: median(seconds), wait, said: said as Forecast };
}
