import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Json } from "@/lib/json";
import { compileAgent, compilePolicy } from "./compile";
import { evaluate } from "./evaluate";
import { reasonCodes } from "./messages";
import { type Guardrail, type PolicySet, tierKeys } from "./schema";
import { type Call, codes, engine, mandate, now, policy, principal, request, tool } from "./testdata/build";
import type { CompiledAgent, Evaluation, Principal } from "./types";

type Case = {
  name: string;
  principal: Partial<Principal>;
  mandate: { tools: string[] };
  call: Call;
  expect: { outcome: string; codes: string[]; says?: string; approval?: object };
};
const { tools, cases }: { tools: object[]; cases: Case[] } = JSON.parse(
  readFileSync(new URL("./testdata/cases.json", import.meta.url), "utf8"),
);
const shipped = policy({ tools });

const strictness = { allow: 0, approval_required: 1, deny: 2 };

test.each(cases.map((one) => [one.name, one] as const))("%s", (_name, one) => {
  const answer = engine(shipped, principal(one.principal), mandate(one.mandate)).ask(one.call);
  const said = answer.reasons.map((reason) => `${reason.code}: ${reason.message}`).join("\n");
  expect([answer.outcome, said]).toEqual([one.expect.outcome, said]);
  for (const code of one.expect.codes) expect(codes(answer)).toContain(code);
  if (one.expect.says) expect(said).toContain(one.expect.says);
  if (one.expect.approval) expect(answer.approval).toMatchObject(one.expect.approval);
  expect(answer.approval === undefined).toBe(answer.outcome !== "approval_required");
  for (const { code, layer, message } of answer.reasons) {
    expect(code in reasonCodes || code === `guardrail.${code.slice(10)}`).toBe(true);
    expect([layer, message.endsWith(".")]).toEqual([layer, false]);
  }
});

test("the cases use every reason code there is, but for those of a failing engine", () => {
  const seen = new Set(
    cases.flatMap((one) => codes(engine(shipped, principal(one.principal), mandate(one.mandate)).ask(one.call))),
  );
  const unseen = Object.keys(reasonCodes).filter((code) => !seen.has(code));
  expect(unseen.sort()).toEqual([
    "budget.amount_unknown",
    "budget.near_threshold",
    "default.deny",
    "engine.rule_error",
    "tool.name_invalid",
  ]);
});

describe("T10 tool names", () => {
  const tricks = JSON.parse(readFileSync(new URL("./testdata/tool-names.json", import.meta.url), "utf8")) as string[];

  test("the list of tricks has confusables, invisible characters, case, width and separators", () => {
    expect(tricks.length).toBeGreaterThan(100);
  });

  test("no spelling but the exact one is ever allowed", () => {
    const { ask } = engine(
      policy({ tools: [tool({ name: "mail.read", effect: "read" })] }),
      principal({ tier: "T4" }),
      mandate({ tools: ["mail.read"] }),
    );
    expect(ask({ tool: "mail.read" }).outcome).toBe("allow");
    for (const name of tricks) {
      const answer = ask({ tool: name });
      expect([name, answer.outcome]).toEqual([name, "deny"]);
      expect(["tool.name_invalid", "tool.unsanctioned"]).toContain(answer.reasons[0]?.code);
    }
  });

  test("the reason never carries invisible or control characters of the name", () => {
    const { ask } = engine(shipped, principal(), mandate({ tools: [] }));
    for (const name of tricks)
      expect(ask({ tool: name }).reasons.some((reason) => /\p{C}/u.test(reason.message))).toBe(false);
  });

  test("names from the prototype are not tools", () => {
    const { ask } = engine(shipped, principal(), mandate({ tools: ["constructor", "tostring"] }));
    for (const name of ["constructor", "__proto__", "toString", "hasOwnProperty"])
      expect(ask({ tool: name }).outcome).toBe("deny");
  });
});

