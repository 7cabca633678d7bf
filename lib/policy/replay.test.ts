import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Json } from "@/lib/json";
import { compileAgent, compilePolicy } from "./compile";
import { evaluate } from "./evaluate";
import { policyHash } from "./hash";
import { compileReplay, type Verdict } from "./replay";
import { keepFor, type ReplayFacts, replayFacts } from "./replay-facts";
import { type Condition, type Guardrail, type Mandate, type PolicySet, tierKeys } from "./schema";
import { type Call, mandate, now, policy, principal, request } from "./testdata/build";
import type { AgentPolicyInput, Evaluation } from "./types";

const { tools } = JSON.parse(readFileSync(new URL("./testdata/cases.json", import.meta.url), "utf8")) as {
  tools: { name: string }[];
};
const shipped = policy({ tools });
const all = mandate({ tools: tools.map(({ name }) => name), recipients: ["DE89", "*@acme.example"] });

/** What the decision plane records of a call, and what is kept of it. */
function recordedUnder(set: PolicySet, agent: AgentPolicyInput, call: Call, held = false) {
  const answer = answerOf(set, agent, call);
  const outcome = held ? ("allow" as const) : answer.outcome;
  const findings = held ? answer.reasons.filter(({ effect, mode }) => effect === "allow" || mode) : answer.reasons;
  const stored = replayFacts(
    {
      agent: agent.principal.agentId,
      tool: call.tool as string,
      outcome,
      policy: policyHash(set),
      approvalId: held ? "apr_1" : null,
      content: {
        arguments: (call.arguments ?? {}) as Json,
        ...(call.context ? { context: call.context as Json } : {}),
        ...(call.resource ? { resource: call.resource as Json } : {}),
        findings: findings as unknown as Json,
      },
    },
    keepFor(set, [agent.mandate]),
  );
  return { answer, stored, facts: JSON.parse(stored.facts) as ReplayFacts };
}

function answerOf(set: PolicySet, agent: AgentPolicyInput, call: Call): Evaluation {
  return evaluate(request(agent.principal, call), compileAgent(compilePolicy(set), agent), now);
}

function verdictOf(before: PolicySet, after: PolicySet, agent: AgentPolicyInput, call: Call): Verdict {
  const replay = compileReplay(before, after, (hash) => (hash === policyHash(before) ? before : undefined));
  const { facts } = recordedUnder(before, agent, call);
  return replay.concerns(agent, facts.tool) === null ? { kind: "same" } : replay.judge(agent, facts, now);
}

const rule = (when: Condition, more: Partial<Guardrail> = {}): Guardrail => ({
  id: "planted",
  name: "planted",
  when,
  effect: "deny",
  mode: "enforce",
  message: "planted",
  ...more,
});
const withRule = (set: PolicySet, ...rules: Guardrail[]): PolicySet => ({
  ...set,
  guardrails: [...set.guardrails, ...rules],
});

// ── Generated policies, drafts and calls ────────────────────────────────────────────────────────────────────────

const approval = fc.record({
  quorum: fc.constantFrom(1, 2),
  groups: fc.constantFrom<string[]>([], ["finance"], ["security"]),
  expiresIn: fc.constant(600),
  stepUp: fc.constant(false),
  selfApproval: fc.constant(false as const),
});
const leaf: fc.Arbitrary<Condition> = fc.oneof(
  fc.record({
    attribute: fc.constant("action.effect"),
    operator: fc.constantFrom("eq" as const, "neq" as const),
    value: fc.constantFrom("read", "external", "financial"),
  }),
  fc.record({
    attribute: fc.constantFrom(
      "arguments/to",
      "arguments/bcc",
      "arguments/memo",
      "arguments/subject",
      "context.ticket",
    ),
    operator: fc.constantFrom("eq" as const, "glob" as const),
    value: fc.constantFrom("DE89", "*@evil.example", "urgent", "hello"),
  }),
  fc.record({
    attribute: fc.constantFrom("arguments/memo", "arguments/bcc", "context.ticket", "action.content", "resource.id"),
    operator: fc.constant("exists" as const),
    value: fc.boolean(),
  }),
  fc.record({
    attribute: fc.constant("action.content"),
    operator: fc.constant("glob" as const),
    value: fc.constantFrom("*password*", "hello*"),
  }),
  fc.record({
    attribute: fc.constant("mandate.linksKnown"),
    operator: fc.constant("eq" as const),
    value: fc.boolean(),
  }),
  fc.record({
    attribute: fc.constant("action.amount"),
    operator: fc.constantFrom("gt" as const, "lte" as const),
    value: fc.constantFrom({ amount: "100.00", currency: "EUR" }, { amount: "600.00", currency: "EUR" }),
  }),
);
const when: fc.Arbitrary<Condition> = fc.oneof(
  { weight: 3, arbitrary: leaf },
  { weight: 1, arbitrary: fc.array(leaf, { minLength: 1, maxLength: 3 }).map((parts) => ({ all: parts })) },
  { weight: 1, arbitrary: fc.array(leaf, { minLength: 1, maxLength: 3 }).map((parts) => ({ any: parts })) },
  { weight: 1, arbitrary: leaf.map((part) => ({ not: part })) },
);
const guardrails = (prefix: string) =>
  fc
    .array(
      fc.record({
        when,
        effect: fc.oneof(fc.constant("deny" as const), fc.record({ approval })),
        mode: fc.constantFrom("enforce" as const, "enforce" as const, "shadow" as const),
      }),
      { maxLength: 2 },
    )
    .map((rules) => rules.map((one, at): Guardrail => rule(one.when, { ...one, id: `${prefix}-${at}` })));
