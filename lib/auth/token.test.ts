import { expect, test } from "vitest";
import { newId } from "@/lib/ids";
import { makeToken, parseToken, sameDigest, tokenDigest } from "./token";

const pepper = new Uint8Array(32).fill(7);

test("a token says which row it belongs to and carries 256 bits of secret", () => {
  for (const [kind, id] of [
    ["agt", newId("crd")],
    ["pat", newId("tok")],
  ] as const) {
    const { token, digestInput } = makeToken(kind, id);
    expect(parseToken(token)).toEqual({ kind, id, digestInput });
    expect(digestInput).toHaveLength(52);
    expect(token).toMatch(/^cs_(agt|pat)_[0-9a-z]{26}_[0-9a-z]{59}$/);
  }
});

test("T03 a secret scanner can tell a token from noise: any changed character breaks the check", () => {
  const { token } = makeToken("agt", newId("crd"));
  for (let at = 7; at < token.length; at++) {
    if (token[at] === "_") continue;
    const other = token[at] === "0" ? "1" : "0";
    expect(parseToken(token.slice(0, at) + other + token.slice(at + 1))).toBeNull();
  }
});

test("an agent's key never reads as a person's token", () => {
  const { token } = makeToken("agt", newId("crd"));
  expect(parseToken(token.replace("cs_agt_", "cs_pat_"))).toBeNull();
});

test("what is not a token is refused whatever its shape", () => {
  const { token } = makeToken("pat", newId("tok"));
  for (const text of [
    "",
    " ",
    "cs_pat_",
    token.toUpperCase(),
    `${token} `,
    ` ${token}`,
    `${token}\n`,
    token.slice(0, -1),
    "cs_pat_".padEnd(4000, "0"),
  ]) {
    expect(parseToken(text)).toBeNull();
  }
});

test("a row id of another kind makes no token", () => {
  expect(() => makeToken("agt", newId("tok"))).toThrow("makeToken");
  expect(() => makeToken("pat", newId("tok"), new Uint8Array(16))).toThrow("makeToken");
});

test("T03 the digest depends on the pepper and does not contain the secret", () => {
  const { digestInput } = makeToken("pat", newId("tok"));
  const digest = tokenDigest(pepper, digestInput);
  expect(digest).toHaveLength(32);
  expect(sameDigest(digest, tokenDigest(pepper, digestInput))).toBe(true);
  expect(sameDigest(digest, tokenDigest(new Uint8Array(32).fill(8), digestInput))).toBe(false);
});

test("T04 digests of unequal length compare unequal and do not throw", () => {
  expect(sameDigest(new Uint8Array(32), new Uint8Array(31))).toBe(false);
  expect(sameDigest(new Uint8Array(0), new Uint8Array(32))).toBe(false);
});
