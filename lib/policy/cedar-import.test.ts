import * as cedar from "@cedar-policy/cedar-wasm/nodejs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { exportCedar } from "./cedar";
import { importCedar } from "./cedar-import";
import { compileAgent, compilePolicy } from "./compile";
import { defaultPolicySet } from "./defaults";
import { evaluate } from "./evaluate";
import { now, request } from "./testdata/build";
import { anyCall, anyMandate, anyPolicy, anyPrincipal } from "./testdata/generate";
import { validatePolicySet } from "./validate";

const { escalation } = defaultPolicySet();
const read = (text: string) => importCedar(text, { lists: { blocked: { kind: "exact", values: ["x"] } }, escalation });

test("a forbid becomes a guardrail that denies, and one that an approval lifts becomes one that asks", () => {
  const { guardrails, problems } = read(`// Two rules of an organization.
@id("no-deletes")
@name("Nothing is deleted in production")
forbid (principal, action == Countersign::Action::"call", resource)
when { resource.effect == "destructive" && principal.environment == "production" };

@id("large-payments")
@expiresIn("3600")
forbid (principal, action, resource == Countersign::Tool::"payments.transfer")
when { context.call has amount && context.call.amount has EUR && context.call.amount.EUR > 100000 }
unless { context has approval && context.approval.quorum >= 2 && context.approval.groups.containsAll(["finance"]) };
`);
  expect(problems).toEqual([]);
  expect(guardrails).toMatchObject([
    {
      id: "no-deletes",
      name: "Nothing is deleted in production",
      effect: "deny",
      when: {
        all: [
          { attribute: "action.effect", operator: "eq", value: "destructive" },
          { attribute: "principal.environment", operator: "eq", value: "production" },
        ],
      },
    },
    {
      id: "large-payments",
      effect: { approval: { quorum: 2, groups: ["finance"], expiresIn: 3600, selfApproval: false } },
    },
  ]);
  expect(JSON.stringify(guardrails[1]?.when)).toContain('{"amount":"1000.00","currency":"EUR"}');
  const set = { ...defaultPolicySet(), guardrails };
  expect(validatePolicySet(set).filter(({ severity }) => severity === "error")).toEqual([]);
});

describe("what the model cannot hold is refused with its line, and nothing is left out in silence", () => {
  test.each([
    ["permit (principal, action, resource);", 1, /a `permit` has no place here/],
    [
      'forbid (principal, action, resource)\nwhen {\n  principal.mood == "good"\n};',
      3,
      /no attribute `principal.mood`/,
    ],
    ["forbid (principal, action, resource)\nwhen {\n  context.now > 5 + 4\n};", 3, /`\+` is not/],
    ["forbid (principal, action, resource)\nwhen {\n  if true then true else false\n};", 3, /if … then … else/],
    ['forbid (principal in Group::"x", action, resource);', 1, /who it is about/],
    ['forbid (principal == Acme::Bot::"x", action, resource);', 1, /`Acme::Bot` is not known/],
    ['forbid (principal, action == Action::"view", resource);', 1, /`Action` is not known/],
    ["forbid (principal == ?principal, action, resource);", 1, /template/],
    [
      'forbid (principal, action, resource) when {\n Countersign::List::"nowhere".values.contains(principal.agentId) };',
      1,
      /no list `nowhere`/,
    ],
    ["forbid (principal, action, resource)\nwhen { context.call.amount.EUR > -1 };", 2, /minor units/],
    [
      'forbid (principal, action, resource)\nwhen { true }\nunless { context has approval && context.approval.by == "ana" };',
      3,
      /approval is asked with/,
    ],
    ["\n\nforbid (principal, action, resource) when { principal.x = 3 };", 3, /valid operator/],
    ["// nothing", 1, /no policy/],
  ])("%s", (text, line, message) => {
    const { guardrails, problems } = read(text);
    expect(guardrails).toEqual([]);
    expect(problems).toHaveLength(1);
    expect(problems[0]?.message).toMatch(message);
    expect(problems[0]?.line).toBe(line);
  });

  test("a policy beside a broken one is still read", () => {
    const { guardrails, problems } = read(
      'permit (principal, action, resource);\n@id("a")\nforbid (principal, action, resource) when { resource.reversible == false };',
    );
    expect([guardrails.map(({ id }) => id), problems.map(({ line }) => line)]).toEqual([["a"], [1]]);
  });

  test("two policies of one id are one too many", () => {
    const one = '@id("a")\nforbid (principal, action, resource);\n';
    expect(read(one + one)).toMatchObject({ guardrails: [{ id: "a" }], problems: [{ line: 3 }] });
  });
});

test("guardrails that went out as Cedar and came back decide as they did", () => {
  let compared = 0;
  const agent = anyPolicy.chain((set) =>
    fc.tuple(fc.constant(set), anyPrincipal(set.tiers[0]?.key ?? "T3"), anyMandate),
  );
  fc.assert(
    fc.property(agent, fc.array(anyCall, { minLength: 20, maxLength: 20 }), ([set, principal, mandate], calls) => {
      const policy = compilePolicy(set);
      const { policies } = exportCedar(policy, { principal, mandate });
      const parts = cedar.policySetTextToParts(policies);
      if (parts.type === "failure") throw new Error("the export is not Cedar");
      const text = parts.policies.filter((one) => one.includes('@layer("guardrail")')).join("\n");
      const { guardrails, problems } = importCedar(text, { lists: set.lists ?? {}, escalation: set.escalation });
      expect(problems.filter(({ message }) => !/no policy in this file|#[0-9]+` is none/.test(message))).toEqual([]);
      if (problems.some(({ message }) => message.includes("is none"))) return;
      const before = compileAgent(policy, { principal, mandate });
      const after = compileAgent(compilePolicy({ ...set, guardrails }), { principal, mandate });
      for (const call of calls) {
        const asked = request(principal, call);
        const [one, other] = [evaluate(asked, before, now), evaluate(asked, after, now)];
        compared++;
        expect(other.outcome, JSON.stringify({ call, guardrails, before: set.guardrails })).toBe(one.outcome);
      }
    }),
    { numRuns: 100, endOnFailure: true },
  );
  expect(compared).toBeGreaterThan(1_000);
});
