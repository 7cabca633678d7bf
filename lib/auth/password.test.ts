import { expect, test } from "vitest";
import { hashPassword, passwordProblem, verifyPassword } from "./password";

const ada = { email: "ada.lovelace@example.com", name: "Ada Lovelace" };

test("a stored password verifies, and nothing else does", async () => {
  const stored = await hashPassword("correct horse battery");
  expect(stored).toMatch(/^scrypt\$15\$8\$3\$[\w-]{22}\$[\w-]{43}$/);
  expect(await verifyPassword("correct horse battery", stored)).toBe(true);
  expect(await verifyPassword("correct horse batterz", stored)).toBe(false);
  expect(await verifyPassword("", stored)).toBe(false);
});

test("the same password is stored differently each time", async () => {
  expect(await hashPassword("correct horse battery")).not.toBe(await hashPassword("correct horse battery"));
});

test("older parameters in the stored text still verify", async () => {
  // scrypt N=2^10, r=8, p=1 over "correct horse battery" with 16 zero bytes of salt
  const { scryptSync } = await import("node:crypto");
  const key = scryptSync("correct horse battery", Buffer.alloc(16), 32, { N: 1024, r: 8, p: 1 });
  expect(
    await verifyPassword(
      "correct horse battery",
      `scrypt$10$8$1$${Buffer.alloc(16).toString("base64url")}$${key.toString("base64url")}`,
    ),
  ).toBe(true);
});

test("a damaged or empty stored text lets nobody in", async () => {
  for (const stored of [null, "", "scrypt$", "plain", `scrypt$10$8$1$${"A".repeat(22)}$`])
    expect(await verifyPassword("correct horse battery", stored)).toBe(false);
  // All-zero key material is the dummy of an unknown account: it must not match by construction.
  expect(await verifyPassword("", null)).toBe(false);
});

test("T50 an unknown account costs the same scrypt work as a known one", async () => {
  const stored = await hashPassword("correct horse battery");
  const time = async (hash: string | null) => {
    const samples: number[] = [];
    for (let i = 0; i < 5; i++) {
      const start = performance.now();
      await verifyPassword("wrong horse battery!", hash);
      samples.push(performance.now() - start);
    }
    return Math.min(...samples);
  };
  const known = await time(stored);
  const unknown = await time(null);
  expect(unknown).toBeGreaterThan(known * 0.6);
  expect(unknown).toBeLessThan(known * 1.7);
});

test("the same characters in another Unicode form are the same password", async () => {
  const stored = await hashPassword("crème brûlée royale");
  expect(await verifyPassword("crème brûlée royale".normalize("NFD"), stored)).toBe(true);
});

test("short, repetitive and personal passwords are refused with the rule they break", () => {
  expect(passwordProblem("short", ada)).toBe("must be at least 12 characters");
  expect(passwordProblem("a".repeat(300), ada)).toBe("must be at most 256 characters");
  expect(passwordProblem("aaaaaaaaaaaaaaa", ada)).toBe("repeats too few different characters");
  expect(passwordProblem("ada.lovelace@example.com", ada)).toContain("mostly your name");
  expect(passwordProblem("Countersign-123", ada)).toContain("name of this product");
  expect(passwordProblem("correct horse battery", ada)).toBeNull();
});
