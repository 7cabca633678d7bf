import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ageBands, agentsByTier, fillBuckets, midnightBefore, type OutcomeRow, periodOf, totalOf } from "./prepare";
import { ranges } from "./schema";

const now = new Date("2026-11-22T10:30:00Z");
const row = (at: string, outcome: string, count: number): OutcomeRow => ({ at: new Date(at), outcome, count });

describe("a period", () => {
  test.each([
    ["24h", "hour", 24, "2026-11-21T11:00:00.000Z", "2026-11-22T10:00:00.000Z"],
    ["7d", "day", 7, "2026-11-16T00:00:00.000Z", "2026-11-22T00:00:00.000Z"],
    ["30d", "day", 30, "2026-10-24T00:00:00.000Z", "2026-11-22T00:00:00.000Z"],
  ] as const)(
    "of %s has whole buckets by the %s and ends with the one that is now",
    (range, unit, count, first, last) => {
      const period = periodOf(range, now);
      expect(period.unit).toBe(unit);
      expect(period.starts).toHaveLength(count);
      expect(period.starts[0]?.toISOString()).toBe(first);
      expect(period.starts.at(-1)?.toISOString()).toBe(last);
    },
  );

  test("on the exact hour holds the hour that begins", () => {
    expect(periodOf("24h", new Date("2026-11-22T10:00:00Z")).starts.at(-1)?.toISOString()).toBe(
      "2026-11-22T10:00:00.000Z",
    );
    expect(midnightBefore(new Date("2026-11-22T00:00:00Z")).toISOString()).toBe("2026-11-22T00:00:00.000Z");
  });
});

describe("a series", () => {
  const period = periodOf("24h", now);
  const whole = { from: new Date("2026-01-01T00:00:00Z"), until: now };

  test("has a zero where it was looked and nothing was found", () => {
    const buckets = fillBuckets(period, [row("2026-11-22T09:00:00Z", "deny", 3)], whole);
    expect(buckets.at(-2)).toEqual({ at: "2026-11-22T09:00:00.000Z", allow: 0, approval_required: 0, deny: 3 });
    expect(buckets.at(-1)).toMatchObject({ allow: 0, approval_required: 0, deny: 0 });
  });

  test("has a gap, not a zero, before the log began", () => {
    const buckets = fillBuckets(period, [], { from: new Date("2026-11-22T08:40:00Z"), until: now });
    expect(buckets.map((bucket) => bucket.allow)).toEqual([...Array(21).fill(null), 0, 0, 0]);
  });

  test("has a gap, not a zero, where the projections have not arrived", () => {
    const buckets = fillBuckets(period, [], { from: whole.from, until: new Date("2026-11-22T08:59:00Z") });
    expect(buckets.slice(-3).map((bucket) => bucket.allow)).toEqual([0, null, null]);
  });

  test("is all gaps when there is no log", () => {
    expect(
      fillBuckets(period, [], { from: null, until: now }).every(
        (bucket) => bucket.allow === null && bucket.deny === null,
      ),
    ).toBe(true);
  });

  test("adds the hours of a day", () => {
    const week = periodOf("7d", now);
    const buckets = fillBuckets(
      week,
      [
        row("2026-11-20T01:00:00Z", "allow", 2),
        row("2026-11-20T23:00:00Z", "allow", 5),
        row("2026-11-21T00:00:00Z", "allow", 1),
      ],
      whole,
    );
    expect(buckets.map((bucket) => bucket.allow)).toEqual([0, 0, 0, 0, 7, 1, 0]);
  });

  test("loses no count inside its period and takes none from outside, whatever the rows", () => {
    const hours = fc
      .integer({ min: -900, max: 30 })
      .map((hour) => new Date(Date.parse("2026-11-22T10:00:00Z") + hour * 3_600_000));
    const rows = fc.array(
      fc.record({
        at: hours,
        outcome: fc.constantFrom("allow", "deny", "approval_required", "other"),
        count: fc.nat(1000),
      }),
    );
    fc.assert(
      fc.property(fc.constantFrom(...ranges), rows, (range, given) => {
        const each = periodOf(range, now);
        const first = each.starts[0] as Date;
        const end = new Date((each.starts.at(-1) as Date).getTime() + (each.unit === "hour" ? 3_600_000 : 86_400_000));
        const inside = given.filter((one) => one.at < end);
        const buckets = fillBuckets(each, given, whole);
        const sum = buckets.reduce(
          (total, bucket) => total + (bucket.allow ?? 0) + (bucket.deny ?? 0) + (bucket.approval_required ?? 0),
          0,
        );
        const expected = totalOf(inside, first);
        expect(sum).toBe(expected.allow + expected.deny + expected.approval_required);
        expect(buckets).toHaveLength(each.starts.length);
      }),
    );
  });
});

test("ages fall into one band each, and empty bands are there", () => {
  const ago = (minutes: number) => new Date(now.getTime() - minutes * 60_000);
  const bands = ageBands([0, 14.9, 15, 59, 60, 239, 240, 1439, 1440, 9999].map(ago), now);
  expect(bands.map((band) => band.count)).toEqual([2, 2, 2, 2, 2]);
  expect(ageBands([], now).map((band) => band.count)).toEqual([0, 0, 0, 0, 0]);
  // A clock that is a little behind the database makes nothing disappear.
  expect(ageBands([ago(-1)], now)[0]?.count).toBe(1);
});

test("agents are in the row of their tier, tiers without agents stand there too, and an unknown tier is not lost", () => {
  const rows = agentsByTier(
    ["T0", "T1"],
    [
      { tier: "T1", status: "active", count: 4 },
      { tier: "T1", status: "suspended", count: 1 },
      { tier: "T9", status: "draft", count: 2 },
    ],
  );
  expect(rows).toEqual([
    { tier: "T0", draft: 0, active: 0, suspended: 0, retired: 0 },
    { tier: "T1", draft: 0, active: 4, suspended: 1, retired: 0 },
    { tier: "T9", draft: 2, active: 0, suspended: 0, retired: 0 },
  ]);
});
