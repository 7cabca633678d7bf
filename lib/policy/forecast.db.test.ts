import pg from "pg";
import { afterAll, describe, expect, test } from "vitest";
import { project } from "@/lib/audit/project";
import type { Json } from "@/lib/json";
import { type TestEntry, testLane } from "@/lib/testing/lane";
import { testPerson } from "@/lib/testing/people";
import { type TestAgent, testAgent, testPlane } from "@/lib/testing/plane";
import { collectFacts, factsAreComplete, recollectFacts } from "./collect-facts";
import { compileAgent, compilePolicy } from "./compile";
import { contentOf } from "./draft-content";
import { discardDraft, readDraft, saveDraft } from "./drafts";
import { evaluate } from "./evaluate";
import { forecastPolicy } from "./forecast";
import { forecastLine } from "./forecast-schema";
import { currentPolicy } from "./queries";
import type { ReplayFacts } from "./replay-facts";
import { requestForecast } from "./request-forecast";
import { mandate, type PolicySet } from "./schema";
import { shadowReport } from "./shadow-report";
import { streamForecast } from "./stream-forecast";
import type { AgentPolicyInput } from "./types";

const { ownerUrl } = await testPlane();
const owner = new pg.Client({ connectionString: ownerUrl });
await owner.connect();
const lane = await testLane();
const agent = await testAgent({ tier: "T3" });
const { hash, ...inForce } = await currentPolicy();
let set: PolicySet = inForce.content;
const author = await testPerson("Author", "admin");

afterAll(() => owner.end());

const inputOf = ({ id, ownerId }: TestAgent): AgentPolicyInput => ({
  principal: {
    agentId: id,
    version: "v1",
    tier: "T3",
    environment: "production",
    status: "active",
    ownerId,
    riskClass: "limited",
  },
  mandate: mandate.parse({
    tools: ["files.read", "notes.write", "payments.transfer"],
    recipients: ["DE1", "DE2"],
  }),
});

/** One entry of the log, as the decision plane makes it of a call under the policy in force. */
function decided(
  by: TestAgent,
  tool: string,
  args: { [name: string]: Json },
  more: Partial<TestEntry> = {},
): TestEntry {
  const input = inputOf(by);
  const request = { principal: input.principal, action: { tool }, arguments: args, context: {} };
  const answer = evaluate(request, compileAgent(compilePolicy(set), input), Date.now());
  return {
    kind: "decision",
    agent: by.id,
    tool,
    outcome: answer.outcome,
    codes: answer.reasons.map(({ code }) => code).slice(0, 16),
    policyHash: hash,
    payload: {
      arguments: args,
      findings: answer.reasons as unknown as Json,
      ...(answer.wouldBe ? { wouldBe: answer.wouldBe } : {}),
    },
    ...more,
  };
}
const payment = (by: TestAgent, amount: string, to = "DE1") =>
  decided(by, "payments.transfer", { to, amount, currency: "EUR", memo: "a word only the payer knows" });

/** Every tier decides payments by these bands. */
const paying = (financial: NonNullable<PolicySet["tiers"][number]["effects"]["financial"]>): PolicySet => ({
  ...set,
  tiers: set.tiers.map((tier) => ({ ...tier, effects: { ...tier.effects, financial } })),
});
const denied = paying([{ then: "deny" }]);

async function catchUp() {
  await project();
  await collectFacts();
}
const forecastOf = (draft: PolicySet, days: 7 | 30 | 90 = 7) => forecastPolicy({ days, draft, now: new Date() });
const factsOf = async (seqs: readonly bigint[]) =>
  (
    await owner.query("SELECT * FROM decision_fact WHERE lane = $1 AND seq = ANY($2) ORDER BY seq", [
      lane.lane,
      seqs.map(String),
    ])
  ).rows;

