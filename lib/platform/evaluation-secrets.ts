import "server-only";

import { generateKeyPairSync, randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

/**
 * The secrets of evaluation mode: made once, kept in a file only its owner may read, under the names production settings have.
 * @param path the file; its folder is created
 * @returns variables for `settingsFrom`
 */
export function evaluationSecrets(path: string): Record<string, string> {
  const kept: Record<string, string> = existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : {};
  const missing = Object.entries(makers).filter(([name]) => !kept[name]);
  if (missing.length === 0) return kept;
  const complete = { ...kept, ...Object.fromEntries(missing.map(([name, make]) => [name, make()])) };
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(`${path}.new`, `${JSON.stringify(complete, null, 2)}\n`, { mode: 0o600 });
  renameSync(`${path}.new`, path);
  return complete;
}

const makers: Record<string, () => string> = {
  AUTH_SECRET: () => randomBytes(32).toString("base64"),
  COUNTERSIGN_PEPPER: () => randomBytes(32).toString("base64"),
  COUNTERSIGN_KEK: () => randomBytes(32).toString("base64"),
  COUNTERSIGN_SIGNING_KEY: () =>
    generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
  // For commands on this machine, such as `npm run replay`.
  COUNTERSIGN_BOOTSTRAP_TOKEN: () => randomBytes(32).toString("base64url"),
  COUNTERSIGN_DATABASE_PASSWORD: () => randomBytes(24).toString("base64url"),
};
