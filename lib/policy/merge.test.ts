import fc from "fast-check";
import { expect, test } from "vitest";
import { approvalCovers, combine, inOrderOfGravity, mergeApprovals } from "./merge";
import type { ApprovalSpec } from "./schema";
import type { Finding, Layer } from "./types";

const spec: fc.Arbitrary<ApprovalSpec> = fc.record({
  quorum: fc.integer({ min: 1, max: 5 }),
  groups: fc
    .subarray(["finance", "legal", "operations", "security"])
    .chain((groups) => fc.shuffledSubarray(groups, { minLength: groups.length })),
  expiresIn: fc.integer({ min: 60, max: 86_400 }),
  sla: fc.option(fc.integer({ min: 60, max: 86_400 }), { nil: undefined }),
  stepUp: fc.boolean(),
  selfApproval: fc.constant(false as const),
});

/** `undefined` and absent are one here. */
const plain = (value: ApprovalSpec) => JSON.parse(JSON.stringify(value));

test("merging is commutative, associative and idempotent", () => {
  fc.assert(
    fc.property(spec, spec, spec, (one, two, three) => {
      expect(plain(mergeApprovals([one, two]))).toEqual(plain(mergeApprovals([two, one])));
      const left = mergeApprovals([mergeApprovals([one, two]), three]);
      const right = mergeApprovals([one, mergeApprovals([two, three])]);
      expect(plain(left)).toEqual(plain(right));
      expect(plain(left)).toEqual(plain(mergeApprovals([three, one, two])));
      expect(plain(mergeApprovals([left, left]))).toEqual(plain(left));
    }),
  );
});

test("the merge is at least as strict as each part", () => {
  fc.assert(
    fc.property(fc.array(spec, { minLength: 1, maxLength: 4 }), (specs) => {
      const merged = mergeApprovals(specs);
      for (const part of specs) {
        expect(approvalCovers(merged, part)).toBe(true);
        expect(merged.expiresIn).toBeLessThanOrEqual(part.expiresIn);
        if (part.sla !== undefined) expect(merged.sla).toBeLessThanOrEqual(part.sla);
      }
    }),
  );
});

test("an approval given for less does not cover more", () => {
  const given: ApprovalSpec = { quorum: 1, groups: ["finance"], expiresIn: 600, stepUp: false, selfApproval: false };
  expect(approvalCovers(given, given)).toBe(true);
  expect(approvalCovers(given, { ...given, quorum: 2 })).toBe(false);
  expect(approvalCovers(given, { ...given, groups: ["finance", "legal"] })).toBe(false);
  expect(approvalCovers(given, { ...given, stepUp: true })).toBe(false);
  expect(approvalCovers(given, { ...given, groups: [] })).toBe(true);
  expect(() => mergeApprovals([])).toThrow();
});

const finding = (layer: Layer, effect: Finding["effect"], more: Partial<Finding> = {}): Finding => ({
  layer,
  ruleId: layer,
  effect,
  code: layer,
  message: layer,
  ...more,
});
const ask: ApprovalSpec = { quorum: 1, groups: [], expiresIn: 600, stepUp: false, selfApproval: false };
const mandateAllows = finding("mandate", "allow");

test.each<[string, Finding[], string]>([
  ["nothing", [], "deny"],
  ["the tier alone", [finding("tier", "allow")], "deny"],
  ["the mandate alone", [mandateAllows], "deny"],
  ["a guardrail that would allow, in place of the tier", [mandateAllows, finding("guardrail", "allow")], "deny"],
  ["tier and mandate", [mandateAllows, finding("tier", "allow")], "allow"],
  ["the tier asking, without the mandate", [finding("tier", "approval", { approval: ask })], "deny"],
  ["the tier asking", [mandateAllows, finding("tier", "approval", { approval: ask })], "approval_required"],
  [
    "a guardrail asking, without the tier",
    [mandateAllows, finding("guardrail", "approval", { approval: ask })],
    "deny",
  ],
  ["someone asking without saying who may answer", [mandateAllows, finding("tier", "approval")], "deny"],
  ["one deny among allows", [mandateAllows, finding("tier", "allow"), finding("budget", "deny")], "deny"],
  [
    "a deny in shadow",
    [mandateAllows, finding("tier", "allow"), finding("guardrail", "deny", { mode: "shadow" })],
    "allow",
  ],
  ["an allow in shadow", [mandateAllows, finding("tier", "allow", { mode: "shadow" })], "deny"],
])("combining %s", (_name, findings, outcome) => {
  expect(combine(findings, false).outcome).toBe(outcome);
});

test("the order of findings changes no outcome", () => {
  const any = fc.record({
    layer: fc.constantFrom<Layer>("mandate", "tier", "guardrail", "budget"),
    effect: fc.constantFrom<Finding["effect"]>("allow", "approval", "deny"),
  });
  fc.assert(
    fc.property(fc.array(any, { maxLength: 6 }), (parts) => {
      const findings = parts.map(({ layer, effect }) =>
        finding(layer, effect, effect === "approval" ? { approval: ask } : {}),
      );
      expect(combine(findings, false)).toEqual(combine(findings.toReversed(), false));
    }),
  );
});

test("reasons come gravest first, in the order of the layers, and shadow last", () => {
  const shadow = finding("guardrail", "deny", { mode: "shadow" });
  const ordered = inOrderOfGravity([
    mandateAllows,
    shadow,
    finding("tier", "approval"),
    finding("registry", "approval"),
    finding("budget", "deny"),
  ]);
  expect(ordered.map(({ layer, effect, mode }) => `${layer} ${effect} ${mode ?? ""}`.trim())).toEqual([
    "budget deny",
    "tier approval",
    "registry approval",
    "mandate allow",
    "guardrail deny shadow",
  ]);
});
