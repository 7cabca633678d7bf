import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Json } from "@/lib/json";
import { compileAgent, compilePolicy } from "./compile";
import { defaultPolicySet } from "./defaults";
import { type Change, diffPolicies, loosens } from "./diff";
import { evaluate } from "./evaluate";
import type { Band, Condition, Guardrail, PolicySet } from "./schema";
import { isAsStrict } from "./strictness";
import { mandate, now, policy, principal, request, tool } from "./testdata/build";
import type { AgentPolicyInput } from "./types";

const pay = tool({
  name: "pay",
  effect: "financial",
  reversible: true,
  argumentRoles: { amount: "/amount", currency: "/currency", recipient: "/to" },
});
const write = tool({ name: "write", effect: "write", argumentRoles: { recipient: "/to" } });
const drop = tool({ name: "drop", effect: "destructive", reversible: false });
const tools = [pay, write, drop];
const everything = mandate({ tools: tools.map(({ name }) => name), recipients: ["DE1"] });
const agent = (id: string, change: Parameters<typeof principal>[0] = {}): AgentPolicyInput => ({
  principal: principal({ agentId: id, ...change }),
  mandate: everything,
});
const agents = [agent("agt_3"), agent("agt_4", { tier: "T4" }), agent("agt_test", { environment: "test" })];

function changed(edit: (set: PolicySet) => void): { before: PolicySet; after: PolicySet; changes: Change[] } {
  const before = policy({ tools });
  const after = structuredClone(before);
  edit(after);
  return { before, after, changes: diffPolicies(before, after, agents) };
}
const tierOf = (set: PolicySet, key: string) =>
  set.tiers.find((tier) => tier.key === key) as PolicySet["tiers"][number];
const only = (edit: (set: PolicySet) => void) => {
  const { changes } = changed(edit);
  expect(changes).toHaveLength(1);
  return changes[0] as Change;
};
const spec = (quorum: number, groups: string[] = [], more = {}) => ({
  quorum,
  groups,
  expiresIn: 3600,
  stepUp: false,
  selfApproval: false as const,
  ...more,
});

