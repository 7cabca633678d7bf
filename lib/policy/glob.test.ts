import fc from "fast-check";
import { expect, test } from "vitest";
import { compileGlob, isGlob, literalOf, type Meter } from "./glob";

/** The obvious matcher, exponential and right. */
function naive(pattern: string, text: string): boolean {
  if (pattern === "") return text === "";
  if (pattern[0] === "*") return naive(pattern.slice(1), text) || (text !== "" && naive(pattern, text.slice(1)));
  return text !== "" && pattern[0] === text[0] && naive(pattern.slice(1), text.slice(1));
}

test("a glob matches what the obvious matcher matches", () => {
  const letters = (alphabet: string, maxLength: number) =>
    fc.array(fc.constantFrom(...alphabet), { maxLength }).map((all) => all.join(""));
  fc.assert(
    fc.property(letters("ab*", 8), letters("ab", 10), (pattern, text) => {
      expect(compileGlob(pattern)(text)).toBe(naive(pattern, text));
    }),
    { numRuns: 3000 },
  );
});

const length = 100_000;
const hostile: [name: string, pattern: string, text: string][] = [
  ["(a*)*b", "*a*a*a*a*a*a*a*a*a*a*b", "a".repeat(length)],
  ["many stars", `${"*a".repeat(200)}b`, "a".repeat(length)],
  ["almost, again and again", `*${"a".repeat(255)}b*`, "a".repeat(length)],
  ["alternating", `*${"ab".repeat(100)}c*`, "ab".repeat(length / 2)],
  ["periodic", `*${"aab".repeat(80)}aac*x`, "aab".repeat(length / 3)],
  ["nested quantifier text", "*(a+)+$*!", "(a+)+$".repeat(length / 6)],
  ["e-mail", "*@*.*.*.*.*!", "a@a.a.a.".repeat(length / 8)],
  ["stars only", "*".repeat(500), "a".repeat(length)],
  ["late miss", "*x*y*z", `${"x".repeat(length - 1)}!`],
];

test.each(hostile)(
  "T11 %s against 100 KB takes a number of steps linear in text and pattern",
  (_name, pattern, text) => {
    const meter: Meter = { steps: 0 };
    compileGlob(pattern)(text, meter);
    expect(meter.steps).toBeLessThanOrEqual(2 * (text.length + pattern.length));
  },
);

test("T11 the meter does count: a long search shows in it", () => {
  const meter: Meter = { steps: 0 };
  compileGlob("*b*")("a".repeat(length), meter);
  expect(meter.steps).toBeGreaterThanOrEqual(length);
});

test("escapes stand for themselves and others are refused", () => {
  expect(compileGlob("a\\*b")("a*b")).toBe(true);
  expect(compileGlob("a\\\\*")("a\\x")).toBe(true);
  expect(() => compileGlob("a\\d")).toThrow(RangeError);
  expect(() => compileGlob("a\\")).toThrow(RangeError);
  expect([isGlob("a\\*"), isGlob("a*"), literalOf("a\\*b")]).toEqual([false, true, "a*b"]);
});
