/**
 * Lets at most `most` pieces of work run at once; the others wait in the order they came.
 * @param most at least 1
 */
export function turns(most: number): <Result>(work: () => Promise<Result>) => Promise<Result> {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async (work) => {
    if (running >= most) await new Promise<void>((resolve) => waiting.push(resolve));
    else running++;
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next)
        next(); // it takes over this place
      else running--;
    }
  };
}