describe("T14 nothing fails open", () => {
  const read = tool({ name: "crm.read", effect: "read" });
  const call = { tool: "crm.read" };

  test("an empty policy set denies", () => {
    const { ask } = engine(
      { ...shipped, tiers: [], guardrails: [], tools: [read] },
      principal(),
      mandate({ tools: ["crm.read"] }),
    );
    expect([ask(call).outcome, codes(ask(call))[0]]).toEqual(["deny", "default.deny"]);
  });

  test("a tier with a gap denies where the gap is", () => {
    const set = policy({ tools: [read] });
    for (const tier of set.tiers)
      tier.effects.read = [{ when: { attribute: "context.purpose", operator: "eq", value: "audit" }, then: "allow" }];
    const { ask } = engine(set, principal(), mandate({ tools: ["crm.read"] }));
    expect(ask(call).outcome).toBe("deny");
    expect(ask({ ...call, context: { purpose: "audit" } }).outcome).toBe("allow");
  });

  test("a band that cannot be judged never allows, and counts where it asks or denies", () => {
    const broken = { attribute: "nothing.there", operator: "eq", value: "x" } as const;
    const approval = { quorum: 1, groups: [], expiresIn: 600, stepUp: false, selfApproval: false as const };
    const outcomeOf = (bands: PolicySet["tiers"][number]["effects"]["read"]) => {
      const set = policy({ tools: [read] });
      for (const tier of set.tiers) tier.effects.read = bands;
      return engine(set, principal(), mandate({ tools: ["crm.read"] })).ask(call);
    };
    expect(outcomeOf([{ when: broken, then: "allow" }]).outcome).toBe("deny");
    expect(outcomeOf([{ when: broken, then: "deny" }, { then: "allow" }]).outcome).toBe("deny");
    const asked = outcomeOf([{ when: broken, then: { approval } }, { then: "allow" }]);
    expect([asked.outcome, codes(asked)]).toEqual(["approval_required", expect.arrayContaining(["engine.rule_error"])]);
    expect(outcomeOf([{ upTo: "5.00", currency: "XXX", then: "allow" }, { then: "deny" }]).outcome).toBe("deny");
  });

  test("a band that may ask is not forgotten when a later one allows", () => {
    const spec = { quorum: 1, groups: [], expiresIn: 600, stepUp: false, selfApproval: false as const };
    const purpose = (value: string) => ({ attribute: "context.purpose", operator: "eq" as const, value });
    const set = policy({ tools: [read] });
    for (const tier of set.tiers)
      tier.effects.read = [{ when: purpose("export"), then: { approval: spec } }, { then: "allow" }];
    const { ask } = engine(set, principal(), mandate({ tools: ["crm.read"] }));
    expect(ask(call).outcome).toBe("approval_required");
    expect(ask({ ...call, context: { purpose: "export" } }).outcome).toBe("approval_required");
    expect(ask({ ...call, context: { purpose: "audit" } }).outcome).toBe("allow");
  });

  test("a schema that cannot be enforced denies its tool and no other", () => {
    const bad = tool({ name: "bad", effect: "read", argumentSchema: { pattern: "x" } });
    const { ask } = engine(policy({ tools: [read, bad] }), principal(), mandate({ tools: ["crm.read", "bad"] }));
    expect([ask({ tool: "bad" }).outcome, codes(ask({ tool: "bad" }))]).toEqual(["deny", ["engine.error"]]);
    expect(ask(call).outcome).toBe("allow");
  });

  test("a layer that fails while it judges denies, and the others are still heard", () => {
    const endless = { allOf: [{ $ref: "#/$defs/again" }], $defs: { again: { allOf: [{ $ref: "#/$defs/again" }] } } };
    const round = tool({ name: "round", effect: "read", argumentSchema: endless });
    const answer = engine(policy({ tools: [round] }), principal(), mandate({ tools: ["round"] })).ask({
      tool: "round",
    });
    expect([answer.outcome, codes(answer)]).toEqual(["deny", ["engine.error", "mandate.tool_allowed", "tier.allowed"]]);
    expect(answer.reasons[0]?.layer).toBe("catalogue");
  });

  test("a principal other than the compiled one is refused", () => {
    const { agent } = engine(policy({ tools: [read] }), principal(), mandate({ tools: ["crm.read"] }));
    expect(evaluate(request(principal(), call), agent, now).outcome).toBe("allow");
    for (const other of [
      { agentId: "agt_2" },
      { status: "suspended" as const },
      { tier: "T4" as const },
      { version: "v2" },
      { ownerId: null },
    ]) {
      expect(evaluate(request(principal(other), call), agent, now).outcome).toBe("deny");
    }
  });

  test("a clock that gives no time denies", () => {
    const { agent } = engine(policy({ tools: [read] }), principal(), mandate({ tools: ["crm.read"] }));
    for (const time of [Number.NaN, Number.POSITIVE_INFINITY])
      expect(evaluate(request(principal(), call), agent, time).outcome).toBe("deny");
  });

  test("whatever is thrown while judging denies", () => {
    const { agent } = engine(policy({ tools: [read] }), principal(), mandate({ tools: ["crm.read"] }));
    const hostile = request(principal(), call);
    Object.defineProperty(hostile, "context", {
      get: () => {
        throw new Error("planted");
      },
    });
    expect(codes(evaluate(hostile, agent, now))).toContain("engine.error");
    expect(evaluate(hostile, agent, now).outcome).toBe("deny");
    expect(evaluate(null as never, agent, now).outcome).toBe("deny");
    expect(evaluate(request(principal(), call), {} as CompiledAgent, now).outcome).toBe("deny");
  });

  test("never throws and never allows on arbitrary JSON in the place of a request", () => {
    const { agent } = engine(
      shipped,
      principal(),
      mandate({ tools: ["payments.transfer", "mail.send"], recipients: ["*@acme.example"] }),
    );
    fc.assert(
      fc.property(
        fc.jsonValue(),
        fc.jsonValue(),
        fc.jsonValue(),
        fc.constantFrom<unknown>("payments.transfer", "mail.send", 5, null, {}),
        (args, resource, context, name) => {
          const asked = { principal: agent.principal, action: { tool: name }, arguments: args, resource, context };
          expect(evaluate(asked as never, agent, now).outcome).not.toBe("allow");
          expect(evaluate(args as never, agent, now).outcome).toBe("deny");
        },
      ),
      { numRuns: 500 },
    );
  });

  test("never throws whatever stands in the arguments of a real tool", () => {
    const { ask } = engine(
      shipped,
      principal({ tier: "T4" }),
      mandate({ tools: ["payments.transfer", "mail.send", "web.post"], recipients: ["*"], hosts: [{ host: "*" }] }),
    );
    const key = fc.constantFrom("to", "cc", "amount", "currency", "url", "subject", "body", "content", "__proto__");
    fc.assert(
      fc.property(
        fc.constantFrom("payments.transfer", "mail.send", "web.post"),
        fc.dictionary(key, fc.jsonValue() as fc.Arbitrary<Json>),
        (name, args) => {
          const answer = ask({ tool: name, arguments: args });
          expect(answer.reasons.length).toBeGreaterThan(0);
          expect(codes(answer)).not.toContain("engine.error");
        },
      ),
      { numRuns: 1000 },
    );
  });
});

