import { generateKeyPairSync, randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ConfigurationError, isLoopback, settingsFrom } from "@/lib/env";

const pem = (type: "ed25519" | "ed448") =>
  generateKeyPairSync(type as "ed25519")
    .privateKey.export({ type: "pkcs8", format: "pem" })
    .toString();

const secrets = {
  AUTH_SECRET: randomBytes(32).toString("base64"),
  COUNTERSIGN_PEPPER: randomBytes(32).toString("base64"),
  COUNTERSIGN_KEK: randomBytes(32).toString("hex"),
  COUNTERSIGN_SIGNING_KEY: pem("ed25519"),
};
const production = {
  ...secrets,
  DATABASE_URL: "postgresql://app:pw@db.example.com/countersign",
  PUBLIC_URL: "https://countersign.example.com",
};

function problems(variables: Record<string, string | undefined>): string[] {
  try {
    settingsFrom(variables);
    return [];
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems;
    throw error;
  }
}

test("complete production settings are accepted and typed", () => {
  const settings = settingsFrom({ ...production, TRUSTED_PROXIES: "10.0.0.0/8, ::1" });
  expect(settings).toMatchObject({
    mode: "production",
    role: "all",
    host: "127.0.0.1",
    port: 3000,
    publicUrl: "https://countersign.example.com",
    origins: ["https://countersign.example.com"],
    trustedProxies: ["10.0.0.0/8", "::1"],
    bootstrapToken: null,
    oidc: null,
  });
  expect(settings.pepper).toHaveLength(32);
  expect(settings.kek).toHaveLength(32);
  expect(settings.signingKey.asymmetricKeyType).toBe("ed25519");
});

test("every missing production setting is named, each in one sentence", () => {
  const found = problems({ DATABASE_URL: production.DATABASE_URL });
  for (const name of [...Object.keys(secrets), "PUBLIC_URL"]) {
    expect(found.filter((sentence) => sentence.startsWith(`${name} is missing: set it to `))).toHaveLength(1);
  }
  expect(found).toHaveLength(5);
  for (const sentence of found) expect(sentence).toMatch(/\.$/);
});

test("an empty value counts as a missing one", () => {
  expect(problems({ ...production, AUTH_SECRET: "" })).toEqual([expect.stringMatching(/^AUTH_SECRET is missing/)]);
});

test.each([
  ["AUTH_SECRET", "short"],
  ["AUTH_SECRET", "a".repeat(64)],
  ["COUNTERSIGN_PEPPER", randomBytes(16).toString("base64")],
  ["COUNTERSIGN_PEPPER", Buffer.alloc(32).toString("base64")],
  ["COUNTERSIGN_KEK", "not a key"],
  ["COUNTERSIGN_SIGNING_KEY", pem("ed448")],
  ["COUNTERSIGN_SIGNING_KEY", "/no/such/file.pem"],
  ["COUNTERSIGN_BOOTSTRAP_TOKEN", "thirty-one characters are few.."],
  ["COUNTERSIGN_METRICS_TOKEN", "short"],
  ["COUNTERSIGN_ROLE", "cron"],
  ["PUBLIC_URL", "http://countersign.example.com"],
  ["PUBLIC_URL", "https://countersign.example.com/path"],
  ["PUBLIC_URL", "https://user:pw@countersign.example.com"],
  ["PUBLIC_URL", "countersign.example.com"],
  ["PORT", "70000"],
  ["PORT", "3000x"],
  ["TRUSTED_PROXIES", "10.0.0.0/33"],
  ["TRUSTED_PROXIES", "proxy.example.com"],
  ["DATABASE_URL", "mysql://db.example.com/x"],
  ["DATABASE_URL", "postgresql://app@db.example.com/countersign?sslmode=disable"],
  ["OIDC_ISSUER", "http://id.example.com"],
])("T50 a weak or mistyped %s (%s) stops the start with a sentence that says what to set", (name, value) => {
  const oidc = { OIDC_ISSUER: "https://id.example.com", OIDC_CLIENT_ID: "id", OIDC_CLIENT_SECRET: "secret" };
  const found = problems({ ...production, ...oidc, [name]: value });
  expect(found).toEqual([expect.stringMatching(new RegExp(`^${name} is not valid: set it to .+\\.$`))]);
});

test("a refused secret never appears in what is said about it", () => {
  const value = "a secret that is too short";
  expect(problems({ ...production, AUTH_SECRET: value }).join()).not.toContain(value);
});

test("single sign-on is configured whole or not at all", () => {
  expect(problems({ ...production, OIDC_ISSUER: "https://id.example.com" })).toEqual([
    "OIDC_ISSUER, OIDC_CLIENT_ID and OIDC_CLIENT_SECRET belong together: set all three or none.",
  ]);
});

test("the signing key may be a file, or a PEM on one line", () => {
  const folder = mkdtempSync(join(tmpdir(), "countersign-env-"));
  const file = join(folder, "signing.pem");
  writeFileSync(file, secrets.COUNTERSIGN_SIGNING_KEY);
  for (const value of [file, secrets.COUNTERSIGN_SIGNING_KEY.replaceAll("\n", "\\n")]) {
    expect(problems({ ...production, COUNTERSIGN_SIGNING_KEY: value })).toEqual([]);
  }
  rmSync(folder, { recursive: true });
});

test("evaluation mode listens on loopback only and answers to its loopback names", () => {
  expect(settingsFrom({ ...secrets, PORT: "4000" })).toMatchObject({
    mode: "evaluation",
    publicUrl: "http://localhost:4000",
    origins: ["http://localhost:4000", "http://127.0.0.1:4000", "http://[::1]:4000"],
  });
  expect(problems({ ...secrets, HOST: "0.0.0.0" })).toEqual([
    expect.stringMatching(/^HOST must be a loopback address/),
  ]);
});

test("the database may be unencrypted on this machine only", () => {
  for (const url of [
    "postgresql://app@localhost/countersign?sslmode=disable",
    "postgresql://app@127.0.0.1:5433/countersign?sslmode=disable",
    "postgresql://app@localhost/countersign?host=%2Fvar%2Frun%2Fpostgresql",
    "postgresql://app@db.example.com/countersign?sslmode=verify-full",
  ]) {
    expect(problems({ ...production, DATABASE_URL: url })).toEqual([]);
  }
});

test.each([
  ["localhost", true],
  ["127.0.0.1", true],
  ["127.9.9.9", true],
  ["[::1]", true],
  ["127.0.0.1.example.com", false],
  ["0.0.0.0", false],
  ["10.0.0.1", false],
])("isLoopback(%s) is %s", (host, expected) => {
  expect(isLoopback(host)).toBe(expected);
});
