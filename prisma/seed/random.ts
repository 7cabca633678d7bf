// A small seeded generator, so that what is made from it is the same on every machine. Not for secrets.

export type Random = {
  /** 0 ≤ x < 1 */
  next(): number;
  /** Whole number, both ends included. */
  integer(from: number, to: number): number;
  chance(share: number): boolean;
  pick<T>(list: readonly T[]): T;
  /** A new order; the list itself stays as it is. */
  shuffle<T>(list: readonly T[]): T[];
};

/** @param seed any text; the same text gives the same sequence */
export function seededRandom(seed: string): Random {
  let state = 0x9e3779b9;
  for (const character of seed) state = Math.imul(state ^ (character.codePointAt(0) ?? 0), 0x85ebca6b) ^ (state >>> 13);
  const next = () => {
    // mulberry32, public domain
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
  const integer = (from: number, to: number) => from + Math.floor(next() * (to - from + 1));
  return {
    next,
    integer,
    chance: (share) => next() < share,
    pick<T>(list: readonly T[]): T {
      return list[integer(0, list.length - 1)] as T;
    },
    shuffle<T>(list: readonly T[]): T[] {
      const order = [...list];
      for (let at = order.length - 1; at > 0; at--) {
        const other = integer(0, at);
        [order[at], order[other]] = [order[other] as T, order[at] as T];
      }
      return order;
    },
  };
}
