import fc from "fast-check";
import { expect, test } from "vitest";
import type { RuleContext } from "./attributes";
import { FALSE, prepareCondition, specialize } from "./conditions";
import { compileFacts } from "./facts";
import { indexGuardrails } from "./guardrail-index";
import { compileKnowledge } from "./knowledge";
import { combine } from "./merge";
import type { ApprovalSpec, Condition, Guardrail } from "./schema";
import { mandate, now, principal, request, tool } from "./testdata/build";
import type { Finding } from "./types";

const send = tool({ name: "send", effect: "external", argumentRoles: { recipient: "/to" } });
const spec = (quorum: number, groups: string[]): ApprovalSpec => ({
  quorum,
  groups,
  expiresIn: 600,
  stepUp: false,
  selfApproval: false,
});

const scalar = fc.constantFrom("a", "b", "send", "agt_1", "T3", "external", 1, 2, true);
const leaf: fc.Arbitrary<Condition> = fc.oneof(
  fc.record({
    attribute: fc.constantFrom("arguments/x", "arguments/y", "arguments/to", "context.purpose"),
    operator: fc.constantFrom("eq", "neq"),
    value: scalar,
  }) as fc.Arbitrary<Condition>,
  fc.record({
    attribute: fc.constantFrom("arguments/x", "arguments/y"),
    operator: fc.constantFrom("in", "notIn"),
    value: fc.array(scalar, { minLength: 1, maxLength: 3 }),
  }) as fc.Arbitrary<Condition>,
  fc.record({
    attribute: fc.constantFrom(
      "principal.agentId",
      "action.tool",
      "principal.tier",
      "action.effect",
      "action.recipients",
      "principal.region",
      "resource.id",
    ),
    operator: fc.constantFrom("eq", "neq"),
    value: fc.constantFrom("a", "b", "send", "agt_1", "T3", "external"),
  }) as fc.Arbitrary<Condition>,
  fc.record({
    attribute: fc.constantFrom("arguments/x", "arguments/zz"),
    operator: fc.constant("exists"),
  }) as fc.Arbitrary<Condition>,
);
const condition: fc.Arbitrary<Condition> = fc.oneof(
  leaf,
  fc.array(leaf, { minLength: 1, maxLength: 3 }).map((all) => ({ all })),
  fc.array(leaf, { minLength: 1, maxLength: 3 }).map((any) => ({ any })),
  leaf.map((not) => ({ not })),
  // Branches about one attribute, as in "tool a with …, or tool b".
  fc.tuple(leaf, leaf, fc.constantFrom("action.tool", "arguments/x")).map(([one, two, attribute]) => ({
    any: [
      { all: [{ attribute, operator: "eq" as const, value: "a" }, one] },
      { all: [{ attribute, operator: "eq" as const, value: "send" }, two] },
    ],
  })),
  fc.tuple(leaf, leaf, leaf).map(([one, two, three]) => ({ all: [one, { any: [two, { not: three }] }] })),
);
const effect: fc.Arbitrary<Guardrail["effect"]> = fc.oneof(
  fc.constant<"deny">("deny"),
  fc
    .record({ quorum: fc.integer({ min: 1, max: 3 }), groups: fc.subarray(["finance", "legal"]) })
    .map(({ quorum, groups }) => ({ approval: spec(quorum, groups) })),
);
const guardrails = (minLength: number) =>
  fc
    .array(
      fc.record({
        when: condition,
        effect,
        mode: fc.constantFrom<"enforce" | "shadow">("enforce", "enforce", "shadow"),
      }),
      { minLength, maxLength: 40 },
    )
    .map((all) =>
      all.map((part, index): Guardrail => ({ id: `r${index}`, name: `r${index}`, message: `rule ${index}`, ...part })),
    );
const argument = fc.oneof(
  scalar,
  fc.constantFrom(null, []),
  fc.array(scalar, { maxLength: 2 }),
  fc.constant({ deep: 1 }),
);
const call = fc.record({
  arguments: fc.dictionary(fc.constantFrom("x", "y", "to"), argument, { maxKeys: 3 }),
  resource: fc.option(fc.record({ id: fc.constantFrom("a", "b") }), { nil: undefined }),
  purpose: fc.option(fc.constantFrom("a", "b"), { nil: undefined }),
});

function contextOf(asked: {
  arguments: object;
  resource?: { id: string } | undefined;
  purpose?: string | undefined;
}): RuleContext {
  const full = request(principal(), {
    tool: "send",
    arguments: asked.arguments as never,
    resource: asked.resource ?? {},
    context: { purpose: asked.purpose },
  });
  const knowledge = compileKnowledge(mandate({ tools: ["send"] }));
  return {
    request: full,
    tool: send,
    now,
    derived: compileFacts(send)(full),
    knowledge,
    rates: undefined,
    notAfter: Number.POSITIVE_INFINITY,
  };
}