const bands = fc.oneof(
  fc
    .constantFrom("100.00", "500.00", "900.00")
    .chain((upTo) =>
      approval.map((spec) => [
        { upTo, currency: "EUR", then: "allow" as const },
        { upTo: "10000.00", currency: "EUR", then: { approval: spec } },
        { then: "deny" as const },
      ]),
    ),
  when.chain((condition) =>
    approval.map((spec) => [{ when: condition, then: "allow" as const }, { then: { approval: spec } }]),
  ),
);

/** Another policy: other bands in a place, rules added, some of the old ones gone. */
const changed = (set: PolicySet, prefix: string): fc.Arbitrary<PolicySet> =>
  fc
    .record({
      tier: fc.constantFrom(...tierKeys),
      effect: fc.constantFrom("financial" as const, "external" as const, "write" as const),
      bands: fc.option(bands, { nil: null }),
      rules: guardrails(prefix),
      kept: fc.subarray(set.guardrails, { minLength: Math.max(0, set.guardrails.length - 2) }),
      words: fc.boolean(),
    })
    .map(({ tier, effect, bands: list, rules, kept, words }) => ({
      ...set,
      tiers: list
        ? set.tiers.map((one) => (one.key === tier ? { ...one, effects: { ...one.effects, [effect]: list } } : one))
        : set.tiers,
      guardrails: [...kept, ...rules],
      ...(words && set.lists?.["sensitive-words"]
        ? { lists: { ...set.lists, "sensitive-words": { kind: "words" as const, values: ["hello"] } } }
        : {}),
    }));

const anyCall: fc.Arbitrary<Call> = fc
  .record({
    base: fc.oneof(
      fc
        .record(
          {
            to: fc.constantFrom("DE89", "US133"),
            amount: fc.oneof(
              fc.constantFrom("400.00", "500.00", "500.01", "9999.99", "60000", "-1", "x"),
              fc.double({ min: 0, max: 2_000, noNaN: true }).map((value) => Number(value.toFixed(2))),
            ),
            currency: fc.constantFrom("EUR", "USD", "ZZZ"),
            memo: fc.constantFrom("urgent", "rent", null),
          },
          { requiredKeys: [] },
        )
        .map((args) => ({ tool: "payments.transfer", arguments: args })),
      fc
        .record(
          {
            to: fc.constantFrom("bob@acme.example", "eve@evil.example", ["bob@acme.example"]),
            bcc: fc.constant("eve@evil.example"),
            subject: fc.constantFrom("hello", "urgent"),
            body: fc.constantFrom<Json>("hello", "see www.evil.example", "my password", "", 5),
          },
          { requiredKeys: [] },
        )
        .map((args) => ({ tool: "mail.send", arguments: args })),
      fc
        .constantFrom("files.delete", "shell.run", "notes.append", "crm.read", "nothing")
        .map((name) => ({ tool: name, arguments: { memo: "urgent" } })),
    ),
    context: fc.option(fc.record({ ticket: fc.constantFrom("hello", "t-1") }), { nil: undefined }),
    resource: fc.option(fc.record({ id: fc.constantFrom("r-1", "r-2") }), { nil: undefined }),
  })
  .map(({ base, context, resource }) => ({
    ...base,
    ...(context ? { context } : {}),
    ...(resource ? { resource } : {}),
  })) as fc.Arbitrary<Call>;

const scenario = fc
  .record({ before: changed(shipped, "old"), tier: fc.constantFrom(...tierKeys), call: anyCall })
  .chain(({ before, tier, call }) => changed(before, "new").map((after) => ({ before, after, tier, call })));

// ── Guarantees ──────────────────────────────────────────────────────────────────────────────────────────────────

