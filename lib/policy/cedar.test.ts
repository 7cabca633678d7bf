import * as cedar from "@cedar-policy/cedar-wasm/nodejs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type CedarExport, exportCedar } from "./cedar";
import { type CedarHeld, cedarRequest } from "./cedar-request";
import { compileAgent, compilePolicy } from "./compile";
import { evaluate } from "./evaluate";
import { type ApprovalSpec, type Mandate, type PolicySet, tierKeys } from "./schema";
import { type Call, mandate, now, policy, principal, request, tool } from "./testdata/build";
import { anyCall, anyMandate, anyPolicy, anyPrincipal } from "./testdata/generate";
import type { CompiledAgent, Outcome, PolicyRequest, Principal } from "./types";

const widest: CedarHeld["approval"] = {
  quorum: 10,
  groups: ["finance", "legal", "operations", "security"],
  stepUp: true,
};

/** Countersign's engine and Cedar's beside each other, for one agent. */
function bothEngines(set: PolicySet, who: Principal, granted: Mandate) {
  const compiled = compilePolicy(set);
  const agent = compileAgent(compiled, { principal: who, mandate: granted });
  const exported = exportCedar(compiled, { principal: who, mandate: granted });
  const parsed = cedar.preparsePolicySet("agent", { staticPolicies: exported.policies });
  if (parsed.type !== "success") throw new Error(`${parsed.errors[0]?.message}\n${exported.policies}`);
  return { agent, exported, asks: (call: Call) => request(who, call) };
}

function cedarAllows(exported: CedarExport, agent: CompiledAgent, asked: PolicyRequest, held: CedarHeld = {}): boolean {
  const question = cedarRequest(exported, agent, asked, now, held);
  if (question === null) return false;
  const near = exported.entities.filter(
    ({ uid }) => uid.type !== "Countersign::Tool" || uid.id === question.resource.id,
  );
  const answer = cedar.statefulIsAuthorized({ ...question, entities: near, preparsedPolicySetId: "agent" });
  if (answer.type !== "success") throw new Error(answer.errors[0]?.message);
  // A policy that errs is passed over by Cedar, which for a `forbid` would be silence.
  expect(answer.response.diagnostics.errors).toEqual([]);
  return answer.response.decision === "allow";
}

/** One question without an approval and, where that is refused, one with. */
function cedarOutcome(
  exported: CedarExport,
  agent: CompiledAgent,
  asked: PolicyRequest,
  exhausted: string[] = [],
): Outcome {
  if (cedarAllows(exported, agent, asked, { exhausted })) return "allow";
  return cedarAllows(exported, agent, asked, { exhausted, approval: widest }) ? "approval_required" : "deny";
}

/** Every way in which an approval can fall one step short of what is asked. */
function lesser({ quorum, groups, stepUp }: ApprovalSpec): NonNullable<CedarHeld["approval"]>[] {
  return [
    ...(quorum > 1 ? [{ quorum: quorum - 1, groups, stepUp }] : []),
    ...groups.map((left) => ({ quorum, groups: groups.filter((group) => group !== left), stepUp })),
    ...(stepUp ? [{ quorum, groups, stepUp: false }] : []),
  ];
}