describe("what a change is", () => {
  test("the same policy has no changes, and texts alone are neutral", () => {
    expect(changed(() => {}).changes).toEqual([]);
    const renamed = only((set) => {
      tierOf(set, "T3").name = "Careful";
    });
    expect(renamed).toMatchObject({ path: "/tiers/T3/name", kind: "neutral", affects: [], gains: [] });
    const reworded = only((set) => {
      (set.guardrails[0] as Guardrail).message = "ask two";
    });
    expect([reworded.kind, reworded.words]).toEqual([
      "neutral",
      "The rule “Deleting in production asks two people” is worded differently",
    ]);
  });

  test("a higher limit loosens for the agents of that tier, a lower one tightens, and the sentence says the limit", () => {
    const raised = only((set) => {
      (tierOf(set, "T3").effects.financial[0] as Band).upTo = "800.00";
    });
    expect(raised).toMatchObject({
      path: "/tiers/T3/effects/financial",
      kind: "loosening",
      affects: ["agt_3", "agt_test"],
      gains: ["agt_3", "agt_test"],
      words:
        "The limit up to which the agent acts alone to move money in T3 goes from 500.00 EUR to 800.00 EUR where the mandate names everyone and every place the call reaches",
    });
    const lowered = only((set) => {
      (tierOf(set, "T3").effects.financial[0] as Band).upTo = "100.00";
    });
    expect(lowered).toMatchObject({ kind: "tightening", affects: ["agt_3", "agt_test"], gains: [] });
  });

  test("every region counts: above the highest limit, right above and right below one, without an amount, in an unknown currency", () => {
    const kindOf = (was: Band[], is: Band[]) => {
      const [before, after] = [was, is].map((list) => {
        const set = policy({ tools });
        tierOf(set, "T4").effects.financial = list;
        return set;
      }) as [PolicySet, PolicySet];
      return diffPolicies(before, after, [])[0]?.kind;
    };
    const upTo = (amount: string, then: Band["then"], currency = "EUR"): Band => ({ upTo: amount, currency, then });
    const ask = { approval: spec(1) };
    const amount = (operator: "lt" | "lte" | "gt", then: Band["then"]): Band => ({
      when: { attribute: "action.amount", operator, value: { amount: "2.00", currency: "EUR" } },
      then,
    });
    expect(kindOf([upTo("2.00", ask), { then: "deny" }], [upTo("2.00", ask), { then: "allow" }])).toBe("loosening");
    expect(kindOf([upTo("2.00", "allow"), { then: "deny" }], [upTo("2.01", "allow"), { then: "deny" }])).toBe(
      "loosening",
    );
    expect(kindOf([amount("lt", "allow"), { then: "deny" }], [amount("lte", "allow"), { then: "deny" }])).toBe(
      "loosening",
    );
    expect(kindOf([amount("lte", "allow"), { then: "deny" }], [amount("lt", "allow"), { then: "deny" }])).toBe(
      "tightening",
    );
    // The same for every amount that can be compared; one that cannot is refused by the first and asked by the second.
    expect(kindOf([amount("gt", "deny"), { then: "allow" }], [upTo("2.00", "allow"), { then: "deny" }])).toBe(
      "loosening",
    );
    expect(kindOf([upTo("2.00", "deny"), { then: "allow" }], [amount("lt", "deny"), { then: "allow" }])).toBe(
      "loosening",
    );
    expect(kindOf([upTo("2.00", "allow"), { then: "deny" }], [upTo("2.00", "allow", "USD"), { then: "deny" }])).toBe(
      "loosening",
    );
    expect(kindOf([{ then: "deny" }], [amount("gt", "allow"), { then: "deny" }])).toBe("loosening");
    expect(kindOf([{ then: "deny" }], [amount("lt", "allow"), { then: "deny" }])).toBe("loosening");
    expect(kindOf([{ then: "deny" }], [upTo("0.00", "allow"), { then: "deny" }])).toBe("loosening");
  });

  test("a tier without agents is classified too", () => {
    expect(
      only((set) => {
        tierOf(set, "T1").effects.external = [{ then: { approval: spec(1) } }];
      }),
    ).toMatchObject({ kind: "loosening", affects: [], gains: [] });
  });

  test("it looks at what is answered and not at the text: the same said otherwise is neutral", () => {
    const { changes } = changed((set) => {
      tierOf(set, "T3").effects.read = [{ upTo: "5.00", currency: "EUR", then: "allow" }, { then: "allow" }];
      tierOf(set, "T4").tools = { write: tierOf(set, "T4").effects.write };
      tierOf(set, "T0").effects.write = [];
    });
    expect(changes.map(({ kind }) => kind)).toEqual(["neutral", "neutral", "neutral"]);
  });

  test("fewer people, fewer groups, no passkey or more time loosen an approval; the opposite tightens it", () => {
    const kindOf = (approval: ReturnType<typeof spec>, was = spec(2, ["operations"], { stepUp: true })) => {
      const before = policy({
        tools,
        tiers: [
          {
            ...tierOf(defaultPolicySet(), "T2"),
            effects: { ...tierOf(defaultPolicySet(), "T2").effects, write: [{ then: { approval: was } }] },
          },
        ],
      });
      const after = structuredClone(before);
      tierOf(after, "T2").effects.write = [{ then: { approval } }];
      return diffPolicies(before, after, agents)[0]?.kind;
    };
    const full = { stepUp: true };
    expect(kindOf(spec(1, ["operations"], full))).toBe("loosening");
    expect(kindOf(spec(2, [], full))).toBe("loosening");
    expect(kindOf(spec(2, ["finance"], full))).toBe("loosening");
    expect(kindOf(spec(2, ["operations"]))).toBe("loosening");
    expect(kindOf(spec(2, ["operations"], { ...full, expiresIn: 7200 }))).toBe("loosening");
    expect(kindOf(spec(3, ["operations"], full))).toBe("tightening");
    expect(kindOf(spec(2, ["operations", "finance"], full))).toBe("tightening");
    expect(kindOf(spec(2, ["operations"], { ...full, expiresIn: 600 }))).toBe("tightening");
    expect(kindOf(spec(3, ["operations"]))).toBe("loosening");
    expect(kindOf(spec(2, ["operations"], { ...full, sla: 600 }))).toBe("neutral");
  });

  test("a guardrail that is taken away, only watches or fires less loosens; one that is added or fires more tightens", () => {
    const rule = (edit: (rule: Guardrail) => void) => only((set) => edit(set.guardrails[0] as Guardrail)).kind;
    expect(only((set) => void set.guardrails.splice(0, 1)).kind).toBe("loosening");
    expect(rule((one) => Object.assign(one, { mode: "shadow" }))).toBe("loosening");
    expect(rule((one) => Object.assign(one, { effect: "deny" }))).toBe("tightening");
    const environment = (value: Json, operator = "eq") =>
      ({ attribute: "principal.environment", operator, value }) as Condition;
    const destructive: Condition = { attribute: "action.effect", operator: "eq", value: "destructive" };
    expect(
      rule((one) => Object.assign(one, { when: { all: [destructive, environment(["production", "staging"], "in")] } })),
    ).toBe("tightening");
    expect(rule((one) => Object.assign(one, { when: { all: [destructive, environment("staging")] } }))).toBe(
      "loosening",
    );
    expect(
      rule((one) => Object.assign(one, { when: { all: [environment(["test", "staging"], "notIn"), destructive] } })),
    ).toBe("neutral");
    expect(
      only((set) => {
        set.guardrails.push({
          id: "new",
          name: "New",
          when: destructive,
          effect: "deny",
          mode: "enforce",
          message: "no",
        });
      }),
    ).toMatchObject({ kind: "tightening", affects: ["agt_3", "agt_4", "agt_test"] });
    expect(
      only((set) => {
        set.guardrails.push({
          id: "new",
          name: "New",
          when: destructive,
          effect: "deny",
          mode: "shadow",
          message: "no",
        });
      }).kind,
    ).toBe("neutral");
  });

  test("a guardrail under another id is neutral, and two that stand in for each other cannot both go unnoticed", () => {
    const moved = changed((set) => {
      (set.guardrails[0] as Guardrail).id = "other";
    });
    expect(moved.changes.map(({ kind }) => kind)).toEqual(["neutral", "neutral"]);
    const before = policy({ tools });
    before.guardrails.push({ ...(before.guardrails[0] as Guardrail), id: "twin" });
    const after = structuredClone(before);
    after.guardrails = after.guardrails.filter(({ id }) => id !== "twin" && id !== "destructive-in-production");
    expect(
      diffPolicies(before, after, agents)
        .map(({ kind }) => kind)
        .sort(),
    ).toEqual(["loosening", "neutral"]);
  });

  test("a list that grows tightens the rule that stops what is on it, and loosens the one that passes it", () => {
    expect(only((set) => void set.lists?.["sensitive-words"]?.values.push("iban"))).toMatchObject({
      path: "/lists/sensitive-words",
      kind: "tightening",
      words: "The list `sensitive-words` gains `iban`",
    });
    expect(only((set) => void set.lists?.["sensitive-words"]?.values.pop()).kind).toBe("loosening");
    const passing = (values: string[]) => {
      const set = policy({ tools, lists: { ...defaultPolicySet().lists, friends: { kind: "exact", values } } });
      tierOf(set, "T3").effects.write = [
        { when: { attribute: "action.recipients", operator: "matchesList", value: "friends" }, then: "allow" },
        { then: "deny" },
      ];
      return set;
    };
    expect(diffPolicies(passing(["a"]), passing(["a", "b"]), agents)[0]).toMatchObject({
      kind: "loosening",
      gains: ["agt_3", "agt_test"],
    });
    expect(diffPolicies(passing(["a", "b"]), passing(["a"]), agents)[0]).toMatchObject({ kind: "tightening" });
  });

  test("the escalation loosens for every agent, and exchange rates always take a second person", () => {
    expect(only((set) => Object.assign(set.escalation, { groups: [] })).gains).toEqual(["agt_3", "agt_4", "agt_test"]);
    expect(only((set) => Object.assign(set.escalation, { quorum: 3 })).kind).toBe("tightening");
    expect(
      only((set) => {
        set.rates = { base: "EUR", maxAgeDays: 7, tables: [{ date: "2026-11-20", rates: { USD: "1.07" } }] };
      }).kind,
    ).toBe("loosening");
  });

  test("what cannot be shown not to loosen loosens", () => {
    const many = (value: string): Condition => ({
      all: Array.from({ length: 12 }, (_, index) => ({
        attribute: `context.c${index}`,
        operator: "neq" as const,
        value,
      })),
    });
    const set = policy({ tools });
    set.guardrails.push({ id: "wide", name: "Wide", when: many("a"), effect: "deny", mode: "enforce", message: "no" });
    const after = structuredClone(set);
    (after.guardrails.at(-1) as Guardrail).when = {
      any: [many("a"), { attribute: "context.z", operator: "eq", value: 1 }],
    };
    expect(diffPolicies(set, after, agents)[0]?.kind).toBe("loosening");
  });
});