describe("a forecast of one decision", () => {
  test("is what `evaluate` says of the whole request under the draft, or says nothing", () => {
    const seen = { same: 0, changed: 0, regrouped: 0, unknown: 0 };
    fc.assert(
      fc.property(scenario, ({ before, after, tier, call }) => {
        const agent = { principal: principal({ tier }), mandate: all };
        const was = answerOf(before, agent, call);
        const will = answerOf(after, agent, call);
        const verdict = verdictOf(before, after, agent, call);
        seen[verdict.kind]++;
        if (verdict.kind === "unknown") expect(verdict.why).toBe("not_kept");
        else if (verdict.kind === "changed") expect([verdict.from, verdict.to]).toEqual([was.outcome, will.outcome]);
        else expect(will.outcome).toBe(was.outcome);
        if (verdict.kind === "regrouped" && will.approval)
          expect(verdict.after).toEqual({ groups: will.approval.groups, quorum: will.approval.quorum });
      }),
      { numRuns: 3_000 },
    );
    expect(Math.min(seen.changed, seen.unknown, seen.same)).toBeGreaterThan(100);
  });

  test("is never unknown while rules look at amounts, recipients and what is fixed", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...tierKeys),
        anyCall,
        fc.constantFrom("50.00", "450.00", "2000.00"),
        (tier, call, upTo) => {
          const after: PolicySet = {
            ...shipped,
            tiers: shipped.tiers.map((one) => ({
              ...one,
              effects: { ...one.effects, financial: [{ upTo, currency: "EUR", then: "allow" }] },
            })),
          };
          const agent = { principal: principal({ tier }), mandate: all };
          expect(verdictOf(shipped, after, agent, call).kind).not.toBe("unknown");
        },
      ),
    );
  });

  test("says the same as before when the draft is the policy in force", () => {
    fc.assert(
      fc.property(scenario, ({ before, tier, call }) => {
        const agent = { principal: principal({ tier }), mandate: all };
        expect(verdictOf(before, structuredClone(before), agent, call)).toEqual({ kind: "same" });
      }),
    );
  });
});

describe("a fact that was not kept", () => {
  const agent = { principal: principal({ tier: "T3" }), mandate: all };
  const call: Call = { tool: "crm.read", arguments: { note: "a long story" } };

  test("makes the decision unknown where a rule of the draft looks at it, and names it", () => {
    const after = withRule(shipped, rule({ attribute: "arguments/note", operator: "eq", value: "secret" }));
    expect(verdictOf(shipped, after, agent, call)).toEqual({
      kind: "unknown",
      why: "not_kept",
      attribute: "arguments/note",
    });
  });

  test("does not matter where every value of it comes to the same", () => {
    const either: Condition = {
      any: [
        { attribute: "arguments/note", operator: "eq", value: "secret" },
        { attribute: "action.effect", operator: "eq", value: "read" },
      ],
    };
    expect(verdictOf(shipped, withRule(shipped, rule(either)), agent, call)).toMatchObject({
      kind: "changed",
      to: "deny",
    });
  });

  test("is not absent: whether it was there is known", () => {
    const after = withRule(shipped, rule({ attribute: "arguments/note", operator: "exists" }));
    expect(verdictOf(shipped, after, agent, call)).toMatchObject({ kind: "changed", to: "deny" });
    expect(verdictOf(shipped, after, agent, { tool: "crm.read" })).toEqual({ kind: "same" });
  });

  test("is in the record where a rule in force has judged it already", () => {
    const planted = rule({ attribute: "action.content", operator: "glob", value: "*password*" });
    const before = withRule(shipped, planted);
    const after = { ...shipped };
    const mail = (body: string): Call => ({ tool: "mail.send", arguments: { to: "bob@acme.example", body } });
    const t4 = { principal: principal({ tier: "T4" }), mandate: all };
    expect(verdictOf(before, after, t4, mail("the pass-word, without a hyphen"))).toEqual({ kind: "same" });
    expect(verdictOf(before, after, t4, mail("xpasswordx"))).toMatchObject({ kind: "changed", from: "deny" });
  });
});

