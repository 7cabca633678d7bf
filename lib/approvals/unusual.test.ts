import fc from "fast-check";
import { expect, test } from "vitest";
import { type Asked, argumentChanges, findUnusual, type Past } from "./unusual";

const roles = { amount: "/amount", currency: "/currency", recipient: "/to" };
const nothing: Past = { similar: null, usedToolBefore: true, knownRecipients: [], amounts: null };

const asked = (args: { [name: string]: string }): Asked => ({
  arguments: args,
  amount: args.amount ?? null,
  currency: args.currency ?? null,
  recipients: args.to === undefined ? [] : [args.to],
});

const after = (args: { [name: string]: string }): Past => ({
  ...nothing,
  similar: {
    approvalId: "apr_00000000000000fzzz",
    decisionId: "dec_00000000000000fzzz",
    decidedAt: new Date("2026-11-20T10:00:00Z"),
    redeemed: true,
    content: { arguments: args },
  },
});

const times = (was: string, is: string) =>
  findUnusual(asked({ amount: is, currency: "EUR" }), roles, after({ amount: was, currency: "EUR" })).similar
    ?.amountTimes;

test.each([
  ["100", "900.00", "9"],
  ["100.00", "125", "1.25"],
  ["3", "1", "0.33"],
  ["80", "1000", "13"],
  ["100", "100.00", null],
  ["0", "5", null],
  ["100.0000", "100.0001", "slightly more than 1"],
  ["999999999999999999", "0.0001", "less than 0.01"],
  ["1e3", "5", null],
])("an amount of %s approved last and %s now are named as times %s", (was, is, expected) => {
  expect(times(was, is)).toBe(expected);
});

test("amounts of different currencies are never compared", () => {
  const past = after({ amount: "100", currency: "JPY" });
  expect(findUnusual(asked({ amount: "900", currency: "EUR" }), roles, past).similar?.amountTimes).toBeNull();
});

test("a recipient is new when this agent has not acted on it, whoever else has", () => {
  const recipients = ["known", "others", "nobody"];
  const past: Past = {
    ...nothing,
    knownRecipients: [
      { recipient: "known", byAgent: true },
      { recipient: "others", byAgent: false },
    ],
  };
  expect(findUnusual({ ...asked({}), recipients }, roles, past).newRecipients).toEqual([
    { recipient: "others", inOrganization: false },
    { recipient: "nobody", inOrganization: true },
  ]);
});

test("recipients beyond those looked up are counted, not passed over", () => {
  const recipients = Array.from({ length: 130 }, (_, index) => `r${index}`);
  const found = findUnusual({ ...asked({}), recipients }, roles, nothing);
  expect([found.newRecipients.length, found.uncheckedRecipients]).toEqual([100, 30]);
});

test.each([
  ["50", "below"],
  ["100", "within"],
  ["200.00", "within"],
  ["200.0001", "above"],
  ["2e2", null],
])("an amount of %s is %s a range of 100 to 200", (amount, position) => {
  const past = { ...nothing, amounts: { count: 2, least: "100", most: "200" } };
  expect(findUnusual(asked({ amount, currency: "EUR" }), roles, past).amounts?.position).toBe(position);
});

test("arguments are compared field by field: changed, added and removed", () => {
  const before = { to: "DE1", note: "x", lines: [{ sku: "a" }, { sku: "b" }] };
  const now = { to: "DE2", lines: [{ sku: "a" }], urgent: true };
  expect(
    argumentChanges(before, now).map(({ path, kind, before, after }) => [path, kind, before?.text, after?.text]),
  ).toEqual([
    ["/lines/1/sku", "removed", '"b"', undefined],
    ["/note", "removed", '"x"', undefined],
    ["/to", "changed", '"DE1"', '"DE2"'],
    ["/urgent", "added", undefined, "true"],
  ]);
});

test("a text and the number it looks like are different", () => {
  expect(argumentChanges({ amount: "1" }, { amount: 1 })).toHaveLength(1);
});

test("T22 a difference far inside a long text is in the part that is shown", () => {
  const [change] = argumentChanges({ body: `${"a".repeat(5000)}good` }, { body: `${"a".repeat(5000)}evil` });
  expect(change?.before?.text).toContain("good");
  expect(change?.after?.text).toContain("evil");
  expect(change?.after?.skipped).toBeGreaterThan(4000);
});

test("T22 differences beyond those listed are counted", () => {
  const now = Object.fromEntries(Array.from({ length: 60 }, (_, index) => [`f${index}`, "x"]));
  const { similar } = findUnusual(asked(now), roles, after({}));
  expect([similar?.changes.length, similar?.moreChanges]).toEqual([40, 20]);
});

test("content that is gone is said to be gone, and compares with nothing", () => {
  const past = after({});
  const erased = { ...past, similar: past.similar && { ...past.similar, content: "erased" as const } };
  expect(findUnusual(asked({ to: "x" }), roles, erased).similar).toMatchObject({ content: "erased", changes: [] });
});

test("two arguments are the same exactly when there is no difference between them", () => {
  const args = fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 3 }), { noNullPrototype: true }) as fc.Arbitrary<{
    [name: string]: string;
  }>;
  fc.assert(
    fc.property(args, args, (one, other) => {
      expect(argumentChanges(one, structuredClone(one))).toEqual([]);
      const differ = argumentChanges(one, other).length > 0;
      expect(differ).toBe(canonical(one) !== canonical(other));
    }),
  );
});

/** Independent of the code under test: members in order, -0 as 0. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_name, member) =>
    member !== null && typeof member === "object" && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  );
}
