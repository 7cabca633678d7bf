/**
 * Ticks of an axis of counts: from zero, in steps of 1, 2 or 5 times a power of ten, to the first at or above the largest.
 * @param largest whole number, 0 or more
 * @returns 2 to 6 ticks, ascending
 */
export function countTicks(largest: number): number[] {
  const rough = Math.max(1, largest) / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = Math.max(1, ([1, 2, 5, 10].find((each) => each * power >= rough) ?? 10) * power);
  const count = Math.max(1, Math.ceil(largest / step));
  return Array.from({ length: count + 1 }, (_, index) => index * step);
}
