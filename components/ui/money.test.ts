import { expect, test } from "vitest";
import { formatCount, groupDigits } from "./money";

test("an amount is grouped digit for digit, beyond what a float can hold", () => {
  expect(groupDigits("90071992547409931234.10")).toBe("90,071,992,547,409,931,234.10");
  expect(groupDigits("-1000")).toBe("-1,000");
  expect(groupDigits("999.999999")).toBe("999.999999");
});

test("what is not a plain decimal is shown untouched", () => {
  for (const text of ["1e9", "1,000", "", "NaN", "12."]) expect(groupDigits(text)).toBe(text);
});

test("counts are grouped", () => expect(formatCount(1240)).toBe("1,240"));
