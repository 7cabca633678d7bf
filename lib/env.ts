import "server-only";

import { createPrivateKey, type KeyObject } from "node:crypto";
import { readFileSync } from "node:fs";
import { isIP } from "node:net";
import { join, resolve } from "node:path";
import { z } from "zod";

/**
 * Everything Countersign is told from outside, read once. `settingsFrom` is the only reader of environment variables; it names every
 * missing or weak setting at once, one sentence each. The running process keeps the result on `globalThis`, because the code of `lib/`
 * is loaded twice in it (Next's bundle and the server's) while the secrets are deleted from `process.env` before the first request.
 */
export type Settings = {
  /** `evaluation` has an embedded database and generated secrets and listens on loopback only. */
  mode: "evaluation" | "production";
  role: "web" | "worker" | "all";
  host: string;
  port: number;
  /** Origin without a trailing slash, for links that leave the program and for the cookie policy. */
  publicUrl: string;
  /** Every origin a browser may use: `publicUrl`, and in evaluation mode the loopback names on the same port. */
  origins: string[];
  /** Absolute path of the writable folder. */
  dataDirectory: string;
  /** Absolute path of the file that every signed checkpoint is written to; best on another disk. */
  anchorFile: string;
  /** Where checkpoints are shown to others, with their verifier keys (C2SP signed-note). */
  witnesses: { url: string; key: string }[];
  /** So many witnesses must have cosigned a checkpoint before it is published. */
  witnessQuorum: number;
  /** At least 32 bytes; signs and encrypts sign-in cookies. */
  authSecret: string;
  /** 32 bytes, keys the digest of agent credentials. */
  pepper: Buffer;
  /** 32 bytes, wraps the payload keys of the audit log. */
  kek: Buffer;
  /** Ed25519 private key that signs receipts. */
  signingKey: KeyObject;
  /** Value of an admin API token, 32 characters or more. */
  bootstrapToken: string | null;
  /** Value that reading `/metrics` needs, 32 characters or more. */
  metricsToken: string | null;
  /** Addresses or CIDR ranges whose `X-Forwarded-*` headers are believed. */
  trustedProxies: string[];
  oidc: { issuer: string; clientId: string; clientSecret: string; name: string } | null;
};

export type DatabaseSettings = {
  /** Connection string of the role the program runs as. */
  url: string;
  /** True when that role also owns the tables, so that the guards of the log do not bind it. */
  singleRole: boolean;
};

export type Environment = Settings & { database: DatabaseSettings };

/** Refuses a start. `problems` are complete sentences for the person who starts the program. */
export class ConfigurationError extends Error {
  override name = "ConfigurationError";
  constructor(readonly problems: string[]) {
    super(problems.join("\n"));
  }
}

/** Names whose values are removed from `process.env` once they have been read. */
export const secretNames = [
  "DATABASE_URL",
  "DATABASE_MIGRATE_URL",
  "AUTH_SECRET",
  "COUNTERSIGN_SIGNING_KEY",
  "COUNTERSIGN_PEPPER",
  "COUNTERSIGN_KEK",
  "COUNTERSIGN_BOOTSTRAP_TOKEN",
  "COUNTERSIGN_METRICS_TOKEN",
  "OIDC_CLIENT_SECRET",
] as const;

type Variables = Record<string, string | undefined>;

/**
 * Reads the settings from variables.
 * @param variables usually `process.env`; in evaluation mode joined with the generated secrets under the same names
 * @throws ConfigurationError with one sentence for each missing or weak setting
 */
