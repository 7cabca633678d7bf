import { AppError } from "@/lib/errors";

/** A token bucket per agent, so that one agent cannot take the decision plane from the others. Per process; a heuristic, unlike budgets, which are exact. */
type Bucket = { tokens: number; at: number };
const buckets = new Map<string, Bucket>();
let perSecond = 1000;

/** @param rate calls per second and agent that are answered; twice as many at once */
export function setRate(rate: number): void {
  perSecond = rate;
}

/** @throws AppError `too_many_requests` with the seconds to wait */
export function takeToken(agentId: string, now = performance.now()): void {
  const bucket = buckets.get(agentId);
  if (!bucket) {
    buckets.set(agentId, { tokens: 2 * perSecond - 1, at: now });
    return;
  }
  bucket.tokens = Math.min(2 * perSecond, bucket.tokens + ((now - bucket.at) / 1000) * perSecond);
  bucket.at = now;
  if (bucket.tokens < 1)
    throw new AppError("too_many_requests", `this agent asks more than ${perSecond} times a second`, {
      retryAfterSeconds: 1,
    });
  bucket.tokens--;
}