// ── Whatever is called harmless is harmless ─────────────────────────────────────────────────────────────────────

const text = fc.constantFrom("a", "b", "ab", "c");
const comparison = fc.oneof<fc.Arbitrary<Condition>[]>(
  fc.record({
    attribute: fc.constantFrom("context.x", "context.purpose", "arguments/n"),
    operator: fc.constantFrom("eq" as const, "neq" as const),
    value: text,
  }),
  fc.record({
    attribute: fc.constantFrom("context.x", "action.recipients"),
    operator: fc.constantFrom("in" as const, "notIn" as const),
    value: fc.uniqueArray(text, { minLength: 1, maxLength: 2 }),
  }),
  fc.record({
    attribute: fc.constantFrom("context.x", "action.recipients", "arguments/n"),
    operator: fc.constantFrom("startsWith" as const, "glob" as const),
    value: fc.constantFrom("a", "b", "a*", "*b"),
  }),
  fc.record({
    attribute: fc.constantFrom("context.x", "action.recipients"),
    operator: fc.constant("matchesList" as const),
    value: fc.constantFrom("one", "two"),
  }),
  fc.record({
    attribute: fc.constantFrom("context.x", "action.amount", "action.recipients", "arguments/n"),
    operator: fc.constant("exists" as const),
  }),
  fc.record({
    attribute: fc.constant("arguments/n"),
    operator: fc.constantFrom("lt" as const, "gte" as const),
    value: fc.constantFrom(1, 2),
  }),
  fc.record({
    attribute: fc.constant("action.amount"),
    operator: fc.constantFrom("lt" as const, "gte" as const, "eq" as const),
    value: fc.record({ amount: fc.constantFrom("1.00", "2.00"), currency: fc.constantFrom("EUR", "USD") }),
  }),
  fc.record({
    attribute: fc.constant("mandate.recipientKnown"),
    operator: fc.constant("eq" as const),
    value: fc.boolean(),
  }),
  fc.record({
    attribute: fc.constant("principal.environment"),
    operator: fc.constant("eq" as const),
    value: fc.constantFrom("test", "production"),
  }),
  fc.record({
    attribute: fc.constant("action.currency"),
    operator: fc.constant("eq" as const),
    value: fc.constantFrom("EUR", "USD"),
  }),
);
const condition = fc.letrec<{ any: Condition }>((tie) => ({
  any: fc.oneof(
    { maxDepth: 2, depthSize: "small" },
    { weight: 4, arbitrary: comparison },
    { weight: 1, arbitrary: fc.record({ all: fc.array(tie("any"), { minLength: 1, maxLength: 2 }) }) },
    { weight: 1, arbitrary: fc.record({ any: fc.array(tie("any"), { minLength: 1, maxLength: 2 }) }) },
    { weight: 1, arbitrary: fc.record({ not: tie("any") }) },
  ),
})).any;
const approvalSpec = fc.record({
  quorum: fc.integer({ min: 1, max: 2 }),
  groups: fc.subarray(["finance", "operations"]),
  expiresIn: fc.constantFrom(600, 3600),
  stepUp: fc.boolean(),
  selfApproval: fc.constant(false as const),
});
const then = fc.oneof(
  fc.constant("allow" as const),
  fc.constant("deny" as const),
  fc.record({ approval: approvalSpec }),
);
const band: fc.Arbitrary<Band> = fc
  .record({
    limit: fc.option(
      fc.record({ upTo: fc.constantFrom("1.00", "2.00", "3.00"), currency: fc.constantFrom("EUR", "USD") }),
    ),
    when: fc.option(condition),
    then,
  })
  .map(({ limit, when, then }) => ({ ...limit, ...(when ? { when } : {}), then }));
