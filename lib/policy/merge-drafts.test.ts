import fc from "fast-check";
import { expect, test } from "vitest";
import { cellsOf, fromCells, sameValue } from "./cells";
import { defaultPolicySet } from "./defaults";
import { contentOf, type PolicyDraftContent, policyDraftContent } from "./draft-content";
import { mergeDrafts } from "./merge-drafts";
import { effectClasses, tierKeys } from "./schema";

const base = contentOf(defaultPolicySet());

/** One edit of one cell: bands, a tool's bands, a guardrail, a list, the escalation, a name. */
const edit = fc.oneof(
  fc.record({
    kind: fc.constant("bands" as const),
    tier: fc.constantFrom(...tierKeys),
    effect: fc.constantFrom(...effectClasses),
    then: fc.constantFrom("allow" as const, "deny" as const),
  }),
  fc.record({
    kind: fc.constant("tool" as const),
    tier: fc.constantFrom(...tierKeys),
    tool: fc.constantFrom("a/b", "c.d"),
  }),
  fc.record({ kind: fc.constant("drop" as const), at: fc.nat(5) }),
  fc.record({ kind: fc.constant("message" as const), at: fc.nat(5), message: fc.constantFrom("one", "two") }),
  fc.record({ kind: fc.constant("list" as const), value: fc.constantFrom("x", "y") }),
  fc.record({ kind: fc.constant("quorum" as const), quorum: fc.integer({ min: 1, max: 3 }) }),
);
type Edit = typeof edit extends fc.Arbitrary<infer T> ? T : never;

function apply(content: PolicyDraftContent, edits: Edit[]): PolicyDraftContent {
  const changed = structuredClone(content);
  for (const one of edits) {
    const tier = "tier" in one ? changed.tiers.find(({ key }) => key === one.tier) : undefined;
    if (one.kind === "bands" && tier) tier.effects[one.effect] = [{ then: one.then }];
    if (one.kind === "tool" && tier) tier.tools = { ...tier.tools, [one.tool]: [{ then: "deny" }] };
    if (one.kind === "drop") changed.guardrails.splice(one.at, 1);
    const guardrail = one.kind === "message" ? changed.guardrails[one.at] : undefined;
    if (guardrail && one.kind === "message") guardrail.message = one.message;
    if (one.kind === "list") changed.lists = { ...changed.lists, mine: { kind: "exact", values: [one.value] } };
    if (one.kind === "quorum") changed.escalation.quorum = one.quorum;
  }
  return changed;
}
const edited = fc.array(edit, { maxLength: 6 }).map((edits) => apply(base, edits));
const text = (content: PolicyDraftContent) => new Map([...cellsOf(content)].map(([path, { value }]) => [path, value]));

test("a policy is the same after it was taken apart into cells, tools with slashes in their names included", () => {
  fc.assert(
    fc.property(edited, (content) => {
      const again = fromCells(cellsOf(content).values());
      expect(policyDraftContent.parse(again)).toEqual(again);
      expect(sameValue(text(again), text(content))).toBe(true);
      expect(again).toEqual(content);
    }),
  );
});

test("whoever changes alone is taken over whole, and two who changed alike agree", () => {
  fc.assert(
    fc.property(edited, (content) => {
      for (const [mine, theirs] of [
        [content, base],
        [base, content],
        [content, content],
      ] as const) {
        const { merged, conflicts } = mergeDrafts(base, mine, theirs);
        expect(conflicts).toEqual([]);
        expect(text(merged)).toEqual(text(content));
      }
    }),
  );
});

test("nothing is silently overwritten: each cell holds the one change made to it, or is a conflict that keeps theirs", () => {
  fc.assert(
    fc.property(edited, edited, (mine, theirs) => {
      const { merged, conflicts } = mergeDrafts(base, mine, theirs);
      const [before, own, other, after] = [text(base), text(mine), text(theirs), text(merged)];
      const disputed = new Map(conflicts.map((conflict) => [conflict.path, conflict]));
      for (const path of new Set([...before.keys(), ...own.keys(), ...other.keys()])) {
        const [was, ours, held] = [before.get(path), own.get(path), other.get(path)];
        const both = !sameValue(was, ours) && !sameValue(was, held) && !sameValue(ours, held);
        expect(disputed.has(path)).toBe(both);
        if (both) {
          expect(disputed.get(path)).toMatchObject({ path, ...(ours === undefined ? {} : { mine: ours }) });
          expect(after.get(path)).toEqual(held);
        } else expect(after.get(path)).toEqual(sameValue(was, ours) ? held : ours);
      }
    }),
  );
});

test("a merge comes out the same from either side, but for whose value a conflict keeps", () => {
  fc.assert(
    fc.property(edited, edited, (one, other) => {
      const [there, back] = [mergeDrafts(base, one, other), mergeDrafts(base, other, one)];
      expect(back.conflicts.map(({ path }) => path).sort()).toEqual(there.conflicts.map(({ path }) => path).sort());
      if (there.conflicts.length === 0) expect(sameValue(text(there.merged), text(back.merged))).toBe(true);
    }),
  );
});

test("a tier taken away by one and edited by the other is a conflict that says which cell", () => {
  const mine = { ...base, tiers: base.tiers.filter(({ key }) => key !== "T2") };
  const theirs = apply(base, [{ kind: "bands", tier: "T2", effect: "write", then: "deny" }]);
  const { conflicts } = mergeDrafts(base, mine, theirs);
  expect(conflicts).toEqual([
    expect.objectContaining({
      path: "/tiers/T2/effects/write",
      label: "T2: change records",
      theirs: [{ then: "deny" }],
    }),
  ]);
  expect("mine" in (conflicts[0] as object)).toBe(false);
});
