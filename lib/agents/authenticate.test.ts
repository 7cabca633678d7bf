import { createHash, randomBytes } from "node:crypto";
import { beforeAll, expect, test } from "vitest";
import { makeToken, tokenDigest } from "@/lib/auth/token";
import { type Environment, provideEnvironment } from "@/lib/env";
import { newId } from "@/lib/ids";
import type { CredentialFacts, Snapshot } from "@/lib/policy/snapshot";
import { credentialOf } from "./authenticate";

const pepper = createHash("sha256").update("test pepper").digest();
const credentials = new Map<string, CredentialFacts>();
const known: string[] = [];
for (let at = 0; at < 200; at++) {
  const id = newId("crd");
  const { token, digestInput } = makeToken("agt", id);
  known.push(token);
  credentials.set(id, { id, agentId: newId("agt"), digest: tokenDigest(pepper, digestInput), expiresAt: null });
}
const snapshot = { credentials } as unknown as Snapshot;
const now = Date.now();

beforeAll(() => provideEnvironment({ pepper } as Environment));

const pick = (at: number) => known[at % known.length] as string;
/** One header of each kind of wrong; all of one length, all well formed but the last two. */
const wrong = {
  "an unknown id": () => makeToken("agt", newId("crd")).token,
  "a wrong secret": (at: number) => makeToken("agt", `crd_${pick(at).slice(7, 33)}`, randomBytes(32)).token,
  "a person's token": () => makeToken("pat", newId("tok")).token,
  "a wrong check": (at: number) => `${pick(at).slice(0, -1)}${pick(at).endsWith("0") ? "1" : "0"}`,
  "no token of ours": () => randomBytes(64).toString("hex").slice(0, pick(0).length),
};

test("T04 20,000 wrong credentials of each kind take the same time, by the median", () => {
  const kinds = Object.entries(wrong);
  const samples = new Map(kinds.map(([kind]) => [kind, new Float64Array(20_000)]));
  const run = (count: number, keep: boolean) => {
    for (let at = 0; at < count; at++) {
      const headers = kinds.map(([kind, make]) => [kind, `Bearer ${make(at)}`] as const);
      // In another order each time, so that neither drift nor caches favor a kind.
      for (let step = 0; step < headers.length; step++) {
        const [kind, header] = headers[(step + at) % headers.length] as (typeof headers)[0];
        const started = process.hrtime.bigint();
        const found = credentialOf(header, snapshot, now);
        const took = Number(process.hrtime.bigint() - started);
        if (found) throw new Error(`${kind} was let in`);
        if (keep) (samples.get(kind) as Float64Array)[at] = took;
      }
    }
  };
  run(2_000, false);
  run(20_000, true);
  const medians = new Map([...samples].map(([kind, values]) => [kind, values.sort()[10_000] ?? 0]));
  const usual = medians.get("an unknown id") ?? 0;
  // A lookup that skipped the digest would take a fifth. Between two runs of one kind the medians differ by a few per cent.
  for (const [kind, median] of medians) {
    expect(median / usual, `${kind}: ${median} ns, an unknown id: ${usual} ns`).toBeGreaterThan(0.6);
    expect(median / usual, `${kind}: ${median} ns, an unknown id: ${usual} ns`).toBeLessThan(1.6);
  }
}, 120_000);

test("T04 a header of any length and form is refused without an exception", () => {
  const token = pick(0);
  for (const header of [
    undefined,
    "",
    "Bearer",
    "Bearer ",
    "Basic eDp5",
    `bearer ${token}`,
    token,
    `Bearer  ${token}`,
    `Bearer ${token} `,
    `Bearer ${token}${token}`,
    `Bearer ${"x".repeat(100_000)}`,
    ...Array.from({ length: token.length }, (_, at) => `Bearer ${token.slice(0, at)}`),
    `Bearer ${token.toUpperCase()}`,
    `Bearer ${token.slice(0, -1)}é`,
    `Bearer ${token}\u0000`,
  ])
    expect(credentialOf(header, snapshot, now), header?.slice(0, 120)).toBeNull();
  expect(credentialOf(`Bearer ${token}`, snapshot, now)?.id).toBe(`crd_${token.slice(7, 33)}`);
});

test("T04 an expired credential answers like an unknown one, from the first call and from the remembered header", () => {
  const id = newId("crd");
  const { token, digestInput } = makeToken("agt", id);
  const expiring = { id, agentId: newId("agt"), digest: tokenDigest(pepper, digestInput), expiresAt: now };
  const one = { credentials: new Map([[id, expiring]]) } as unknown as Snapshot;
  expect(credentialOf(`Bearer ${token}`, one, now - 1)).toBe(expiring);
  expect(credentialOf(`Bearer ${token}`, one, now)).toBeNull();
  expect(credentialOf(`Bearer ${token}`, one, now + 1)).toBeNull();
});