export function settingsFrom(variables: Variables): Settings {
  const mode = variables.DATABASE_URL ? "production" : "evaluation";
  const given = Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== ""));
  const parsed = shape.safeParse(given);
  const problems = parsed.success ? [] : parsed.error.issues.map((issue) => issue.message);
  const evaluation = mode === "evaluation";

  if (evaluation && given.HOST && !isLoopback(given.HOST)) {
    problems.push(
      "HOST must be a loopback address such as `127.0.0.1` in evaluation mode: set DATABASE_URL and the other production settings to listen elsewhere.",
    );
  }
  if (!evaluation && !given.PUBLIC_URL) {
    problems.push(
      "PUBLIC_URL is missing: set it to the address people use, for example `https://countersign.example.com`.",
    );
  }
  if (parsed.success && parsed.data.COUNTERSIGN_WITNESS_QUORUM > parsed.data.COUNTERSIGN_WITNESSES.length) {
    problems.push(
      "COUNTERSIGN_WITNESS_QUORUM is larger than the number of witnesses: lower it, or add to COUNTERSIGN_WITNESSES.",
    );
  }
  const oidc = [given.OIDC_ISSUER, given.OIDC_CLIENT_ID, given.OIDC_CLIENT_SECRET].filter(Boolean).length;
  if (oidc !== 0 && oidc !== 3) {
    problems.push("OIDC_ISSUER, OIDC_CLIENT_ID and OIDC_CLIENT_SECRET belong together: set all three or none.");
  }
  if (!parsed.success || problems.length > 0) throw new ConfigurationError(problems);

  const value = parsed.data;
  const publicUrl = value.PUBLIC_URL ?? `http://localhost:${value.PORT}`;
  const loopback = ["localhost", "127.0.0.1", "[::1]"].map((name) => `http://${name}:${value.PORT}`);
  return {
    mode,
    role: value.COUNTERSIGN_ROLE,
    host: value.HOST,
    port: value.PORT,
    publicUrl,
    origins: evaluation ? [...new Set([publicUrl, ...loopback])] : [publicUrl],
    dataDirectory: resolve(value.COUNTERSIGN_DATA),
    anchorFile: resolve(value.COUNTERSIGN_ANCHOR_FILE ?? join(value.COUNTERSIGN_DATA, "log", "anchor.log")),
    witnesses: value.COUNTERSIGN_WITNESSES,
    witnessQuorum: value.COUNTERSIGN_WITNESS_QUORUM,
    authSecret: value.AUTH_SECRET,
    pepper: value.COUNTERSIGN_PEPPER,
    kek: value.COUNTERSIGN_KEK,
    signingKey: value.COUNTERSIGN_SIGNING_KEY,
    bootstrapToken: value.COUNTERSIGN_BOOTSTRAP_TOKEN ?? null,
    metricsToken: value.COUNTERSIGN_METRICS_TOKEN ?? null,
    trustedProxies: value.TRUSTED_PROXIES,
    oidc:
      value.OIDC_ISSUER && value.OIDC_CLIENT_ID && value.OIDC_CLIENT_SECRET
        ? {
            issuer: value.OIDC_ISSUER,
            clientId: value.OIDC_CLIENT_ID,
            clientSecret: value.OIDC_CLIENT_SECRET,
            name: value.OIDC_NAME,
          }
        : null,
  };
}

const held = Symbol.for("countersign.environment");
type Holder = { [held]?: Environment };

/** Makes `environment` the one that `env()` returns everywhere in this process. */
export function provideEnvironment(environment: Environment): void {
  (globalThis as Holder)[held] = Object.freeze(environment);
}

/**
 * The environment of this process. Without a start sequence of ours (a serverless host) it is read from `process.env` on first use.
 * @throws ConfigurationError when it is incomplete, or when there is neither a prepared nor an external database
 */
export function env(): Environment {
  const ready = (globalThis as Holder)[held];
  if (ready) return ready;
  const url = process.env.DATABASE_URL;
  if (!url)
    throw new ConfigurationError(["No database is ready: start Countersign with `npm start`, or set DATABASE_URL."]);
  provideEnvironment({ ...settingsFrom(process.env), database: { url, singleRole: false } });
  return env();
}

/** Connection string of the role the program runs as. */
export function databaseUrl(): string {
  return env().database.url;
}

/** Whether a host name or address never leaves this machine. */
export function isLoopback(host: string): boolean {
  const name = host.replace(/^\[|\]$/g, "");
  return name === "localhost" || name === "::1" || (isIP(name) === 4 && name.startsWith("127."));
}

/** A text turned into a value by `read`; `null` from `read` means it breaks the rule. */
function text<T>(name: string, rule: string, read: (given: string) => T | null) {
  return z.string({ error: `${name} is missing: set it to ${rule}.` }).transform((given, context): T => {
    const value = read(given.trim());
    if (value !== null) return value;
    context.addIssue({ code: "custom", message: `${name} is not valid: set it to ${rule}.` });
    return z.NEVER;
  });
}

function databaseAddress(given: string): string | null {
  const url = URL.parse(given);
  if (!url || !["postgres:", "postgresql:"].includes(url.protocol)) return null;
  const host = url.searchParams.get("host") ?? decodeURIComponent(url.hostname);
  const mode = url.searchParams.get("sslmode") ?? "verify-full";
  return host.startsWith("/") || isLoopback(host) || mode.startsWith("verify-") || mode === "require" ? given : null;
}

/** `https` anywhere, `http` on loopback only; an origin without path, query or credentials. */
function publicOrigin(given: string): string | null {
  const url = URL.parse(given);
  if (!url || url.username || url.password || url.search || url.hash || url.pathname !== "/") return null;
  return url.protocol === "https:" || (url.protocol === "http:" && isLoopback(url.hostname)) ? url.origin : null;
}

/** `url key`, one pair after the other. `https` anywhere, `http` on loopback only. */
function witnessList(given: string): { url: string; key: string }[] | null {
  const words = given.split(/[\s,]+/).filter(Boolean);
  if (words.length % 2 !== 0) return null;
  const pairs = Array.from({ length: words.length / 2 }, (_, at) => ({
    url: (words[2 * at] as string).replace(/\/$/, ""),
    key: words[2 * at + 1] as string,
  }));
  const fine = pairs.every(({ url, key }) => {
    const { protocol, hostname } = URL.parse(url) ?? {};
    const reachable = protocol === "https:" || (protocol === "http:" && isLoopback(hostname ?? ""));
    return reachable && /^[^\s+]+\+[0-9a-f]{8}\+BA?[A-Za-z0-9+/]+=*$/.test(key);
  });
  return fine ? pairs : null;
}