describe("collecting facts", () => {
  test("keeps what rules can rest on, and no free text", async () => {
    const [seq] = await lane.write(payment(agent, "12.00"));
    await catchUp();
    const [row] = await factsOf([seq as bigint]);
    const facts = JSON.parse(row.facts) as ReplayFacts;
    expect(facts.arguments).toEqual({ to: "DE1", amount: "12.00", currency: "EUR" });
    expect(facts.omitted).toEqual(["arguments/memo"]);
    expect(row.facts).not.toContain("a word only the payer knows");
    expect(await factsAreComplete()).toBe(true);
  });

  test("by two collectors at once takes each decision once", async () => {
    const seqs = await lane.write(...Array.from({ length: 40 }, () => payment(agent, "13.00")));
    await project();
    await Promise.all([collectFacts(), collectFacts(), collectFacts()]);
    await collectFacts();
    expect(await factsOf(seqs)).toHaveLength(40);
  });

  test("again from the beginning gives the same facts", async () => {
    await catchUp();
    const before = (await owner.query("SELECT * FROM decision_fact ORDER BY lane, seq")).rows;
    await recollectFacts();
    await collectFacts();
    expect((await owner.query("SELECT * FROM decision_fact ORDER BY lane, seq")).rows).toEqual(before);
    expect(before.length).toBeGreaterThan(40);
  });

  test("keeps what a draft begins to look at, from then on", async () => {
    const looking = {
      id: "memo-of-the-draft",
      name: "memo",
      when: { attribute: "arguments/memo", operator: "glob" as const, value: "*urgent*" },
      effect: "deny" as const,
      mode: "enforce" as const,
      message: "no",
    };
    const { revision, content } = await readDraft();
    await saveDraft(author, { revision, content: { ...content, guardrails: [...content.guardrails, looking] } });
    const seqs = await lane.write(payment(agent, "14.50"));
    await catchUp();
    const [row] = await factsOf(seqs);
    expect(JSON.parse(row.facts).arguments).toHaveProperty("memo");
    const said = await requestForecast({ days: 7, revision: revision + 1 });
    expect(said.unknown.reasons).toContainEqual(expect.objectContaining({ attribute: "arguments/memo" }));
    await expect(requestForecast({ days: 7, revision })).rejects.toMatchObject({ code: "conflict" });
    await discardDraft(author);
  });

  test("leaves out what is older than a forecast looks", async () => {
    const sampleAt = new Date(Date.now() - 100 * 86_400_000).toISOString();
    const seqs = await lane.write({ ...payment(agent, "14.00"), sampleAt });
    await catchUp();
    expect(await factsOf(seqs)).toEqual([]);
  });

  test("both tables are unlogged, because they come from content", async () => {
    const { rows } = await owner.query(
      "SELECT relpersistence FROM pg_class WHERE relname IN ('decision_fact', 'fact_mark')",
    );
    expect(rows.map((row) => row.relpersistence)).toEqual(["u", "u"]);
  });
});

describe("erasing", () => {
  test("the content of a decision erases its facts and its details in the same transaction", async () => {
    const [gone, stays] = await lane.write(payment(agent, "15.00"), payment(agent, "15.00"));
    await catchUp();
    await owner.query("UPDATE audit.payload SET body = NULL, redacted_at = now() WHERE lane = $1 AND seq = $2", [
      lane.lane,
      gone,
    ]);
    expect((await factsOf([gone as bigint, stays as bigint])).map((row) => BigInt(row.seq))).toEqual([stays]);
    const details = await owner.query("SELECT seq FROM entry_detail WHERE lane = $1 AND seq = ANY($2)", [
      lane.lane,
      [gone, stays].map(String),
    ]);
    expect(details.rows.map((row) => BigInt(row.seq))).toEqual([stays]);
  });

  test("the key of a person's month erases the facts of everything under it", async () => {
    const seqs = await lane.write({ ...payment(agent, "16.00"), scope: "act_of_someone" });
    await catchUp();
    expect(await factsOf(seqs)).toHaveLength(1);
    await owner.query(
      "UPDATE audit.payload_key SET wrapped = NULL, destroyed_at = now() WHERE scope = 'act_of_someone'",
    );
    expect(await factsOf(seqs)).toEqual([]);
  });

  test("makes the decision one of which nothing can be said", async () => {
    const other = await testAgent();
    const [gone] = await lane.write(payment(other, "17.00"), payment(other, "17.00"));
    await catchUp();
    const before = await forecastOf(denied);
    await owner.query("UPDATE audit.payload SET body = NULL, redacted_at = now() WHERE lane = $1 AND seq = $2", [
      lane.lane,
      gone,
    ]);
    const after = await forecastOf(denied);
    expect(after.changed).toBe(before.changed - 1);
    expect(after.unknown.count).toBe(before.unknown.count + 1);
    expect(after.unknown.reasons).toContainEqual(expect.objectContaining({ why: "no_facts" }));
  });
});