const bands = fc.array(band, { maxLength: 3 });
const guardrail = (id: string) =>
  fc.record({
    id: fc.constant(id),
    name: fc.constant(id),
    when: condition,
    effect: fc.oneof(fc.constant("deny" as const), fc.record({ approval: approvalSpec })),
    mode: fc.constantFrom("enforce" as const, "enforce" as const, "shadow" as const),
    message: fc.constant("no"),
  });
const listOf = fc.uniqueArray(text, { maxLength: 3 }).map((values) => ({ kind: "exact" as const, values }));
const rates = { base: "EUR", maxAgeDays: 30, tables: [{ date: "2026-11-19", rates: { USD: "1.25" } }] };
const parts = fc.record({
  financial: bands,
  write: bands,
  own: fc.option(bands),
  g0: fc.option(guardrail("g0")),
  g1: fc.option(guardrail("g1")),
  one: listOf,
  two: listOf,
  escalation: approvalSpec,
});
type Parts = typeof parts extends fc.Arbitrary<infer T> ? T : never;

function setOf({ financial, write: writing, own, g0, g1, one, two, escalation }: Parts): PolicySet {
  const set = policy({ tools, rates, lists: { one, two }, escalation });
  set.guardrails = [g0, g1].filter((each) => each !== null);
  const tier = tierOf(set, "T3");
  tier.effects = { ...tier.effects, financial, write: writing, destructive: writing };
  if (own) tier.tools = { pay: own };
  return set;
}
/** One small edit of a list of bands: most of what one does to it is harmless but for one corner. */
const nudge = fc.record({
  at: fc.nat(3),
  kind: fc.constantFrom("then", "limit", "drop", "when", "insert", "swap"),
  band,
});
function nudged(list: Band[], { at, kind, band: other }: { at: number; kind: string; band: Band }): Band[] {
  const index = list.length === 0 ? 0 : at % list.length;
  const held = list[index];
  if (held === undefined || kind === "insert") return [...list.slice(0, index), other, ...list.slice(index)];
  const limitOf = ({ upTo, currency }: Band) => (upTo === undefined ? {} : { upTo, currency });
  const whenOf = ({ when }: Band) => (when === undefined ? {} : { when });
  const edits: Record<string, Band[]> = {
    then: [{ ...held, then: other.then }],
    limit: [{ ...limitOf(other), ...whenOf(held), then: held.then }],
    when: [{ ...limitOf(held), ...whenOf(other), then: held.then }],
    drop: [],
    swap: [...list.slice(index + 1, index + 2), held],
  };
  return [...list.slice(0, index), ...(edits[kind] ?? []), ...list.slice(index + (kind === "swap" ? 2 : 1))];
}
const nudges = fc.array(fc.record({ cell: fc.constantFrom("financial" as const, "write" as const), nudge }), {
  minLength: 1,
  maxLength: 2,
});

