import { expect, test } from "vitest";
import { compileHours } from "./hours";
import type { Weekday } from "./schema";

const weekdays: Weekday[] = ["mon", "tue", "wed", "thu", "fri"];
const at = (text: string) => Date.parse(text);
const iso = (instant: number) => new Date(instant).toISOString();

test.each([
  // Berlin is at +1 in November.
  ["2026-11-20T07:59:59Z", false, "2026-11-20T08:00:00.000Z"],
  ["2026-11-20T08:00:00Z", true, "2026-11-20T17:00:00.000Z"],
  ["2026-11-20T16:59:59Z", true, "2026-11-20T17:00:00.000Z"],
  ["2026-11-20T17:00:00Z", false, "2026-11-23T08:00:00.000Z"],
  ["2026-11-21T12:00:00Z", false, "2026-11-23T08:00:00.000Z"],
  // And at +2 in July.
  ["2026-07-03T07:00:00Z", true, "2026-07-03T16:00:00.000Z"],
])("office hours in Berlin at %s: %s until %s", (instant, inside, until) => {
  const answer = compileHours([{ timeZone: "Europe/Berlin", days: weekdays, from: "09:00", to: "18:00" }])(at(instant));
  expect([answer.inside, iso(answer.until)]).toEqual([inside, until]);
});

test("a night shift belongs to the day it begins on", () => {
  const hours = compileHours([{ timeZone: "UTC", days: ["fri"], from: "22:00", to: "06:00" }]);
  expect(hours(at("2026-11-20T23:00:00Z"))).toEqual({ inside: true, until: at("2026-11-21T06:00:00Z") });
  expect(hours(at("2026-11-21T05:59:00Z")).inside).toBe(true);
  expect(hours(at("2026-11-21T23:00:00Z")).inside).toBe(false);
  expect(hours(at("2026-11-20T05:00:00Z")).inside).toBe(false);
});

test("the whole day, and the end of the day, can be said", () => {
  expect(
    compileHours([{ timeZone: "UTC", days: ["fri"], from: "00:00", to: "24:00" }])(at("2026-11-20T23:59:59Z")).inside,
  ).toBe(true);
  expect(
    compileHours([{ timeZone: "UTC", days: ["fri"], from: "00:00", to: "00:00" }])(at("2026-11-20T12:00:00Z")),
  ).toEqual({
    inside: true,
    until: at("2026-11-21T00:00:00Z"),
  });
});

test("the end of a shift follows the clock when daylight saving ends in it", () => {
  // Berlin, 25 October 2026: 03:00 becomes 02:00, so this shift lasts nine hours.
  const hours = compileHours([{ timeZone: "Europe/Berlin", days: ["sat"], from: "22:00", to: "06:00" }]);
  expect(hours(at("2026-10-24T21:00:00Z"))).toEqual({ inside: true, until: at("2026-10-25T05:00:00Z") });
  expect(hours(at("2026-10-25T04:59:59Z")).inside).toBe(true);
});

test("answers do not depend on what was asked before", () => {
  const windows = [{ timeZone: "America/New_York", days: weekdays, from: "09:00", to: "17:00" }];
  const kept = compileHours(windows);
  const instants = [
    "2026-11-20T15:00:00Z",
    "2026-11-20T03:00:00Z",
    "2026-11-22T15:00:00Z",
    "2026-11-20T15:00:00Z",
    "2026-03-08T14:30:00Z",
  ].map(at);
  for (const instant of instants) expect(kept(instant)).toEqual(compileHours(windows)(instant));
});

test("an unknown time zone is refused", () => {
  expect(() => compileHours([{ timeZone: "Mars/Olympus", days: ["mon"], from: "09:00", to: "10:00" }])).toThrow(
    RangeError,
  );
});