describe("a forecast", () => {
  test("counts each decision by what `evaluate` says of it under the draft", async () => {
    const own = await testAgent();
    const amounts = ["1.00", "99.99", "100.00", "100.01", "499.99", "500.00", "900.00", "5000.00", "70000.00"];
    const calls = amounts.flatMap((amount) => ["DE1", "US9"].map((to) => ({ amount, to })));
    await lane.write(
      ...calls.map(({ amount, to }) => payment(own, amount, to)),
      decided(own, "files.read", { path: "/a" }),
    );
    await catchUp();
    const draft = paying([
      { upTo: "100.00", currency: "EUR", then: "allow" },
      {
        upTo: "900.00",
        currency: "EUR",
        then: { approval: { quorum: 1, groups: [], expiresIn: 600, stepUp: false, selfApproval: false } },
      },
      { then: "deny" },
    ]);
    const input = inputOf(own);
    const [was, will] = [set, draft].map((one) => compileAgent(compilePolicy(one), input));
    const expected = new Map<string, number>();
    for (const { amount, to } of calls) {
      const request = {
        principal: input.principal,
        action: { tool: "payments.transfer" },
        arguments: { to, amount, currency: "EUR", memo: "m" },
        context: {},
      };
      const [from, next] = [was, will].map(
        (one) => evaluate(request, one as NonNullable<typeof one>, Date.now()).outcome,
      );
      if (from !== next) expected.set(`${from} → ${next}`, (expected.get(`${from} → ${next}`) ?? 0) + 1);
    }
    const said = await forecastOf(draft);
    const mine = said.changes.filter((change) => change.agentId === own.id);
    expect(new Map(mine.map((change) => [`${change.from} → ${change.to}`, change.count]))).toEqual(expected);
    expect(expected.size).toBeGreaterThan(0);
    expect(mine.every((change) => change.tool === "payments.transfer" && change.decisions[0]?.startsWith("dec_"))).toBe(
      true,
    );
    expect(said.decisions).toBe(said.untouched + said.unchanged + said.changed + said.unknown.count);
  });

  test("of the policy in force changes nothing and reads nothing", async () => {
    const said = await forecastOf(structuredClone(set));
    expect([said.changed, said.unknown.count, said.untouched]).toEqual([0, 0, said.decisions]);
    expect(said.approvals.perDay.every(({ before, after }) => before === after)).toBe(true);
  });

  test("counts a day's approvals before and after", async () => {
    const said = await forecastOf(denied);
    const today = said.approvals.perDay.at(-1);
    expect(today?.before).toBeGreaterThan(0);
    expect(today?.after).toBe((today?.before ?? 0) - said.askedThatStop);
  });

  test("says of how many it cannot, when a rule looks at what was not kept", async () => {
    const looking: PolicySet = {
      ...set,
      guardrails: [
        ...set.guardrails,
        {
          id: "memo",
          name: "memo",
          when: { attribute: "arguments/memo", operator: "glob", value: "*urgent*" },
          effect: "deny",
          mode: "enforce",
          message: "no",
        },
      ],
    };
    const said = await forecastOf(looking);
    expect(said.unknown.reasons).toContainEqual(
      expect.objectContaining({ why: "not_kept", attribute: "arguments/memo" }),
    );
  });

  test("looks at its range alone", async () => {
    const sampleAt = new Date(Date.now() - 20 * 86_400_000).toISOString();
    await lane.write({ ...payment(agent, "21.00"), sampleAt }, { ...payment(agent, "21.00"), sampleAt });
    await catchUp();
    const [week, month] = [await forecastOf(denied, 7), await forecastOf(denied, 30)];
    expect(month.decisions).toBe(week.decisions + 2);
    expect(month.changed).toBe(week.changed + 2);
  });

  test("tells how far it is, and stops when nobody listens any more", async () => {
    const heard: { done: number; total: number }[] = [];
    await forecastPolicy({ days: 7, draft: denied, now: new Date(), progress: (one) => heard.push(one) });
    expect(heard[0]?.done).toBe(0);
    expect(heard.at(-1)?.done).toBe(heard.at(-1)?.total);
    const stopped = forecastPolicy({ days: 7, draft: denied, now: new Date(), signal: AbortSignal.abort() });
    await expect(stopped).rejects.toThrow();
  });

  test("is refused while two others run", async () => {
    const all = await Promise.allSettled([forecastOf(denied), forecastOf(denied), forecastOf(denied)]);
    expect(all.map(({ status }) => status)).toEqual(["fulfilled", "fulfilled", "rejected"]);
    expect((all[2] as PromiseRejectedResult).reason).toMatchObject({ code: "too_many_requests" });
    await forecastOf(denied);
  });
});