/** The second policy shares most of the first, as a draft does. */
const pair = fc.oneof(
  {
    weight: 1,
    arbitrary: fc
      .tuple(
        parts,
        parts,
        fc.subarray(["financial", "write", "own", "g0", "g1", "one", "two", "escalation"] as const, {
          minLength: 1,
          maxLength: 3,
        }),
      )
      .map(([before, other, taken]) => {
        const after = { ...before } as Record<string, unknown>;
        for (const name of taken) after[name] = other[name];
        return { before: setOf(before), after: setOf(after as Parts) };
      }),
  },
  {
    weight: 4,
    arbitrary: fc.tuple(parts, nudges).map(([held, edits]) => {
      // Without guardrails, which would be the same in both and only hide what differs.
      const before = { ...held, own: null, g0: null, g1: null };
      const after = { ...before };
      for (const { cell, nudge } of edits) after[cell] = nudged(after[cell], nudge);
      return { before: setOf(before), after: setOf(after) };
    }),
  },
);
const value = fc.oneof(
  text,
  fc.constant("d"),
  fc.integer({ min: 0, max: 3 }),
  fc.constant(1.5),
  fc.constant("1.5"),
  fc.boolean(),
  fc.uniqueArray(text, { maxLength: 3 }),
  fc.constant(null),
);
const call = fc
  .record({
    tool: fc.constantFrom("pay", "write", "drop"),
    environment: fc.constantFrom("test" as const, "production" as const),
    x: fc.option(value, { nil: undefined }),
    purpose: fc.option(text, { nil: undefined }),
    n: fc.option(value, { nil: undefined }),
    to: fc.option(fc.oneof(text, fc.constant("DE1"), fc.uniqueArray(text, { maxLength: 3 })), { nil: undefined }),
    amount: fc.option(
      fc.constantFrom(
        "0.00",
        "0.99",
        "1.00",
        "1.01",
        "1.24",
        "1.25",
        "1.60",
        "2.00",
        "2.40",
        "2.50",
        "3.00",
        "3.75",
        "9.00",
      ),
      { nil: undefined },
    ),
    currency: fc.constantFrom("EUR", "USD", "JPY", "no money", null),
    orphan: fc.boolean(),
  })
  .map(({ tool: name, environment, x, purpose, n, to, amount, currency, orphan }) => ({
    who: principal({ agentId: "agt_3", environment, ownerId: orphan ? null : "per_1" }),
    call: {
      tool: name,
      arguments: Object.fromEntries(
        Object.entries({ n, to, amount, currency }).filter(([, held]) => held !== undefined),
      ) as { [key: string]: Json },
      context: Object.fromEntries(Object.entries({ x, purpose }).filter(([, held]) => held !== undefined)) as {
        [key: string]: Json;
      },
    },
  }));

