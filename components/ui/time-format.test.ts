import { expect, test } from "vitest";
import { absoluteTime, duration, relativeTime } from "./time-format";

const now = new Date("2026-11-12T14:03:22Z");
const at = (seconds: number) => new Date(now.getTime() + seconds * 1000);

test.each([
  [0, "just now"],
  [-59, "just now"],
  [30, "in under 1 min"],
  [-60, "1 min ago"],
  [-3599, "59 min ago"],
  [-3600, "1 hr ago"],
  [7300, "in 2 hr"],
  [-86_400, "1 day ago"],
  [-3 * 86_400, "3 days ago"],
  [-20 * 86_400, "2 wk ago"],
  [-400 * 86_400, "1 yr ago"],
])("%i s from now reads “%s”", (seconds, words) => expect(relativeTime(at(seconds), now)).toBe(words));

test("an absolute time is exact to the second and names its zone", () => {
  expect(absoluteTime(now)).toBe("12 Nov 2026, 14:03:22 UTC");
  expect(absoluteTime(now, "Europe/Berlin")).toMatch(/^12 Nov 2026, 15:03:22 (CET|GMT\+1)$/);
});

test("a duration has at most two units and is never rounded up", () => {
  expect(duration(59_999)).toBe("under 1 min");
  expect(duration(14 * 60_000 + 59_000)).toBe("14 min");
  expect(duration(3 * 3_600_000 + 20 * 60_000)).toBe("3 h 20 min");
  expect(duration(52 * 3_600_000)).toBe("2 d 4 h");
});