// ── Properties over generated policies ──────────────────────────────────────────────────────────────────────────

const all = mandate({
  tools: (tools as { name: string }[]).map(({ name }) => name),
  recipients: ["DE89", "*@acme.example"],
});
const anyTier = fc.constantFrom(...tierKeys);
const amount = fc.oneof(
  fc.constantFrom("0", "400.00", "500.00", "500.01", "9999.99", "60000", "-1", "1e3", "x"),
  fc.double({ min: 0, max: 100_000, noNaN: true }).map((value) => Number(value.toFixed(2))),
);
const anyCall: fc.Arbitrary<Call> = fc.oneof(
  fc
    .record(
      { to: fc.constantFrom("DE89", "US133"), amount, currency: fc.constantFrom("EUR", "USD", "ZZZ") },
      { requiredKeys: [] },
    )
    .map((args) => ({ tool: "payments.transfer", arguments: args as never })),
  fc
    .record(
      {
        to: fc.constantFrom("bob@acme.example", "eve@evil.example", ["bob@acme.example"]),
        bcc: fc.constant("eve@evil.example"),
        body: fc.constantFrom("hello", "www.evil.example", "my password"),
      },
      { requiredKeys: [] },
    )
    .map((args) => ({ tool: "mail.send", arguments: args as never })),
  fc.constantFrom("files.delete", "shell.run", "notes.append", "crm.read", "nothing").map((name) => ({ tool: name })),
);
const when: fc.Arbitrary<Guardrail["when"]> = fc.oneof(
  fc.record({
    attribute: fc.constant("action.effect"),
    operator: fc.constantFrom("eq", "neq"),
    value: fc.constantFrom("read", "external", "financial"),
  }) as fc.Arbitrary<Guardrail["when"]>,
  fc.record({
    attribute: fc.constantFrom("arguments/to", "arguments/bcc"),
    operator: fc.constantFrom("eq", "glob"),
    value: fc.constantFrom("DE89", "*@evil.example"),
  }) as fc.Arbitrary<Guardrail["when"]>,
  fc.record({
    attribute: fc.constant("action.amount"),
    operator: fc.constant("gt"),
    value: fc.constant({ amount: "100.00", currency: "EUR" }),
  }) as fc.Arbitrary<Guardrail["when"]>,
);
const anyGuardrail = (effect: Guardrail["effect"]) =>
  when.map(
    (condition): Guardrail => ({
      id: "planted",
      name: "planted",
      when: condition,
      effect,
      mode: "enforce",
      message: "planted",
    }),
  );

