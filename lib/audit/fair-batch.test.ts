import fc from "fast-check";
import { expect, test } from "vitest";
import { fairBatch } from "./fair-batch";

const partyOf = ([party]: [string, number]) => party;

test("T07 one party with thousands waiting takes no place from the others", () => {
  const queue: [string, number][] = [
    ...Array.from({ length: 5000 }, (_, at): [string, number] => ["flood", at]),
    ...Array.from({ length: 20 }, (_, at): [string, number] => [`quiet ${at % 10}`, at]),
  ];
  const { batch, rest } = fairBatch(queue, 256, partyOf);
  expect(batch.filter(([party]) => party !== "flood")).toHaveLength(20);
  expect(batch).toHaveLength(256);
  expect(rest).toHaveLength(queue.length - 256);
});

test("T07 what fits is taken whole, in the order it came", () => {
  const queue: [string, number][] = Array.from({ length: 256 }, (_, at) => ["one", at]);
  expect(fairBatch(queue, 256, partyOf)).toEqual({ batch: queue, rest: [] });
});

test("T07 nobody is lost or doubled, a party keeps its order, and no party gets two places more than one that still waits", () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 60 }),
      fc.integer({ min: 1, max: 20 }),
      (parties, most) => {
        const queue = parties.map((party, at): [string, number] => [String(party), at]);
        const { batch, rest } = fairBatch([...queue], most, partyOf);
        expect(batch).toHaveLength(Math.min(most, queue.length));
        expect([...batch, ...rest].sort((a, b) => a[1] - b[1])).toEqual(queue);
        const places = (party: string) => batch.filter(([one]) => one === party).length;
        for (const [party, at] of rest) {
          for (const [other] of batch) expect(places(other) - places(party)).toBeLessThanOrEqual(1);
          for (const [one, before] of batch) if (one === party) expect(before).toBeLessThan(at);
        }
      },
    ),
  );
});
