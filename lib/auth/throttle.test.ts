import { expect, test } from "vitest";
import { limits, makeThrottle } from "./throttle";

const now = Date.parse("2026-01-01T00:00:00Z");
const minutes = (n: number) => n * 60_000;

test("T50 after five failures the account is closed to that address for a quarter of an hour, and open to others", () => {
  const throttle = makeThrottle();
  for (let i = 0; i < limits.pair; i++) {
    expect(throttle.check("ada", "192.0.2.1", now).waitSeconds).toBe(0);
    throttle.failed("ada", "192.0.2.1", now);
  }
  expect(throttle.check("ada", "192.0.2.1", now)).toEqual({ waitSeconds: 900, first: true });
  expect(throttle.check("ada", "192.0.2.1", now).first).toBe(false);
  expect(throttle.check("ada", "192.0.2.2", now).waitSeconds).toBe(0);
  expect(throttle.check("ada", "192.0.2.1", now + minutes(15)).waitSeconds).toBe(0);
});

test("T50 one address that tries many accounts is stopped", () => {
  const throttle = makeThrottle();
  for (let i = 0; i < limits.address; i++) throttle.failed(`account${i}`, "192.0.2.1", now);
  expect(throttle.check("another", "192.0.2.1", now).waitSeconds).toBe(900);
  expect(throttle.check("another", "192.0.2.9", now).waitSeconds).toBe(0);
});

test("T50 many addresses that try one account are stopped", () => {
  const throttle = makeThrottle();
  for (let i = 0; i < limits.account; i++) throttle.failed("ada", `192.0.2.${i}`, now);
  expect(throttle.check("ada", "198.51.100.1", now).waitSeconds).toBe(900);
  expect(throttle.check("grace", "198.51.100.1", now).waitSeconds).toBe(0);
});

test("a success forgets the failures of its own pair and of no other", () => {
  const throttle = makeThrottle();
  for (let i = 0; i < limits.pair; i++) throttle.failed("ada", "192.0.2.1", now);
  for (let i = 0; i < limits.pair; i++) throttle.failed("grace", "192.0.2.1", now);
  throttle.succeeded("ada", "192.0.2.1");
  expect(throttle.check("ada", "192.0.2.1", now).waitSeconds).toBe(0);
  expect(throttle.check("grace", "192.0.2.1", now).waitSeconds).toBe(900);
});

test("made-up accounts cannot fill the memory", () => {
  const throttle = makeThrottle(30);
  for (let i = 0; i < 10_000; i++) throttle.failed(`made-up-${i}`, "192.0.2.1", now);
  expect(throttle.check("ada", "192.0.2.1", now).waitSeconds).toBe(900);
});
