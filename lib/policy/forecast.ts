import "server-only";

import { setImmediate as nextTurn } from "node:timers/promises";
import type pg from "pg";
import { z } from "zod";
import { pool } from "@/lib/db";
import { AppError } from "@/lib/errors";
import { entryId } from "@/lib/ids";
import { factsAreComplete } from "./collect-facts";
import { forecastApprovals } from "./forecast-approvals";
import type { Forecast, forecastDays, Unknown } from "./forecast-schema";
import { currentPolicy } from "./queries";
import { compileReplay, type Verdict } from "./replay";
import type { ReplayFacts } from "./replay-facts";
import { agentStatus, environment, mandate, type PolicySet, policySet, riskClass, tierKey } from "./schema";
import type { AgentPolicyInput, Outcome } from "./types";

/**
 * What a draft had changed: real decisions of the last days, judged again by the policy in force and by the draft. The database brings equal facts together, so that
 * many decisions are few evaluations; what the draft cannot change is not read at all. Runs in portions and gives the event loop back every few milliseconds,
 * because decisions share it.
 */
export type Progress = { done: number; total: number };

export type ForecastOptions = {
  days: (typeof forecastDays)[number];
  /** The policy set to be compared with the one in force; its catalogue is not looked at. */
  draft: Omit<PolicySet, "tools" | "version">;
  now: Date;
  signal?: AbortSignal | undefined;
  progress?: ((progress: Progress) => void) | undefined;
};

const portionRows = 25_000;
/** How long the event loop is kept at a time. */
const turnMilliseconds = 4;
const mostRunning = 2;
const samples = 5;
const mostChanges = 200;
const mostRemembered = 200_000;

let running = 0;

/** @throws AppError `too_many_requests` while two others run; the reason of `signal` when it is aborted */
export async function forecastPolicy(options: ForecastOptions): Promise<Forecast> {
  if (running >= mostRunning)
    throw new AppError("too_many_requests", "other forecasts are being worked out; ask again in a few seconds", {
      retryAfterSeconds: 5,
    });
  running++;
  try {
    return await run(options);
  } finally {
    running--;
  }
}

async function run({ days, draft, now, signal, progress }: ForecastOptions): Promise<Forecast> {
  const started = performance.now();
  const from = new Date(Math.floor(now.getTime() / 3_600_000) * 3_600_000 - days * 86_400_000);
  const inForce = await currentPolicy();
  const after: PolicySet = { ...draft, version: 1, tools: inForce.content.tools };
  const policies = await readPolicies(from);
  const replay = compileReplay(inForce.content, after, (hash) => policies.get(hash));
  const agents = await readAgents();

  const pairs = await readPairs(from);
  const decisions = sum(pairs.map((pair) => pair.count));
  const tally = new Tally();
  const touched: { agent: string; tool: string; timed: boolean }[] = [];
  let total = 0;
  for (const pair of pairs) {
    const agent = agents.get(pair.agent);
    if (agent === null) {
      tally.unknown("agent_unreadable", null, pair.count);
      continue;
    }
    const concern = agent && replay.concerns(agent.input, pair.tool);
    if (!concern) continue;
    touched.push({ agent: pair.agent, tool: pair.tool, timed: concern.timed });
    total += pair.count;
  }
  signal?.throwIfAborted();
  const untouched = decisions - total - tally.unknownCount;
  progress?.({ done: 0, total });

  const portions = touched.length === 0 ? [] : await portionsOf(from);
  const reader = portionReader(touched);
  let next = portions[0] && reader.read(portions[0]);
  const turns = turnTaker(signal);
  for (const [at, portion] of portions.entries()) {
    const rows = (await next) ?? [];
    const following = portions[at + 1];
    next = following && reader.read(following);
    next?.catch(() => {}); // looked at in the next round, or given up with the forecast
    for (const row of rows) {
      const turn = turns();
      if (turn) await turn;
      const agent = agents.get(row.agent)?.input;
      if (!agent) continue;
      const time = row.minute ?? portion.from.getTime();
      const verdict = reader.judged(row, () => replay.judge(agent, reader.factsOf(row), time));
      tally.add(row, verdict, portion.day);
    }
    signal?.throwIfAborted();
    progress?.({ done: Math.min(total, tally.read), total });
  }
  progress?.({ done: total, total });
  tally.unknown("no_facts", null, Math.max(0, total - tally.read));

  const approvals = await forecastApprovals(from, now, tally.asked);
  return {
    days,
    from: from.toISOString(),
    to: now.toISOString(),
    baseNumber: inForce.number,
    decisions,
    untouched,
    unchanged: tally.unchanged,
    ...tally.changes((id) => agents.get(id)?.name ?? id),
    unknown: { ...tally.unknowns(), collecting: !(await factsAreComplete()) },
    approvals,
    seconds: Math.round(performance.now() - started) / 1000,
  };
}

