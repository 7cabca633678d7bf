import { expect, test } from "vitest";
import { countTicks } from "./count-ticks";

test.each([
  [0, [0, 1]],
  [1, [0, 1]],
  [3, [0, 1, 2, 3]],
  [7, [0, 2, 4, 6, 8]],
  [16, [0, 5, 10, 15, 20]],
  [378, [0, 100, 200, 300, 400]],
  [1_000, [0, 200, 400, 600, 800, 1_000]],
  [123_456, [0, 50_000, 100_000, 150_000]],
])("the axis for %i ends at a round number", (largest, ticks) => {
  expect(countTicks(largest)).toEqual(ticks);
});

test("every count has whole ticks that reach it", () => {
  for (let largest = 0; largest < 3_000; largest++) {
    const ticks = countTicks(largest);
    expect(ticks.length).toBeLessThanOrEqual(6);
    expect(ticks.every(Number.isInteger)).toBe(true);
    expect(ticks.at(-1)).toBeGreaterThanOrEqual(largest);
  }
});
