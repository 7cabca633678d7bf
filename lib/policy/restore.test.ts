import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { defaultPolicySet } from "./defaults";
import { diffPolicies, loosens } from "./diff";
import { contentOf } from "./draft-content";
import { restoreLoosened } from "./restore";
import type { Band, Guardrail, PolicySet } from "./schema";
import { stricterBands } from "./stricter-bands";
import { engine, mandate, policy, principal, tool } from "./testdata/build";

const pay = tool({
  name: "pay",
  effect: "financial",
  argumentRoles: { amount: "/amount", currency: "/currency", recipient: "/to" },
});
const spec = (quorum: number, groups: string[] = []) => ({
  approval: { quorum, groups, expiresIn: 3600, stepUp: false, selfApproval: false as const },
});
const rates = { base: "EUR", maxAgeDays: 30, tables: [{ date: "2026-11-19", rates: { USD: "1.25" } }] };

const band: fc.Arbitrary<Band> = fc
  .record({
    limit: fc.option(
      fc.record({ upTo: fc.constantFrom("1.00", "5.00", "9.00"), currency: fc.constantFrom("EUR", "USD") }),
    ),
    purpose: fc.option(fc.constantFrom("a", "b")),
    then: fc.constantFrom<Band["then"]>("allow", "deny", spec(1), spec(2, ["finance"])),
  })
  .map(({ limit, purpose, then }) => ({
    ...limit,
    ...(purpose === null ? {} : { when: { attribute: "context.purpose", operator: "eq" as const, value: purpose } }),
    then,
  }));
const bands = fc.array(band, { maxLength: 4 });

function answer(list: readonly Band[], call: { amount: string; currency: string; purpose: string | null }) {
  const set = policy({ tools: [pay], rates, guardrails: [] });
  const tier = set.tiers.find(({ key }) => key === "T3") as PolicySet["tiers"][number];
  tier.effects.financial = [...list];
  const { amount, currency, purpose } = call;
  const context = purpose === null ? {} : { purpose };
  return engine(set, principal(), mandate({ tools: ["pay"] })).ask({
    tool: "pay",
    arguments: { amount, currency },
    context,
  });
}
const rank = { allow: 0, approval_required: 1, deny: 2 };

test("bands made of two lists are as strict as the stricter of the two, and exactly so where nothing is in doubt", () => {
  const call = fc.record({
    amount: fc.constantFrom("0.50", "1.00", "1.01", "4.00", "5.00", "6.25", "9.00", "20.00"),
    currency: fc.constantFrom("EUR", "USD"),
    purpose: fc.constantFrom("a", "b", "c", null),
  });
  fc.assert(
    fc.property(bands, bands, fc.array(call, { minLength: 5, maxLength: 10 }), (one, other, calls) => {
      const both = stricterBands(one, other) as Band[];
      for (const asked of calls) {
        const [first, second, made] = [answer(one, asked), answer(other, asked), answer(both, asked)];
        const stricter = Math.max(rank[first.outcome], rank[second.outcome]);
        expect(rank[made.outcome]).toBeGreaterThanOrEqual(stricter);
        if (asked.purpose !== null) expect(rank[made.outcome]).toBe(stricter);
      }
    }),
    { numRuns: 60 },
  );
});

test("bands of two lists are short and say what each said alone when the other adds nothing", () => {
  const list: Band[] = [{ upTo: "500.00", currency: "EUR", then: "allow" }, { then: spec(1) }];
  expect(stricterBands(list, list)).toEqual(list);
  expect(stricterBands(list, [{ then: "allow" }])).toEqual(list);
  expect(stricterBands(list, [])).toEqual([{ upTo: "500.00", currency: "EUR", then: "deny" }, { then: "deny" }]);
});

describe("when the time of a loosening is over", () => {
  const before = policy({ tools: [pay] });
  const t3 = (set: PolicySet) => set.tiers.find(({ key }) => key === "T3") as PolicySet["tiers"][number];
  const change = (set: PolicySet, edit: (next: PolicySet) => void) => {
    const next = structuredClone(set);
    edit(next);
    return next;
  };
  const limit = (upTo: string) => (set: PolicySet) => Object.assign(t3(set).effects.financial[0] as Band, { upTo });
  const path = "/tiers/T3/effects/financial";

  test("nothing is left of it where nothing else happened", () => {
    const after = change(before, limit("900.00"));
    expect(restoreLoosened(before, after, after, [path])).toEqual(contentOf(before));
  });

  test("a cell that was tightened below what it was before stays, one tightened only in part becomes the stricter of both", () => {
    const after = change(before, limit("900.00"));
    const lower = change(after, limit("100.00"));
    expect(restoreLoosened(before, after, lower, [path])).toEqual(contentOf(lower));
    const mixed = change(after, (set) => {
      t3(set).effects.financial[1] = { upTo: "2000.00", currency: "EUR", then: spec(2, ["finance"]) };
    });
    const restored = { ...mixed, ...restoreLoosened(before, after, mixed, [path]) };
    expect(loosens(diffPolicies(before, restored, []))).toBe(false);
    expect(loosens(diffPolicies(mixed, restored, []))).toBe(false);
    expect(t3(restored).effects.financial[0]).toMatchObject({ upTo: "500.00", then: "allow" });
  });

  test("a guardrail that was taken away for a time comes back, beside what was changed in it since", () => {
    const after = change(before, (set) => void set.guardrails.splice(0, 1));
    const [gone] = before.guardrails as [Guardrail];
    expect(restoreLoosened(before, after, after, [`/guardrails/${gone.id}`]).guardrails).toContainEqual(gone);
    const weaker = change(before, (set) => Object.assign(set.guardrails[0] as Guardrail, { effect: spec(1) }));
    const since = change(weaker, (set) =>
      Object.assign(set.guardrails[0] as Guardrail, {
        when: { attribute: "action.effect", operator: "eq", value: "destructive" },
      }),
    );
    const restored = { ...since, ...restoreLoosened(before, weaker, since, [`/guardrails/${gone.id}`]) };
    expect(loosens(diffPolicies(before, restored, []))).toBe(false);
    expect(loosens(diffPolicies(since, restored, []))).toBe(false);
  });

  test("what it tightened, and what is elsewhere, is not touched", () => {
    const after = change(before, (set) => {
      limit("900.00")(set);
      set.escalation.quorum = 3;
    });
    const since = change(after, (set) => void set.guardrails.splice(0, 1));
    const restored = restoreLoosened(before, after, since, [path]);
    expect([restored.escalation.quorum, restored.guardrails.length]).toEqual([
      3,
      defaultPolicySet().guardrails.length - 1,
    ]);
  });
});