/** Gives the event loop back when it was kept too long. */
function turnTaker(signal: AbortSignal | undefined): () => Promise<void> | undefined {
  let began = performance.now();
  let calls = 0;
  return () => {
    if (++calls % 8 !== 0 || performance.now() - began < turnMilliseconds) return undefined;
    return nextTurn().then(() => {
      signal?.throwIfAborted();
      began = performance.now();
    });
  };
}

// ── What is counted ─────────────────────────────────────────────────────────────────────────────────────────────

/** How much more or less is asked of some groups on a day, for an agent. */
export type AskedDelta = { day: string; agent: string; groups: readonly string[]; count: number };

class Tally {
  read = 0;
  unchanged = 0;
  unknownCount = 0;
  readonly asked: AskedDelta[] = [];
  readonly #asked = new Map<string, AskedDelta>();
  readonly #changes = new Map<
    string,
    { agent: string; tool: string; from: Outcome; to: Outcome; count: number; decisions: string[] }
  >();
  readonly #unknown = new Map<string, { why: Unknown; attribute: string | null; count: number }>();

  add(row: Row, verdict: Verdict, day: string): void {
    this.read += row.count;
    if (verdict.kind === "unknown") this.unknown(verdict.why, verdict.attribute ?? null, row.count);
    else if (verdict.kind === "changed") this.#change(row, verdict);
    else this.unchanged += row.count;
    if (verdict.kind !== "changed" && verdict.kind !== "regrouped") return;
    if (verdict.before) this.#ask(row, day, verdict.before.groups, -row.count);
    if (verdict.after) this.#ask(row, day, verdict.after.groups, row.count);
  }

