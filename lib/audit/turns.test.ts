import { expect, test } from "vitest";
import { turns } from "./turns";

test("no more than so many pieces of work run at once, each runs, and a failure gives its place back", async () => {
  const inTurn = turns(3);
  let running = 0;
  let most = 0;
  const results = await Promise.allSettled(
    Array.from({ length: 20 }, (_, index) =>
      inTurn(async () => {
        most = Math.max(most, ++running);
        await new Promise(setImmediate);
        running--;
        if (index % 4 === 0) throw new Error("fault");
        return index;
      }),
    ),
  );
  expect(most).toBe(3);
  expect(results.filter((result) => result.status === "fulfilled")).toHaveLength(15);
});