describe("what no draft touches", () => {
  const call: Call = { tool: "payments.transfer", arguments: { to: "DE89", amount: "400.00", currency: "EUR" } };
  const agent = { principal: principal({ tier: "T4" }), mandate: all };
  const open: PolicySet = {
    ...shipped,
    tiers: shipped.tiers.map((tier) => ({ ...tier, effects: { ...tier.effects, financial: [{ then: "allow" }] } })),
  };
  const closed: PolicySet = {
    ...shipped,
    tiers: shipped.tiers.map((tier) => ({ ...tier, effects: { ...tier.effects, financial: [{ then: "deny" }] } })),
  };
  const replayed = (facts: ReplayFacts, before: PolicySet, after: PolicySet) =>
    compileReplay(before, after, () => before).judge(agent, facts, now);

  test.each(["budget.exhausted", "agent.suspended", "version.mismatch", "approval_consumed", "tool.unsanctioned"])(
    "a denial by %s stays a denial",
    (code) => {
      const { facts } = recordedUnder(closed, agent, call);
      const denied = { ...facts, outcome: "deny" as const, carried: { effect: "deny" as const, code } };
      expect(replayed(denied, closed, open)).toEqual({ kind: "same" });
    },
  );

  test("an allow that spent an approval is stopped by a denial alone", () => {
    const { facts } = recordedUnder(shipped, { ...agent, principal: principal({ tier: "T2" }) }, call, true);
    expect(facts.held).toBe(true);
    expect(replayed(facts, shipped, open)).toEqual({ kind: "same" });
    expect(replayed(facts, shipped, closed)).toMatchObject({ kind: "changed", from: "allow", to: "deny" });
  });

  test("a decision made under other rules is not called a change", () => {
    const { facts } = recordedUnder(open, agent, call);
    expect(replayed(facts, closed, open)).toEqual({ kind: "unknown", why: "other_rules" });
  });
});

describe("what is kept", () => {
  const agent = { principal: principal(), mandate: all };

  test("equal facts have one shape, whatever their free text says", () => {
    const mail = (body: string): Call => ({
      tool: "mail.send",
      arguments: { to: "bob@acme.example", body },
      context: { traceId: body },
    });
    const [one, other] = [recordedUnder(shipped, agent, mail("hello")), recordedUnder(shipped, agent, mail("hi"))];
    expect(one.stored.shape).toBe(other.stored.shape);
    expect(one.stored.facts).not.toContain("hello");
    expect(one.facts.omitted).toEqual(["arguments/body", "context.traceId"]);
  });

  test("a shape differs where a fact differs", () => {
    const pay = (amount: string): Call => ({
      tool: "payments.transfer",
      arguments: { to: "DE89", amount, currency: "EUR" },
    });
    expect(recordedUnder(shipped, agent, pay("1.00")).stored.shape).not.toBe(
      recordedUnder(shipped, agent, pay("1.01")).stored.shape,
    );
  });

  test("recipients too many to keep make everything about the call unknown", () => {
    const to = Array.from({ length: 200 }, (_, at) => `person-${at}@acme.example`);
    const call: Call = { tool: "mail.send", arguments: { to, body: "hello" } };
    const t4 = { principal: principal({ tier: "T4" }), mandate: all };
    const after: PolicySet = {
      ...shipped,
      tiers: shipped.tiers.map((tier) => ({ ...tier, effects: { ...tier.effects, external: [{ then: "deny" }] } })),
    };
    expect(recordedUnder(shipped, t4, call).facts.arguments).toEqual({});
    expect(verdictOf(shipped, after, t4, call)).toMatchObject({ kind: "unknown", why: "not_kept" });
  });

  test("arguments that a rule in force names are kept, and so are flags", () => {
    const named = withRule(shipped, rule({ attribute: "arguments/folder", operator: "eq", value: "legal" }));
    const call: Call = {
      tool: "crm.read",
      arguments: { folder: "legal", urgent: true, note: "x", deep: { a: { b: 1 } } },
    };
    expect(recordedUnder(named, agent, call).facts).toMatchObject({
      arguments: { folder: "legal", urgent: true },
      omitted: ["arguments/deep", "arguments/note"],
    });
  });

  test("what rules in shadow would have done is kept beside the facts", () => {
    const shadow = withRule(
      shipped,
      rule({ attribute: "action.effect", operator: "eq", value: "read" }, { mode: "shadow", id: "no-reading" }),
    );
    const { stored, facts } = recordedUnder(shadow, agent, { tool: "crm.read" });
    expect([stored.shadow, facts.fired]).toEqual([["deny:no-reading"], ["no-reading"]]);
  });
});

test("hours in a mandate make the time of day count", () => {
  const hours: Mandate["hours"] = [{ timeZone: "UTC", days: ["mon"], from: "08:00", to: "09:00" }];
  const after = withRule(shipped, rule({ attribute: "action.effect", operator: "eq", value: "read" }));
  const concern = (granted: Mandate, tool: string) =>
    compileReplay(shipped, after, () => shipped).concerns({ principal: principal(), mandate: granted }, tool);
  expect(concern({ ...all, hours }, "crm.read")).toEqual({ timed: true });
  expect(concern(all, "crm.read")).toEqual({ timed: false });
  expect(concern(all, "mail.send")).toBeNull();
});
