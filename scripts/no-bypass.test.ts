import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";

/** There is no switch that turns policy, the log or approvals off: the code that ships is searched for every usual spelling of one. */

const shipped = [
  "app",
  "components",
  "lib",
  "prisma/seed",
  "server.ts",
  "scripts/start.mjs",
  "scripts/build.mjs",
  "next.config.ts",
]
  .flatMap(files)
  .map((path) => ({ path, text: readFileSync(path, "utf8") }));

function files(path: string): string[] {
  if (!existsSync(path)) return [];
  if (!statSync(path).isDirectory()) return /\.(?:ts|tsx|mjs)$/.test(path) && !/\.test\.tsx?$/.test(path) ? [path] : [];
  return readdirSync(path)
    .filter((name) => name !== "generated" && name !== "testing" && name !== "testdata")
    .flatMap((name) => files(join(path, name)));
}

const off = "skip|disable|bypass|ignore|insecure|unsafe|override|suppress|no|without";
const wall =
  "polic(?:y|ies)|audit|log(?:ging)?|approvals?|auth|authorization|authentication|permissions?|signatures?|verification|receipts?|guards?|epoch|csrf|origin|tls|ssl|echo|budgets?|mandates?|quorum|expiry";
/** As one name in any case: `skipPolicy`, `AUDIT_DISABLED`, `no-verify-approval`. Prose has a space, and `no policy` is prose. */
const spellings = [
  new RegExp(`(?:\\b|_)(?:${off})(?:[_-]|(?=[A-Z]))(?:the_?)?(?:verify_?|check_?)?(?:${wall})(?![a-z])`, "gi"),
  new RegExp(`\\b(?:${wall})[_-]?(?:skip(?:ped)?|disabled?|bypass(?:ed)?|insecure|optional|off|disabling)\\b`, "gi"),
  /\b(?:rejectUnauthorized|checkServerIdentity)\s*:\s*(?:false|\(\))/g,
  /NODE_TLS_REJECT_UNAUTHORIZED|insecureHTTPParser\s*:\s*true|--insecure-http-parser/g,
  /\$(?:queryRawUnsafe|executeRawUnsafe)\b|\bdangerouslySetInnerHTML\b|\ballowDangerous\w*/g,
  /\bsynchronous_commit\s*(?:=|TO)\s*'?(?:off|local)\b|\bsession_replication_role\b|\bDISABLE\s+TRIGGER\b/gi,
];

/** Occurrences that are no switch, by file and the very words. */
const known = new Map<string, string[]>([
  ["lib/approvals/queries.ts", ["no_permission"]], // why somebody cannot vote
  ["lib/approvals/schema.ts", ["no_permission"]],
]);

function hits(text: string): string[] {
  return spellings.flatMap((spelling) => [...text.matchAll(spelling)].map(([hit]) => hit));
}

describe("no bypass", () => {
  test("no shipped file spells a switch around policy, the log, approvals or their checks", () => {
    expect(shipped.length).toBeGreaterThan(200);
    const found = shipped.flatMap(({ path, text }) =>
      hits(text)
        .filter((hit) => !known.get(path)?.includes(hit))
        .map((hit) => `${path}: ${hit}`),
    );
    expect(found).toEqual([]);
  });

  test.each([
    "if (options.skipPolicy) return allow;",
    "const auditDisabled = process.env.AUDIT_DISABLED === '1';",
    "COUNTERSIGN_DISABLE_AUDIT",
    "--no-approval",
    "bypass_approvals: true",
    "withoutLog()",
    "ignoreSignature",
    "approval-optional",
    "policyOff",
    "ssl: { rejectUnauthorized: false }",
    "db.$queryRawUnsafe(text)",
    "SET synchronous_commit = off",
    "ALTER TABLE audit.entry DISABLE TRIGGER ALL",
    "allowDangerousEmailAccountLinking: true",
  ])("the search finds a planted %j", (planted) => {
    expect(hits(planted).length).toBeGreaterThan(0);
  });

  test.each(["there is no policy yet", "the log takes no notice", "skip to the content", "disabled={pending}"])(
    "the search leaves prose alone: %j",
    (prose) => {
      expect(hits(prose)).toEqual([]);
    },
  );

  test("only the reader of settings, the start and the build look at the environment", () => {
    const allowed = new Map([
      ["lib/env.ts", [/.*/]],
      ["lib/platform/prepare.ts", [/^process\.env$/, /^process\.env\[name\]$/]], // hands them on, and deletes the secrets
      ["lib/auth/config.ts", [/^process\.env\.NEXTAUTH_URL$/]], // sets it, for a package that reads nothing else
      ["scripts/start.mjs", [/^process\.env$/]],
    ]);
    const harmless =
      /^process\.env\.(?:NODE_ENV|CI|SSH_CONNECTION|PATH|SYSTEMROOT|COUNTERSIGN_(?:STARTED_AT|DATA|PINNED|PROFILE)|DATABASE_URL)$/;
    const found = shipped.flatMap(({ path, text }) =>
      [...text.matchAll(/process\.env(?:\.\w+|\[[^\]]+\])?/g)]
        .map(([read]) => read)
        .filter((read) => !harmless.test(read) && !allowed.get(path)?.some((form) => form.test(read)))
        .map((read) => `${path}: ${read}`),
    );
    expect(found).toEqual([]);
  });
});
