import "server-only";

import { db } from "@/lib/db";
import { env } from "@/lib/env";
import { AppError } from "@/lib/errors";
import type { Origin } from "./open-session";
import { verifyPassword } from "./password";
import { refuseSignIn } from "./refuse-sign-in";
import { makeThrottle, type Throttle } from "./throttle";

/** The ways in that need no identity provider. Each answers the person's id, or null for every kind of "no". */

const held = Symbol.for("countersign.sign-in-throttle");
type Holder = { [held]?: Throttle };

/** One throttle per process: the code of `lib/` is loaded twice in it. */
export function signInThrottle(): Throttle {
  const holder = globalThis as Holder;
  holder[held] ??= makeThrottle();
  return holder[held];
}

/**
 * Checks an email and a password. Unknown, deactivated and passwordless accounts take as long as a wrong password and answer the same.
 * @throws AppError `too_many_requests` after repeated failures, before looking at the password
 */
export async function signInWithPassword(
  given: { email: string; password: string },
  origin: Origin,
): Promise<string | null> {
  const account = given.email.trim().toLowerCase().slice(0, 254);
  await checkThrottle(account, origin);
  const person = await db.person.findUnique({
    where: { email: account },
    select: { id: true, active: true, passwordHash: true },
  });
  const right = await verifyPassword(given.password, person?.passwordHash ?? null);
  if (person?.active && right) {
    signInThrottle().succeeded(account, origin.address);
    return person.id;
  }
  signInThrottle().failed(account, origin.address, Date.now());
  await refuseSignIn(
    "password",
    account,
    person && !person.active ? "the account is deactivated" : "unknown account or wrong password",
    origin,
  );
  return null;
}

async function checkThrottle(account: string, origin: Origin): Promise<void> {
  const { waitSeconds, first } = signInThrottle().check(account, origin.address, Date.now());
  if (waitSeconds === 0) return;
  if (first) await refuseSignIn("password", account, "too many failures", origin);
  throw new AppError("too_many_requests", "too many failed attempts: wait a quarter of an hour", {
    retryAfterSeconds: waitSeconds,
  });
}

/** Comes in as a sample person with one click. Exists in evaluation mode only, for sample people only. */
export async function signInAsSample(personId: string, origin: Origin): Promise<string | null> {
  if (env().mode === "evaluation") {
    const person = await db.person.findUnique({
      where: { id: personId },
      select: { id: true, active: true, sample: true },
    });
    if (person?.active && person.sample) return person.id;
  }
  await refuseSignIn(
    "sample person",
    personId,
    env().mode === "evaluation" ? "not an active sample person" : "there are no sample people in production",
    origin,
  );
  return null;
}