/** Every rule, one by one: what the index must come to. */
function oneByOne(all: readonly Guardrail[], context: RuleContext): Finding[] {
  return all.flatMap((rule): Finding[] => {
    const test = specialize(prepareCondition(rule.when, { lists: {} }), () => null);
    const fires = (test.constant === null ? test.run(context) : test.constant) !== FALSE;
    if (!fires) return [];
    const made: Finding = {
      layer: "guardrail",
      ruleId: rule.id,
      effect: rule.effect === "deny" ? "deny" : "approval",
      code: "",
      message: "",
    };
    if (rule.effect !== "deny") made.approval = rule.effect.approval;
    if (rule.mode === "shadow") made.mode = "shadow";
    return [made];
  });
}

const voices: Finding[] = [
  { layer: "mandate", ruleId: "", effect: "allow", code: "", message: "" },
  { layer: "tier", ruleId: "", effect: "allow", code: "", message: "" },
];

test.each([0, 12])("the index comes to the same answer as looking at every rule (at least %i rules)", (least) => {
  fc.assert(
    fc.property(guardrails(least), call, (all, asked) => {
      const table = indexGuardrails(all, { lists: {} }).tableFor(principal(), send);
      const found: Finding[] = [];
      table?.(contextOf(asked), found);
      for (const withShadow of [false, true]) {
        expect(combine([...voices, ...found], withShadow)).toEqual(
          combine([...voices, ...oneByOne(all, contextOf(asked))], withShadow),
        );
      }
    }),
    { numRuns: 1000 },
  );
});

test("T14 a rule that cannot be judged is never passed over where it is filed", () => {
  const broken: Condition = { attribute: "arguments/x", operator: "matchesList", value: "gone" };
  const rule = (id: string, when: Condition): Guardrail => ({
    id,
    name: id,
    message: id,
    when,
    effect: "deny",
    mode: "enforce",
  });
  const filler = Array.from({ length: 20 }, (_, index) =>
    rule(`f${index}`, {
      all: [
        { attribute: "arguments/y", operator: "eq", value: `v${index}` },
        { attribute: "arguments/y", operator: "exists" },
      ],
    }),
  );
  for (const when of [
    broken,
    { all: [{ attribute: "action.tool", operator: "eq", value: "send" }, broken] },
    { all: [{ attribute: "arguments/y", operator: "eq", value: "y" }, broken] },
    { any: [broken] },
    { not: broken },
  ] as Condition[]) {
    const found: Finding[] = [];
    indexGuardrails([...filler, rule("broken", when)], { lists: {} }).tableFor(principal(), send)?.(
      contextOf({ arguments: { y: "y" } }),
      found,
    );
    expect(found.map(({ ruleId, effect: said, code }) => [ruleId, said, code])).toEqual([
      ["broken", "deny", "engine.rule_error"],
    ]);
  }
});

test("a rule that fires says its own message, and one in doubt says why it counts", () => {
  const rule: Guardrail = {
    id: "r",
    name: "r",
    message: "no",
    when: { attribute: "arguments/x", operator: "eq", value: "a" },
    effect: "deny",
    mode: "enforce",
  };
  const table = indexGuardrails([rule], { lists: {} }).tableFor(principal(), send);
  const fired: Finding[] = [];
  table?.(contextOf({ arguments: { x: "a" } }), fired);
  const doubted: Finding[] = [];
  table?.(contextOf({ arguments: {} }), doubted);
  expect([fired[0]?.code, fired[0]?.message]).toEqual(["guardrail.r", "no"]);
  expect(doubted[0]?.message).toContain("missing");
});

test("a hundred rules about one missing argument are said as one, with the strictest approval", () => {
  const all = Array.from(
    { length: 100 },
    (_, index): Guardrail => ({
      id: `r${index}`,
      name: `r${index}`,
      message: `rule ${index}`,
      when: { attribute: "arguments/x", operator: "eq", value: `v${index}` },
      effect: { approval: spec(1 + (index % 3), index % 2 ? ["finance"] : ["legal"]) },
      mode: "enforce",
    }),
  );
  const found: Finding[] = [];
  indexGuardrails(all, { lists: {} }).tableFor(principal(), send)?.(contextOf({ arguments: {} }), found);
  expect(found).toHaveLength(1);
  expect(found[0]?.approval).toMatchObject({ quorum: 3, groups: ["finance", "legal"] });
  const one: Finding[] = [];
  indexGuardrails(all, { lists: {} }).tableFor(principal(), send)?.(contextOf({ arguments: { x: "v7" } }), one);
  expect(one.map((finding) => finding.ruleId)).toEqual(["r7"]);
});