describe("the engine and Cedar agree", () => {
  test("at least 20,000 generated requests are answered alike by evaluate and by Cedar", () => {
    const seen = { allow: 0, approval_required: 0, deny: 0 };
    let sets = 0;
    let approvals = 0;
    const agent = anyPolicy.chain((set) =>
      fc.tuple(fc.constant(set), anyPrincipal(set.tiers[0]?.key ?? "T3"), anyMandate),
    );
    fc.assert(
      fc.property(agent, fc.array(anyCall, { minLength: 70, maxLength: 70 }), ([set, who, granted], calls) => {
        sets++;
        const both = bothEngines(set, who, granted);
        for (const call of calls) {
          const asked = both.asks(call);
          const ours = evaluate(asked, both.agent, now);
          const theirs = cedarOutcome(both.exported, both.agent, asked);
          if (theirs !== ours.outcome) {
            const reasons = ours.reasons.map(({ code, ruleId }) => `${code} (${ruleId})`).join(", ");
            throw new Error(
              `Countersign says ${ours.outcome}: ${reasons}; Cedar says ${theirs}, asked ${JSON.stringify(call)} of\n${both.exported.policies}`,
            );
          }
          seen[ours.outcome]++;
          // The approval asked for is exactly what lifts every `forbid`: it suffices, and nothing less does.
          if (ours.approval && approvals++ % 4 === 0) {
            const { approval } = ours;
            expect(cedarAllows(both.exported, both.agent, asked, { approval })).toBe(true);
            for (const less of lesser(approval))
              expect(cedarAllows(both.exported, both.agent, asked, { approval: less })).toBe(false);
          }
        }
      }),
      { numRuns: 290 },
    );
    const compared = seen.allow + seen.approval_required + seen.deny;
    console.log(
      `${compared} comparisons with Cedar ${cedar.getCedarVersion()} over ${sets} policy sets: ${seen.allow} allow, ${seen.approval_required} approval_required, ${seen.deny} deny; no difference`,
    );
    expect(compared).toBeGreaterThanOrEqual(20_000);
    // A comparison of denials alone would prove little.
    expect(seen.allow).toBeGreaterThan(compared / 50);
    expect(seen.approval_required).toBeGreaterThan(compared / 50);
  }, 600_000);

  test("policies, entities and requests hold to the schema in Cedar's strict mode", () => {
    const agent = anyPolicy.chain((set) =>
      fc.tuple(fc.constant(set), anyPrincipal(set.tiers[0]?.key ?? "T3"), anyMandate),
    );
    fc.assert(
      fc.property(agent, fc.array(anyCall, { minLength: 3, maxLength: 3 }), ([set, who, granted], calls) => {
        const { agent, exported, asks } = bothEngines(set, who, granted);
        const { schema, policies, entities } = exported;
        const checked = cedar.validate({
          schema,
          policies: { staticPolicies: policies },
          validationSettings: { mode: "strict" },
        });
        expect(checked).toMatchObject({ type: "success", validationErrors: [] });
        expect(cedar.checkParseEntities({ schema, entities })).toEqual({ type: "success" });
        for (const call of calls) {
          const question = cedarRequest(exported, agent, asks(call), now, { approval: widest });
          if (question === null || !granted.tools.includes(call.tool)) continue;
          const { action, context } = question;
          expect(cedar.checkParseContext({ schema, action, context })).toEqual({ type: "success" });
        }
      }),
      { numRuns: 60 },
    );
  });

  test("the shipped policy reads the same in Cedar, tier by tier", () => {
    const transfer = tool({
      name: "payments.transfer",
      effect: "financial",
      currency: "EUR",
      argumentRoles: { amount: "/amount", recipient: "/to" },
    });
    const granted = mandate({ tools: ["payments.transfer"], recipients: ["*@acme.example"] });
    const answers = tierKeys.map((tier) => {
      const { agent, exported, asks } = bothEngines(policy({ tools: [transfer] }), principal({ tier }), granted);
      return ["500.00", "500.01", "50000.00", "50000.01"].map((amount) => {
        const asked = asks({ tool: "payments.transfer", arguments: { amount, to: "ana@acme.example" } });
        const outcome = cedarOutcome(exported, agent, asked);
        expect(outcome).toBe(evaluate(asked, agent, now).outcome);
        return outcome;
      });
    });
    expect(answers).toEqual([
      ["deny", "deny", "deny", "deny"],
      ["deny", "deny", "deny", "deny"],
      ["approval_required", "approval_required", "approval_required", "deny"],
      ["allow", "approval_required", "approval_required", "deny"],
      ["allow", "allow", "approval_required", "approval_required"],
    ]);
  });

  test("a budget the log refused denies in Cedar too", () => {
    const set = policy({ tools: [tool({ name: "note", effect: "write" })] });
    const granted = mandate({ tools: ["note"], budgets: [{ window: "day", count: 3 }] });
    const { agent, exported, asks } = bothEngines(set, principal({ tier: "T4" }), granted);
    expect(cedarOutcome(exported, agent, asks({ tool: "note" }))).toBe("allow");
    expect(cedarOutcome(exported, agent, asks({ tool: "note" }), ["mandate.budgets.0"])).toBe("deny");
  });

  test("a name that closes a string in Cedar stays a name", () => {
    const name = 'x") permit (principal, action, resource); //\n permit (principal, action, resource);';
    const set = policy({
      tools: [tool({ name: "note", effect: "write" })],
      guardrails: [
        {
          id: "g",
          name,
          when: { attribute: "arguments/x", operator: "eq", value: name },
          effect: "deny",
          message: name,
        },
      ],
    });
    const { agent, exported, asks } = bothEngines(set, principal({ agentId: name }), mandate({ tools: [] }));
    expect(cedarOutcome(exported, agent, asks({ tool: "note", arguments: { x: "y" } }))).toBe("deny");
  });
});
