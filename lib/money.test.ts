import { readFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import {
  compileRates,
  convertAmount,
  currencies,
  currencyExponent,
  formatAmount,
  parseAmount,
  refuseAmountForm,
} from "./money";

type Row = { value: unknown; currency: string; minor?: string; refused?: string };
const rows: Row[] = JSON.parse(readFileSync(new URL("./policy/testdata/amounts.json", import.meta.url), "utf8"));

test("T18 the table of amounts has at least 200 rows, accepted and refused", () => {
  expect(rows.length).toBeGreaterThanOrEqual(200);
  expect(rows.filter((row) => row.minor !== undefined).length).toBeGreaterThan(50);
});

test.each(rows.map((row) => [JSON.stringify(row.value), row.currency, row] as const))(
  "T18 %s %s is read exactly or refused by name",
  (_text, _currency, row) => {
    const parsed = parseAmount(row.value, row.currency);
    if (row.minor === undefined) expect(parsed).toEqual({ ok: false, reason: row.refused });
    else expect(parsed).toEqual({ ok: true, minor: BigInt(row.minor) });
  },
);

test("T18 negative zero as a number is refused", () => {
  expect(parseAmount(-0, "EUR")).toEqual({ ok: false, reason: "negative" });
  expect(parseAmount(Number.NaN, "EUR")).toEqual({ ok: false, reason: "not_a_decimal" });
  expect(parseAmount(Number.POSITIVE_INFINITY, "EUR")).toEqual({ ok: false, reason: "not_a_decimal" });
});

test("the form of an amount is judged without its currency", () => {
  expect(refuseAmountForm("1.2345")).toBeNull();
  expect(refuseAmountForm(12)).toBeNull();
  expect(refuseAmountForm("1.23456")).toBe("too_precise");
  expect(refuseAmountForm("1e3")).toBe("exponent");
  expect(refuseAmountForm(-1)).toBe("negative");
  expect(refuseAmountForm(undefined)).toBe("not_a_decimal");
});

test("an amount written and read again is the same", () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 10n ** 18n - 1n }), fc.constantFrom(...currencies), (minor, currency) => {
      expect(parseAmount(formatAmount(minor, currency), currency)).toEqual({ ok: true, minor });
    }),
  );
});

test("the ISO table has the exponents that differ from two", () => {
  expect(currencies.length).toBeGreaterThan(160);
  expect([currencyExponent("JPY"), currencyExponent("KWD"), currencyExponent("CLF"), currencyExponent("EUR")]).toEqual([
    0, 3, 4, 2,
  ]);
  expect(() => formatAmount(1n, "XAU")).toThrow(RangeError);
});

const day = Date.UTC(2026, 10, 20);
const rates = compileRates({
  base: "EUR",
  maxAgeDays: 7,
  tables: [
    { date: "2026-11-20", rates: { USD: "1.08", JPY: "160", KWD: "0.33" } },
    { date: "2026-11-18", rates: { USD: "2" } },
  ],
});

test("conversion uses the newest table that is not after now and not too old", () => {
  expect(convertAmount(10800n, "USD", "EUR", rates, day)).toEqual({ minor: 10000n, notAfter: day + 7 * 86_400_000 });
  expect(convertAmount(20000n, "USD", "EUR", rates, day - 1)).toEqual({ minor: 10000n, notAfter: day });
  expect(convertAmount(100n, "USD", "EUR", rates, day + 7 * 86_400_000)).toBeNull();
  expect(convertAmount(100n, "USD", "EUR", rates, Date.UTC(2026, 10, 17))).toBeNull();
  expect(convertAmount(100n, "USD", "EUR", undefined, day)).toBeNull();
});

test("T18 mixed currencies are compared in minor units of the right size and rounded up", () => {
  expect(convertAmount(160n, "JPY", "EUR", rates, day)?.minor).toBe(100n);
  expect(convertAmount(330n, "KWD", "EUR", rates, day)?.minor).toBe(100n);
  expect(convertAmount(1n, "JPY", "EUR", rates, day)?.minor).toBe(1n);
  expect(convertAmount(100n, "GBP", "EUR", rates, day)).toBeNull();
  expect(convertAmount(5n, "GBP", "GBP", undefined, day)?.minor).toBe(5n);
  expect(convertAmount(5n, "XXX", "XXX", rates, day)).toBeNull();
});

test("a converted amount never looks smaller than it is", () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 10n ** 15n }), (minor) => {
      const converted = convertAmount(minor, "USD", "EUR", rates, day);
      expect((converted as { minor: bigint }).minor * 108n).toBeGreaterThanOrEqual(minor * 100n);
    }),
  );
});

test("a rate table with a zero or malformed rate is refused", () => {
  const table = (rate: string) => ({
    base: "EUR",
    maxAgeDays: 1,
    tables: [{ date: "2026-11-20", rates: { USD: rate } }],
  });
  expect(() => compileRates(table("0"))).toThrow(RangeError);
  expect(() => compileRates(table("1e3"))).toThrow(RangeError);
  expect(() => compileRates({ base: "EUR", maxAgeDays: 1, tables: [{ date: "yesterday", rates: {} }] })).toThrow(
    RangeError,
  );
});