test("T17 whatever two policies say: when no change is called loosening, no request is answered more mildly", () => {
  let harmless = 0;
  fc.assert(
    fc.property(pair, fc.array(call, { minLength: 20, maxLength: 40 }), ({ before, after }, calls) => {
      if (loosens(diffPolicies(before, after, []))) return;
      harmless++;
      const [was, is] = [compilePolicy(before), compilePolicy(after)];
      for (const { who, call } of calls) {
        const asked = request(who, call);
        const [old, next] = [was, is].map((compiled) =>
          evaluate(asked, compileAgent(compiled, { principal: who, mandate: everything }), now),
        ) as [ReturnType<typeof evaluate>, ReturnType<typeof evaluate>];
        expect([isAsStrict(next, old), call, old.reasons, next.reasons]).toEqual([
          true,
          call,
          old.reasons,
          next.reasons,
        ]);
      }
    }),
    { numRuns: 200 },
  );
  expect(harmless).toBeGreaterThan(5);
}, 60_000);

test("T17 an agent that is answered more mildly is among those that gain", () => {
  fc.assert(
    fc.property(pair, fc.array(call, { minLength: 10, maxLength: 20 }), ({ before, after }, calls) => {
      const inputs = (["test", "production"] as const).map((environment) => ({
        principal: principal({ agentId: environment, environment }),
        mandate: everything,
      }));
      const gains = new Set(diffPolicies(before, after, inputs).flatMap((change) => change.gains));
      for (const { principal: who, mandate: granted } of inputs) {
        if (gains.has(who.agentId)) continue;
        const [was, is] = [before, after].map((set) =>
          compileAgent(compilePolicy(set), { principal: who, mandate: granted }),
        );
        for (const { call } of calls) {
          const asked = request(who, call);
          expect(isAsStrict(evaluate(asked, is as never, now), evaluate(asked, was as never, now))).toBe(true);
        }
      }
    }),
    { numRuns: 40 },
  );
}, 60_000);
