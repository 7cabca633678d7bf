import { describe, expect, test } from "vitest";
import { addBand, currencyOf, moveBand, removeBand, withEffect, withThreshold } from "@/components/tiers/band-edits";
import { bandSentence } from "@/components/tiers/band-sentence";
import { amountAt, between, marksOf, positionOf, scaleFor, stepFrom } from "@/components/tiers/threshold-scale";
import type { ApprovalSpec, Band } from "@/lib/policy/schema";
import { moneyString } from "@/lib/policy/schema";

const finance: ApprovalSpec = { quorum: 1, groups: ["finance"], expiresIn: 3600, stepUp: false, selfApproval: false };
const three: Band[] = [
  { upTo: "500.00", currency: "EUR", then: "allow" },
  { upTo: "5000.00", currency: "EUR", then: { approval: finance } },
  { then: "deny" },
];

describe("the sentence under the scale", () => {
  test.each<[string, Band[] | undefined]>([
    ["up to 500 EUR alone, up to 5,000 EUR with one person of Finance, above never", three],
    ["always alone", [{ then: "allow" }]],
    ["never", [{ then: "deny" }]],
    ["never", undefined],
    ["always with two people", [{ then: { approval: { ...finance, quorum: 2, groups: [] } } }]],
    [
      "up to 0.50 EUR alone when the mandate names every recipient; otherwise with one person of Finance",
      [
        {
          upTo: "0.50",
          currency: "EUR",
          when: { attribute: "mandate.recipientKnown", operator: "eq", value: true },
          then: "allow",
        },
        { then: { approval: finance } },
      ],
    ],
    ["up to 500 EUR alone, above never", three.slice(0, 1)],
  ])("%s", (sentence, bands) => {
    expect(bandSentence(bands)).toBe(sentence);
  });
});

describe("the scale", () => {
  const scale = scaleFor(["500.00", "10000.00", "50000.00"], "EUR");

  test("it reaches beyond the largest threshold, and every mark has its place in order", () => {
    expect(scale.most).toBe(100_000);
    const places = marksOf(scale).map((mark) => positionOf(mark, scale));
    expect(places).toEqual(places.toSorted((one, other) => one - other));
    expect(places[0]).toBe(0);
    expect(places.at(-1)).toBe(1);
  });

  test("a place gives an amount of two digits that lies at that place", () => {
    for (const amount of ["470.00", "990.00", "12000.00", "50000.00"])
      expect(amountAt(positionOf(amount, scale), scale)).toBe(amount);
    expect(amountAt(-1, scale)).toBe("0.00");
    expect(amountAt(2, scale)).toBe("100000.00");
  });

  test("whatever is proposed is a decimal the schema takes, in currencies of every number of decimals", () => {
    for (const currency of ["JPY", "EUR", "KWD"]) {
      const own = scaleFor(["7"], currency);
      for (let at = 0; at <= 100; at++) expect(moneyString.safeParse(amountAt(at / 100, own)).success).toBe(true);
      for (const step of ["up", "down", "pageUp", "pageDown"] as const)
        for (const amount of ["0", "1", "9", "10", "995", "1000"])
          expect(moneyString.safeParse(stepFrom(amount, step, own)).success).toBe(true);
    }
  });

  test.each<[string, Parameters<typeof stepFrom>[1], string]>([
    ["500.00", "up", "510.00"],
    ["990.00", "up", "1000.00"],
    ["1000.00", "up", "1100.00"],
    ["1000.00", "down", "990.00"],
    ["500.00", "down", "490.00"],
    ["512.34", "up", "520.00"],
    ["512.34", "down", "510.00"],
    ["500.00", "pageUp", "1000.00"],
    ["1000.00", "pageDown", "500.00"],
    ["700.00", "pageDown", "500.00"],
    ["0.00", "down", "0.00"],
    ["0.00", "pageDown", "0.00"],
  ])("from %s %s is %s", (amount, step, next) => {
    expect(stepFrom(amount, step, scale)).toBe(next);
  });

  test("a step up always rises and a step down always falls until nothing", () => {
    let amount = "0.00";
    for (let step = 0; step < 300; step++) {
      const next = stepFrom(amount, "up", scale);
      expect(Number(next)).toBeGreaterThan(Number(amount));
      amount = next;
    }
    for (let step = 0; step < 2000 && Number(amount) > 0; step++) {
      const next = stepFrom(amount, "down", scale);
      expect(Number(next)).toBeLessThan(Number(amount));
      amount = next;
    }
    expect(amount).toBe("0.00");
  });

  test("a threshold stays between its neighbors, by value and not by text", () => {
    expect(between("900.00", "1000.00", undefined)).toBe("1000.00");
    expect(between("20000", "1000.00", "5000.00")).toBe("5000.00");
    expect(between("3000.00", "1000.00", "5000.00")).toBe("3000.00");
  });
});

describe("changes of bands", () => {
  test("a new band goes before the one that takes the rest, above the largest threshold", () => {
    expect(addBand(three, "EUR", finance).map((band) => band.upTo)).toEqual([
      "500.00",
      "5000.00",
      "50000.00",
      undefined,
    ]);
    expect(addBand([], "EUR", finance).at(-1)).toEqual({ then: "deny" });
    expect(addBand([{ then: "allow" }], "JPY", finance)[0]?.upTo).toBe("500");
  });

  test("bands change places with their neighbors only, and are removed singly", () => {
    expect(moveBand(three, 0, 1).map((band) => band.upTo)).toEqual(["5000.00", "500.00", undefined]);
    expect(moveBand(three, 0, -1)).toEqual(three);
    expect(removeBand(three, 1)).toEqual([three[0], three[2]]);
  });

  test("a band without a limit has no currency, and choosing what it says keeps limit and condition", () => {
    expect(withThreshold(three[0] as Band, undefined, "EUR")).toEqual({ then: "allow" });
    expect(withEffect(three[0] as Band, "approval", finance)).toEqual({
      upTo: "500.00",
      currency: "EUR",
      then: { approval: finance },
    });
    expect(withEffect(three[1] as Band, "approval", { ...finance, quorum: 3 })).toBe(three[1]);
    expect(currencyOf([{ then: "deny" }], "USD")).toBe("USD");
  });
});
