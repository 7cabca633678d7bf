import "server-only";

import type { IncomingMessage } from "node:http";
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