function answerOf(set: PolicySet, tier: Principal["tier"], call: Call, granted = all): Evaluation {
  return engine(set, principal({ tier }), granted).ask(call);
}

test("adding a rule that denies or asks never makes an answer more permissive", () => {
  const ask = { approval: { quorum: 1, groups: [], expiresIn: 600, stepUp: false, selfApproval: false as const } };
  fc.assert(
    fc.property(anyTier, anyCall, fc.oneof(anyGuardrail("deny"), anyGuardrail(ask)), (tier, call, planted) => {
      const before = answerOf(shipped, tier, call);
      const after = answerOf({ ...shipped, guardrails: [...shipped.guardrails, planted] }, tier, call);
      expect(strictness[after.outcome]).toBeGreaterThanOrEqual(strictness[before.outcome]);
      if (before.approval && after.approval)
        expect(after.approval.quorum).toBeGreaterThanOrEqual(before.approval.quorum);
    }),
  );
});

test("a rule in shadow decides nothing and says what it would have done", () => {
  fc.assert(
    fc.property(anyTier, anyCall, anyGuardrail("deny"), (tier, call, planted) => {
      const before = answerOf(shipped, tier, call);
      const shadow = answerOf(
        { ...shipped, guardrails: [...shipped.guardrails, { ...planted, mode: "shadow" }] },
        tier,
        call,
      );
      const enforced = answerOf({ ...shipped, guardrails: [...shipped.guardrails, planted] }, tier, call);
      expect([shadow.outcome, shadow.approval]).toEqual([before.outcome, before.approval]);
      expect(shadow.wouldBe).toBe(enforced.outcome === before.outcome ? null : enforced.outcome);
    }),
  );
});

test("the order of guardrails changes neither outcome nor who must approve", () => {
  fc.assert(
    fc.property(anyTier, anyCall, (tier, call) => {
      const one = answerOf(shipped, tier, call);
      const other = answerOf({ ...shipped, guardrails: shipped.guardrails.toReversed() }, tier, call);
      expect([other.outcome, other.approval]).toEqual([one.outcome, one.approval]);
    }),
  );
});

test("narrowing a mandate never widens what an agent may do", () => {
  const narrowing = fc.record(
    {
      tools: fc.subarray(all.tools),
      hours: fc.constant([{ timeZone: "UTC", days: ["sun" as const], from: "01:00", to: "02:00" }]),
      purposes: fc.constant(["support"]),
      regions: fc.constant(["eu"]),
      budgets: fc.constant([{ window: "day" as const, amount: "100.00", currency: "EUR" }]),
      limits: fc.constant([{ tool: "payments.transfer", upTo: "10.00", currency: "EUR" }]),
      hosts: fc.constant([{ host: "api.acme.example" }]),
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(anyTier, anyCall, narrowing, (tier, call, narrower) => {
      const before = answerOf(shipped, tier, call);
      const after = answerOf(shipped, tier, call, mandate({ ...all, ...narrower }));
      expect(strictness[after.outcome]).toBeGreaterThanOrEqual(strictness[before.outcome]);
    }),
  );
});

test("T16 leaving an argument or a fact out never turns another answer into allow", () => {
  fc.assert(
    fc.property(anyTier, anyCall, fc.constantFrom("to", "amount", "currency", "body"), (tier, call, name) => {
      const before = answerOf(shipped, tier, call);
      // Leaving out a hidden copy does make a call milder; what the tier and the conditions need does not.
      const { [name]: _left, ...args } = call.arguments ?? {};
      if (name === "body" || before.outcome === "allow") return;
      expect(answerOf(shipped, tier, { ...call, arguments: args }).outcome).not.toBe("allow");
    }),
  );
});

test("the same request, agent and time give the same answer", () => {
  fc.assert(
    fc.property(anyTier, anyCall, (tier, call) => {
      const { ask } = engine(shipped, principal({ tier }), all);
      expect(ask(call)).toEqual(ask(call));
    }),
  );
});

test("a mandate compiled for one agent does not depend on another", () => {
  const compiled = compilePolicy(shipped);
  const narrow = compileAgent(compiled, { principal: principal(), mandate: mandate({ tools: [] }) });
  const wide = compileAgent(compiled, { principal: principal(), mandate: all });
  expect(evaluate(request(principal(), { tool: "crm.read" }), narrow, now).outcome).toBe("deny");
  expect(evaluate(request(principal(), { tool: "crm.read" }), wide, now).outcome).toBe("allow");
});