describe("the stream for the console", () => {
  const lines = async (response: Response) =>
    (await response.text())
      .trim()
      .split("\n")
      .map((line) => forecastLine.parse(JSON.parse(line)));

  test("says how far it is, and ends with the forecast", async () => {
    const said = await lines(streamForecast({ days: 7 }, new Request("http://localhost/")));
    expect(said.at(-1)?.kind).toBe("forecast");
    expect(said.slice(0, -1).every(({ kind }) => kind === "progress")).toBe(true);
    expect(said.length).toBeGreaterThan(1);
  });

  test("ends with the sentence of a refusal", async () => {
    const said = await lines(streamForecast({ days: 7, revision: 999 }, new Request("http://localhost/")));
    expect(said).toEqual([expect.objectContaining({ kind: "failed", message: expect.stringContaining("draft") })]);
  });

  test("stops the work of a reader who left", async () => {
    const left = streamForecast({ days: 7, content: contentOf(denied) }, new Request("http://localhost/"));
    await left.body?.cancel();
    // Only two may run at once: had the first gone on, the third would be refused.
    const others = await Promise.all([forecastOf(denied), forecastOf(denied)]);
    expect(others).toHaveLength(2);
  });
});

describe("the report of rules in shadow", () => {
  test("counts what each would have asked or denied, by agent and tool", async () => {
    const own = await testAgent();
    set = {
      ...set,
      guardrails: [
        ...set.guardrails,
        {
          id: "watch-reading",
          name: "watch",
          when: { attribute: "action.effect", operator: "eq", value: "read" },
          effect: "deny",
          mode: "shadow",
          message: "no reading",
        },
      ],
    };
    await lane.write(decided(own, "files.read", {}), decided(own, "files.read", {}), payment(own, "1.00"));
    set = inForce.content;
    await catchUp();
    const report = await shadowReport({ days: 7, now: new Date() });
    expect(report.rules).toEqual([
      expect.objectContaining({
        ruleId: "watch-reading",
        effect: "deny",
        count: 2,
        wouldChange: 2,
        uses: [expect.objectContaining({ agentId: own.id, tool: "files.read", count: 2 })],
      }),
    ]);
    expect(report.rules[0]?.uses[0]?.decisions).toHaveLength(2);
  });
});
