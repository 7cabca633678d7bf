import { readFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Json } from "@/lib/json";
import type { RuleContext } from "./attributes";
import { FALSE, MISSING, mostDepth, prepareCondition, specialize, TRUE, type Tri } from "./conditions";
import { compileFacts } from "./facts";
import { compileKnowledge } from "./knowledge";
import { type Comparison, type Condition, condition, type NamedList, operators } from "./schema";
import { mandate, now, principal, request, tool } from "./testdata/build";

type Row = Comparison & { held?: Json; expect: "true" | "false" | "missing"; note?: string };
const read = (name: string) => JSON.parse(readFileSync(new URL(`./testdata/${name}`, import.meta.url), "utf8"));
const rows: Row[] = read("conditions.json");
const refused: { condition: Condition; says: string }[] = read("conditions-refused.json");

const lists: Record<string, NamedList> = {
  names: { kind: "exact", values: ["anna", "bob"] },
  globs: { kind: "glob", values: ["x-*"] },
  hosts: { kind: "host", values: ["a.example"] },
  nets: { kind: "cidr", values: ["10.0.0.0/8"] },
  words: { kind: "words", values: ["passport number", "sport shoe"] },
};
const payment = tool({ name: "pay", effect: "financial", argumentRoles: { amount: "/x" }, currency: "EUR" });

function contextWith(args: { [key: string]: Json }): RuleContext {
  const asked = request(principal(), { tool: "pay", arguments: args });
  return {
    request: asked,
    tool: payment,
    now,
    derived: compileFacts(payment)(asked),
    knowledge: compileKnowledge(mandate({ tools: [] })),
    rates: undefined,
    notAfter: Number.POSITIVE_INFINITY,
  };
}

function answer(asked: Condition, args: { [key: string]: Json }): Tri {
  const test = specialize(prepareCondition(asked, { lists }), () => null);
  return test.constant === null ? test.run(contextWith(args)) : test.constant;
}

const word = { [FALSE]: "false", [TRUE]: "true", [MISSING]: "missing" } as const;

test("T16 the truth table has every operator, each with true, false and missing", () => {
  for (const operator of operators) {
    const seen = new Set(rows.filter((row) => row.operator === operator).map((row) => row.expect));
    expect([operator, seen.has("true"), seen.has("false")]).toEqual([operator, true, true]);
    if (operator !== "exists" && operator !== "withinHours")
      expect([operator, seen.has("missing")]).toEqual([operator, true]);
  }
});

test.each(
  rows.map((row, index) => [index, row.operator, JSON.stringify(row.held), JSON.stringify(row.value), row] as const),
)(
  "T16 row %i: %s on %s against %s",
  (_index, _operator, _held, _value, { held, expect: expected, note: _note, ...comparison }) => {
    const args: { [key: string]: Json } = held === undefined ? {} : { x: held };
    expect(word[answer(condition.parse(comparison), args)]).toBe(expected);
    const opposite = expected === "missing" ? "missing" : expected === "true" ? "false" : "true";
    expect(word[answer({ not: comparison }, args)]).toBe(opposite);
  },
);

test.each(refused.map(({ condition: asked, says }) => [JSON.stringify(asked), says, asked] as const))(
  "a condition that could not be judged is refused: %s",
  (_text, says, asked) => {
    expect(() => prepareCondition(asked, { lists })).toThrow(says);
  },
);

test("a condition nested too deeply or with too many comparisons is refused", () => {
  let deep: Condition = { attribute: "arguments/x", operator: "exists" };
  for (let level = 0; level < mostDepth; level++) deep = { not: deep };
  expect(() => prepareCondition(deep, { lists })).toThrow("deep");
  const leaf: Condition = { attribute: "arguments/x", operator: "exists" };
  const wide = { any: Array.from({ length: 200 }, () => ({ all: Array.from({ length: 6 }, () => leaf) })) };
  expect(() => prepareCondition(wide, { lists })).toThrow("comparisons");
});

test("T16 all, any and not follow Kleene's three-valued logic", () => {
  const of: Record<string, Condition> = {
    true: { attribute: "arguments/t", operator: "eq", value: "t" },
    false: { attribute: "arguments/t", operator: "eq", value: "f" },
    missing: { attribute: "arguments/m", operator: "eq", value: "m" },
  };
  const values = ["true", "false", "missing"];
  for (const left of values) {
    for (const right of values) {
      const pair = [of[left] as Condition, of[right] as Condition];
      const and =
        left === "false" || right === "false" ? "false" : left === "true" && right === "true" ? "true" : "missing";
      const or =
        left === "true" || right === "true" ? "true" : left === "false" && right === "false" ? "false" : "missing";
      expect([left, right, word[answer({ all: pair }, { t: "t" })]]).toEqual([left, right, and]);
      expect([left, right, word[answer({ any: pair }, { t: "t" })]]).toEqual([left, right, or]);
    }
  }
});

const leafArbitrary = fc
  .record({
    attribute: fc.constantFrom("arguments/a", "arguments/b", "principal.tier", "action.tool"),
    operator: fc.constantFrom("eq", "neq"),
    value: fc.constantFrom("x", "y", "T3", "pay"),
  })
  .map((leaf): Condition => leaf as Comparison);
const conditionArbitrary = fc.letrec<{ tree: Condition }>((tie) => ({
  tree: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    leafArbitrary,
    fc.array(tie("tree"), { minLength: 1, maxLength: 4 }).map((all) => ({ all })),
    fc.array(tie("tree"), { minLength: 1, maxLength: 4 }).map((any) => ({ any })),
    tie("tree").map((not) => ({ not })),
  ),
})).tree;

test("working out in advance what is known changes no answer", () => {
  fc.assert(
    fc.property(
      conditionArbitrary,
      fc.dictionary(fc.constantFrom("a", "b"), fc.constantFrom("x", "y")),
      (asked, args) => {
        const prepared = prepareCondition(asked, { lists });
        const early = specialize(prepared, (attribute) => attribute.fixed?.(principal(), payment) ?? null);
        const answered = early.constant === null ? early.run(contextWith(args)) : early.constant;
        expect(answered).toBe(answer(asked, args));
      },
    ),
  );
});

test("reading the hours lowers the instant the answer holds to", () => {
  const context = contextWith({});
  const hours = { timeZone: "UTC", days: ["fri" as const], from: "09:00", to: "17:00" };
  const test = specialize(
    prepareCondition({ attribute: "time.now", operator: "withinHours", value: hours }, { lists }),
    () => null,
  );
  expect(test.constant === null && test.run(context)).toBe(TRUE);
  expect(context.notAfter).toBe(Date.UTC(2026, 10, 20, 17));
});