  #change(row: Row, { from, to }: { from: Outcome; to: Outcome }): void {
    const key = [row.agent, row.tool, from, to].join("\n");
    const change = this.#changes.get(key) ?? { agent: row.agent, tool: row.tool, from, to, count: 0, decisions: [] };
    change.count += row.count;
    if (change.decisions.length < samples) change.decisions.push(idOf(row.sample));
    this.#changes.set(key, change);
  }

  #ask(row: Row, day: string, groups: readonly string[], count: number): void {
    const key = [day, row.agent, ...groups].join("\n");
    let delta = this.#asked.get(key);
    if (!delta) {
      delta = { day, agent: row.agent, groups, count: 0 };
      this.#asked.set(key, delta);
      this.asked.push(delta);
    }
    delta.count += count;
  }

  unknown(why: Unknown, attribute: string | null, count: number): void {
    if (count === 0) return;
    this.unknownCount += count;
    const key = `${why} ${attribute}`;
    const known = this.#unknown.get(key) ?? { why, attribute, count: 0 };
    known.count += count;
    this.#unknown.set(key, known);
  }

  unknowns() {
    const reasons = [...this.#unknown.values()].sort((one, other) => other.count - one.count).slice(0, 20);
    return { count: this.unknownCount, reasons };
  }

  changes(nameOf: (agent: string) => string) {
    const all = [...this.#changes.values()].sort((one, other) => other.count - one.count);
    const of = (from: Outcome, to: Outcome) =>
      sum(all.filter((change) => change.from === from && change.to === to).map((change) => change.count));
    return {
      changed: sum(all.map((change) => change.count)),
      changes: all
        .slice(0, mostChanges)
        .map(({ agent, ...change }) => ({ ...change, agentId: agent, agentName: nameOf(agent) })),
      moreChanges: sum(all.slice(mostChanges).map((change) => change.count)),
      deniedThatPass: of("deny", "allow"),
      deniedThatAsk: of("deny", "approval_required"),
      askedThatPass: of("approval_required", "allow"),
      askedThatStop: of("approval_required", "deny"),
      allowedThatAsk: of("allow", "approval_required"),
      allowedThatStop: of("allow", "deny"),
    };
  }
}

function idOf(sample: bigint): string {
  return entryId("dec", sample >> 40n, sample & ((1n << 40n) - 1n));
}

function sum(numbers: readonly number[]): number {
  let total = 0;
  for (const number of numbers) total += number;
  return total;
}

// ── What is read ────────────────────────────────────────────────────────────────────────────────────────────────

/** Policies that decisions of the range were made under, by hash. */
async function readPolicies(from: Date): Promise<Map<string, PolicySet>> {
  const { rows } = await pool().query<{ hash: string; content: unknown }>(
    `SELECT hash, content FROM policy_version
      WHERE number >= coalesce((SELECT max(number) FROM policy_version WHERE created_at <= $1), 0) ORDER BY number DESC LIMIT 50`,
    [from],
  );
  return new Map(rows.map((row) => [row.hash, policySet.parse(row.content)]));
}

type Agent = { name: string; input: AgentPolicyInput };

const agentRow = z.object({
  id: z.string(),
  name: z.string(),
  owner_id: z.string(),
  tier: tierKey,
  environment,
  risk_class: riskClass,
  status: agentStatus,
  mandate,
  label: z.string().nullable(),
});

/** All agents as they are now; null for a record that does not parse. */
async function readAgents(): Promise<Map<string, Agent | null>> {
  const { rows } = await pool().query<{ id: string }>(
    `SELECT a.id, a.name, a.owner_id, a.tier, a.environment, a.risk_class, a.status, a.mandate, v.label
       FROM agent a LEFT JOIN agent_version v ON v.id = a.current_version_id`,
  );
  return new Map(
    rows.map((raw) => {
      const parsed = agentRow.safeParse(raw);
      if (!parsed.success) return [raw.id, null];
      const { id, name, owner_id, tier, environment, risk_class, status, mandate, label } = parsed.data;
      const principal = {
        agentId: id,
        version: label,
        tier,
        environment,
        status,
        ownerId: owner_id,
        riskClass: risk_class,
      };
      return [id, { name, input: { principal, mandate } }];
    }),
  );
}

/** How many decisions each agent made with each tool. */
async function readPairs(from: Date): Promise<{ agent: string; tool: string; count: number }[]> {
  const { rows } = await patiently((client) =>
    client.query<{ agent: string; tool: string; count: string }>({
      text: `SELECT agent_id AS agent, tool, sum(count) AS count FROM decision_hourly WHERE hour >= $1 AND agent_id <> '' AND tool <> '' GROUP BY 1, 2`,
      values: [from],
      query_timeout: patienceMilliseconds,
    } as pg.QueryConfig),
  );
  return rows.map((row) => ({ ...row, count: Number(row.count) }));
}

type Portion = { from: Date; to: Date; day: string };

/** The range in pieces of about `portionRows` decisions, none over midnight. */
async function portionsOf(from: Date): Promise<Portion[]> {
  const { rows } = await patiently((client) =>
    client.query<{ hour: Date; count: string }>({
      text: "SELECT hour, sum(count) AS count FROM decision_hourly WHERE hour >= $1 GROUP BY 1 ORDER BY 1",
      values: [from],
      query_timeout: patienceMilliseconds,
    } as pg.QueryConfig),
  );
  const portions: (Portion & { count: number })[] = [];
  for (const { hour, count: text } of rows) {
    const count = Number(text);
    const day = hour.toISOString().slice(0, 10);
    const end = hour.getTime() + 3_600_000;
    const last = portions.at(-1);
    if (last && last.day === day && last.count + count <= portionRows) {
      last.to = new Date(end);
      last.count += count;
      continue;
    }
    const pieces = Math.max(1, Math.ceil(count / portionRows));
    for (let at = 0; at < pieces; at++) {
      const start = hour.getTime() + Math.floor((3_600_000 * at) / pieces);
      const stop = hour.getTime() + Math.floor((3_600_000 * (at + 1)) / pieces);
      portions.push({ from: new Date(start), to: new Date(stop), day, count: count / pieces });
    }
  }
  return portions;
}

type Row = {
  shape: string;
  agent: string;
  tool: string;
  /** Epoch milliseconds, where the time of day decides too. */
  minute: number | null;
  count: number;
  /** One of the decisions: lane ‖ 40 bits of seq. */
  sample: bigint;
};

/** Reads portions, and remembers what equal facts came to. */
function portionReader(pairs: readonly { agent: string; tool: string; timed: boolean }[]) {
  const columns = [
    pairs.map(({ agent }) => agent),
    pairs.map(({ tool }) => tool),
    pairs.map(({ timed }) => timed),
  ] as const;
  const facts = new Map<string, string>();
  const verdicts = new Map<string, Verdict>();
  return {
    async read(portion: Portion): Promise<Row[]> {
      return patiently(async (client) => {
        // Pairs are few and rows are many, which the planner cannot know: it would sort them.
        await client.query(
          "SET LOCAL enable_mergejoin = off; SET LOCAL enable_nestloop = off; SET LOCAL enable_sort = off",
        );
        const { rows } = await client.query<[string, string, string, number | null, number, string]>({
          text: `SELECT f.shape, f.agent_id, f.tool, CASE WHEN p.timed THEN extract(epoch FROM date_trunc('minute', f.at))::float8 END AS minute,
                        count(*)::int, min((f.lane << 40) | f.seq)
                   FROM decision_fact f JOIN unnest($3::text[], $4::text[], $5::boolean[]) AS p(agent_id, tool, timed) ON p.agent_id = f.agent_id AND p.tool = f.tool
                  WHERE f.at >= $1 AND f.at < $2 GROUP BY 1, 2, 3, 4`,
          values: [portion.from, portion.to, ...columns],
          rowMode: "array",
          query_timeout: patienceMilliseconds,
        } as pg.QueryArrayConfig);
        const read = rows.map(
          ([shape, agent, tool, minute, count, sample]): Row => ({
            shape,
            agent,
            tool,
            minute: minute === null ? null : minute * 1000,
            count,
            sample: BigInt(sample),
          }),
        );
        const wanted = new Map<string, string>();
        for (const row of read) {
          if (!facts.has(row.shape) && (row.minute !== null || !verdicts.has(row.shape)))
            wanted.set(row.shape, String(row.sample));
        }
        if (wanted.size > 0) {
          if (facts.size + wanted.size > mostRemembered) facts.clear();
          await client.query("SET LOCAL enable_nestloop = on");
          const found = await client.query<[string, string]>({
            text: `SELECT f.shape, f.facts FROM unnest($1::bigint[]) AS s(id) JOIN decision_fact f ON f.lane = s.id >> 40 AND f.seq = s.id & 1099511627775`,
            values: [[...wanted.values()]],
            rowMode: "array",
            query_timeout: patienceMilliseconds,
          } as pg.QueryArrayConfig);
          for (const [shape, text] of found.rows) facts.set(shape, text);
        }
        return read;
      });
    },
    factsOf(row: Row): ReplayFacts {
      return JSON.parse(facts.get(row.shape) ?? "null") as ReplayFacts;
    },
    judged(row: Row, judge: () => Verdict): Verdict {
      if (row.minute === null) {
        const known = verdicts.get(row.shape);
        if (known) return known;
      }
      // Erased between the two looks: nothing can be said of it any more.
      if (!facts.has(row.shape)) return { kind: "unknown", why: "no_facts" };
      const verdict = judge();
      if (row.minute === null) {
        if (verdicts.size >= mostRemembered) verdicts.clear();
        verdicts.set(row.shape, verdict);
        facts.delete(row.shape);
      }
      return verdict;
    },
  };
}

const patienceMilliseconds = 30_000;

/** Reading much takes longer, and more memory, than a decision may. */
async function patiently<Result>(work: (client: pg.PoolClient) => Promise<Result>): Promise<Result> {
  const client = await pool().connect();
  let broken: Error | undefined;
  try {
    await client.query("BEGIN READ ONLY");
    await client.query(`SET LOCAL statement_timeout = ${patienceMilliseconds}; SET LOCAL work_mem = '32MB'`);
    const result = await work(client);
    await client.query("COMMIT");
    return result;
  } catch (error) {
    await client.query("ROLLBACK").catch((cause: Error) => {
      broken = cause;
    });
    throw error;
  } finally {
    client.release(broken);
  }
}