function longSecret(given: string): string | null {
  return Buffer.byteLength(given) >= 32 && new Set(given).size >= 8 ? given : null;
}

function key32(given: string): Buffer | null {
  const bytes = Buffer.from(given, /^[0-9a-f]{64}$/i.test(given) ? "hex" : "base64");
  return bytes.length === 32 && new Set(bytes).size >= 8 ? bytes : null;
}

function ed25519(given: string): KeyObject | null {
  try {
    const pem = given.startsWith("-----") ? given.replaceAll("\\n", "\n") : readFileSync(given, "utf8");
    const key = createPrivateKey(pem);
    return key.asymmetricKeyType === "ed25519" ? key : null;
  } catch {
    return null;
  }
}

function addressRanges(given: string): string[] | null {
  const ranges = given.split(/[\s,]+/).filter(Boolean);
  const known = ranges.every((range) => {
    const [address = "", bits, ...rest] = range.split("/");
    const widest = isIP(address) === 6 ? 128 : 32;
    return (
      isIP(address) !== 0 &&
      rest.length === 0 &&
      (bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= widest))
    );
  });
  return known ? ranges : null;
}

const random32 = "32 random bytes in base64 or hex, for example from `openssl rand -base64 32`";
const token = "a random value of at least 32 characters";

const shape = z.object({
  DATABASE_URL: text(
    "DATABASE_URL",
    "`postgresql://user:password@host/database`, with verified TLS unless the host is this machine",
    databaseAddress,
  ).optional(),
  DATABASE_MIGRATE_URL: text(
    "DATABASE_MIGRATE_URL",
    "`postgresql://user:password@host/database`, with verified TLS unless the host is this machine",
    databaseAddress,
  ).optional(),
  PUBLIC_URL: text(
    "PUBLIC_URL",
    "the `https://` origin people use, without a path (`http://` only on this machine)",
    publicOrigin,
  ).optional(),
  HOST: z.string().default("127.0.0.1"),
  PORT: text("PORT", "a number from 0 to 65535", (given) =>
    /^\d{1,5}$/.test(given) && Number(given) <= 65535 ? Number(given) : null,
  ).default(3000),
  AUTH_SECRET: text("AUTH_SECRET", "at least 32 random bytes, for example from `openssl rand -base64 32`", longSecret),
  COUNTERSIGN_SIGNING_KEY: text(
    "COUNTERSIGN_SIGNING_KEY",
    "an Ed25519 private key in PEM, or the path of a file that holds one, for example from `openssl genpkey -algorithm ed25519`",
    ed25519,
  ),
  COUNTERSIGN_PEPPER: text("COUNTERSIGN_PEPPER", random32, key32),
  COUNTERSIGN_KEK: text("COUNTERSIGN_KEK", random32, key32),
  COUNTERSIGN_BOOTSTRAP_TOKEN: text("COUNTERSIGN_BOOTSTRAP_TOKEN", token, longSecret).optional(),
  COUNTERSIGN_METRICS_TOKEN: text("COUNTERSIGN_METRICS_TOKEN", token, longSecret).optional(),
  COUNTERSIGN_ROLE: text("COUNTERSIGN_ROLE", "`web`, `worker` or `all`", (given) =>
    given === "web" || given === "worker" || given === "all" ? given : null,
  ).default("all"),
  COUNTERSIGN_DATA: z.string().default(".data"),
  COUNTERSIGN_ANCHOR_FILE: z.string().optional(),
  COUNTERSIGN_WITNESSES: text(
    "COUNTERSIGN_WITNESSES",
    "pairs of an address and a verifier key, such as `https://witness.example.com witness.example.com+1f2e3d4c+BAbC…`",
    witnessList,
  ).default([]),
  COUNTERSIGN_WITNESS_QUORUM: text("COUNTERSIGN_WITNESS_QUORUM", "a number from 0 to 9", (given) =>
    /^\d$/.test(given) ? Number(given) : null,
  ).default(0),
  TRUSTED_PROXIES: text("TRUSTED_PROXIES", "addresses or CIDR ranges separated by commas", addressRanges).default([]),
  OIDC_ISSUER: text("OIDC_ISSUER", "the `https://` address of the identity provider", (given) =>
    ["https:", "http:"].includes(URL.parse(given)?.protocol ?? "") &&
    (given.startsWith("https:") || isLoopback(new URL(given).hostname))
      ? given
      : null,
  ).optional(),
  OIDC_CLIENT_ID: z.string().optional(),
  OIDC_CLIENT_SECRET: z.string().optional(),
  OIDC_NAME: z.string().default("single sign-on"),
});
