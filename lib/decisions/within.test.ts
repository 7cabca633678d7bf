import { expect, test, vi } from "vitest";
import { within } from "./within";

test("T15 a read that does not return in time is a deny, one that does is its result, and no timer stays", async () => {
  vi.useFakeTimers();
  try {
    expect(await within(Promise.resolve(7))).toBe(7);
    await expect(within(Promise.reject(new Error("x")))).rejects.toThrow("x");
    expect(vi.getTimerCount()).toBe(0);
    const silent = within(new Promise<never>(() => {}), 2000);
    const answer = expect(silent).rejects.toMatchObject({ code: "audit_unavailable", status: 503 });
    await vi.advanceTimersByTimeAsync(2000);
    await answer;
    expect(vi.getTimerCount()).toBe(0);
  } finally {
    vi.useRealTimers();
  }
});
