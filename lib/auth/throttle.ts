// Slows down guessing: failed sign-ins are counted per account and address together, per account, and per address. Kept in the memory of a process: with
// several processes the limits multiply by their number, which at these sizes changes nothing for a guesser. Successes clear only their own pair.

const windowMilliseconds = 15 * 60_000;

/** Failures within the window after which the next attempt is refused unseen. */
export const limits = { pair: 5, account: 50, address: 30 } as const;

type Scope = keyof typeof limits;
type Counter = { failures: number; until: number };

export type Throttle = {
  /** Seconds to wait, or 0. `first` is true once per window and key: the refusal that belongs in the log. */
  check(account: string, address: string, now: number): { waitSeconds: number; first: boolean };
  failed(account: string, address: string, now: number): void;
  succeeded(account: string, address: string): void;
};

/** @param capacity counters kept; the oldest are dropped first */
export function makeThrottle(capacity = 20_000): Throttle {
  const counters = new Map<string, Counter>();
  const told = new Map<string, number>();

  const keys = (account: string, address: string): [Scope, string][] => [
    ["pair", `pair ${account} ${address}`],
    ["account", `account ${account}`],
    ["address", `address ${address}`],
  ];

  const live = (key: string, now: number): Counter | undefined => {
    const counter = counters.get(key);
    if (counter && counter.until <= now) counters.delete(key);
    return counter && counter.until > now ? counter : undefined;
  };

  return {
    check(account, address, now) {
      let until = 0;
      let reached = "";
      for (const [scope, key] of keys(account, address)) {
        const counter = live(key, now);
        if (counter && counter.failures >= limits[scope] && counter.until > until) {
          until = counter.until;
          reached = key;
        }
      }
      if (until === 0) return { waitSeconds: 0, first: false };
      const first = told.get(reached) !== until;
      keep(told, reached, until, capacity);
      return { waitSeconds: Math.ceil((until - now) / 1000), first };
    },
    failed(account, address, now) {
      for (const [, key] of keys(account, address)) {
        const counter = live(key, now) ?? { failures: 0, until: now + windowMilliseconds };
        keep(counters, key, { ...counter, failures: counter.failures + 1 }, capacity);
      }
    },
    succeeded(account, address) {
      counters.delete(`pair ${account} ${address}`);
    },
  };
}

function keep<Value>(map: Map<string, Value>, key: string, value: Value, capacity: number): void {
  map.delete(key);
  map.set(key, value);
  if (map.size > capacity) for (const oldest of map.keys()) return void map.delete(oldest);
}
