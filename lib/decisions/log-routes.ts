import "server-only";

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import { join } from "node:path";
import { parseTilePath } from "@/lib/audit/checkpoint";
import { readIdentity } from "@/lib/audit/close-lane";
import { keyLines, logKeysOf } from "@/lib/audit/log-keys";
import { newestCheckpoint } from "@/lib/audit/proofs";
import { servedCheckpoint } from "@/lib/audit/publish";
import { treeHashes } from "@/lib/audit/tree-hashes";
import { env } from "@/lib/env";
import { notFound } from "@/lib/errors";
import type { Answer } from "./edge";
import { within } from "./within";

/** What anybody may read of the log: hashes and signatures, never an entry. C2SP tlog-tiles; entry bundles need a permission and are the console's. */

const plain = "text/plain; charset=utf-8";

export async function getCheckpoint(): Promise<Answer> {
  const served = await within(servedCheckpoint());
  if (!served) throw notFound();
  return { status: 200, type: plain, body: served.note, headers: { "cache-control": "no-cache" } };
}

export async function getLogKeys(): Promise<Answer> {
  const { origin } = await within(readIdentity());
  return { status: 200, type: plain, body: keyLines(logKeysOf(env().signingKey, origin)) };
}

/** A full tile never changes. A partial one is given for any width that the newest checkpoint covers. */
export async function getTile(_: IncomingMessage, match: RegExpExecArray): Promise<Answer> {
  const path = parseTilePath(match[1] as string);
  const newest = path && (await within(newestCheckpoint()));
  if (!path || path.level === "entries" || !newest) throw notFound();
  const entries = Math.floor(newest.size / 256 ** path.level);
  if (path.index * 256 + path.width > entries) throw notFound();
  const size = (path.index * 256 + path.width) * 256 ** path.level;
  const body = await within(treeHashes(size).tile(path.level, path.index));
  const headers = { "cache-control": "public, max-age=31536000, immutable" };
  return { status: 200, type: "application/octet-stream", body, headers };
}

/** The offline verifier as a page that an auditor can save: one file, nothing loaded from anywhere. */
export async function getVerifierPage(): Promise<Answer> {
  page ??= verifierPage();
  return { status: 200, type: "text/html; charset=utf-8", ...page };
}

let page: { body: string; headers: Record<string, string> } | undefined;

function verifierPage(): { body: string; headers: Record<string, string> } {
  const tool = (name: string) => readFileSync(join(process.cwd(), "tools", name), "utf8");
  const core =
    tool("verify.mjs").split("// ---------------------------------------------------------------- Node")[0] ?? "";
  const body = tool("verify.html").replace("/* verifier */", () =>
    core.replace(/^#!.*\n/, "").replaceAll(/^export /gm, ""),
  );
  const digest = (tag: string) => {
    const text = new RegExp(`<${tag}[^>]*>([\\s\\S]*?)</${tag}>`).exec(body)?.[1] ?? "";
    return `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
  };
  const policy = `default-src 'none'; script-src ${digest("script")}; style-src ${digest("style")}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;
  return { body, headers: { "content-security-policy": policy } };
}
