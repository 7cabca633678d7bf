import "server-only";

import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { badCredential, credentialOf } from "@/lib/agents/authenticate";
import type { Committed } from "@/lib/audit/lane";
import { type PayloadFields, sealPayload } from "@/lib/audit/payload";
import { writingKey } from "@/lib/audit/payload-keys";
import { looksLikeToken } from "@/lib/auth/token";
import { AppError, type ErrorCode, toProblem } from "@/lib/errors";
import { parseJson } from "@/lib/json";
import { log } from "@/lib/log";
import { count } from "@/lib/metrics/counters";
import { type CredentialFacts, loadedSnapshot, refreshSnapshot, snapshotIsStale } from "@/lib/policy/snapshot";
import type { Plane } from "./plane";
import { takeToken } from "./rate";
import { within } from "./within";

/** What every route of the decision plane does at its edge: name the caller, read a bounded body strictly, answer, and record what was refused. */
export type Answer = { status: number; body: string | Buffer; type?: string; headers?: Record<string, string> };

const bodyLimit = 256 * 1024;

/**
 * The credential of the caller. An unknown one is looked up again in a fresh snapshot, since it may have been issued a moment ago.
 * @throws AppError `unauthenticated` with one text for every cause · `too_many_requests`
 */
export async function caller(request: IncomingMessage, plane: Plane): Promise<CredentialFacts> {
  if (request.headers.cookie !== undefined)
    throw new AppError("unauthenticated", "send the agent's credential alone, without cookies");
  const { authorization } = request.headers;
  const now = plane.lanes.now();
  let snapshot = loadedSnapshot();
  let found = snapshot && credentialOf(authorization, snapshot, now);
  if (!found && authorization && looksLikeToken(authorization.slice(7)) === "agt" && (await within(staleOnce()))) {
    snapshot = await within(refreshSnapshot());
    found = credentialOf(authorization, snapshot, now);
  }
  if (!found) {
    count("countersign_unauthenticated_total", "calls with a bad credential");
    throw badCredential();
  }
  noteUse(found.id, now);
  takeToken(found.agentId);
  return found;
}

/** Callers with unknown credentials share one look at the database, at most every 50 ms. */
let look: Promise<boolean> | undefined;
function staleOnce(): Promise<boolean> {
  if (!look) {
    look = snapshotIsStale();
    look.catch(() => {});
    setTimeout(() => {
      look = undefined;
    }, 50).unref();
  }
  return look;
}

const uses = new Map<string, { at: number; calls: number }>();
function noteUse(credential: string, at: number): void {
  const use = uses.get(credential);
  if (use) {
    use.at = at;
    use.calls++;
  } else uses.set(credential, { at, calls: 1 });
}

/** Takes the uses noted since the last call: credential, last time (ms), number of calls. */
export function takeUses(): { credential: string; at: number; calls: number }[] {
  const taken = [...uses].map(([credential, use]) => ({ credential, ...use }));
  uses.clear();
  return taken;
}

/** A document that the strict parser refuses is denied and logged. */
export async function recordInvalid(credential: CredentialFacts, plane: Plane, error: unknown): Promise<void> {
  if (!(error instanceof AppError)) return;
  await recordRefused(credential, plane, "invalid_input", {
    message: error.message,
    fields: error.fields.map((field) => ({ ...field })),
  });
}

/** Writes the entry of a call that was refused before any policy looked at it. */
export async function recordRefused(
  credential: CredentialFacts,
  plane: Plane,
  kind: "invalid_input" | "identity_mismatch",
  payload: PayloadFields,
): Promise<void> {
  const scope = loadedSnapshot()?.agents.get(credential.agentId)?.ownerActor ?? "system";
  await new Promise<Committed>((resolve, reject) => {
    plane.lanes.submit({
      deadline: performance.now() + 2500,
      party: credential.agentId,
      draft: () => ({
        facts: { kind, agent: credential.agentId, outcome: "deny", codes: [kind] },
        payload: sealPayload(payload),
        // Inside, where it is awaited: while the database is away, nobody would.
        key: writingKey(scope, new Date(plane.lanes.now())),
      }),
      learn: () => {},
      replayed: () => {},
      committed: resolve,
      failed: reject,
    });
  });
}

export function header(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value.join(",") : value;
}

/** The body, counted while it is read. */
export function readBody(request: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const tooLarge = () => {
      request.pause();
      reject(new AppError("payload_too_large", `the body is larger than ${bodyLimit} bytes`));
    };
    if (Number(request.headers["content-length"] ?? 0) > bodyLimit) return tooLarge();
    let first: Buffer | undefined;
    let chunks: Buffer[] | undefined;
    let size = 0;
    request.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size > bodyLimit) return tooLarge();
      if (!first) first = chunk;
      else if (chunks) chunks.push(chunk);
      else chunks = [first, chunk];
    });
    request.on("end", () => resolve(chunks ? Buffer.concat(chunks) : (first ?? Buffer.alloc(0))));
    request.on("error", reject);
    request.on("aborted", () => reject(new AppError("invalid_request", "the request ended early")));
  });
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

export function readJson(request: IncomingMessage, body: Buffer): unknown {
  const type = request.headers["content-type"] ?? "";
  if (type !== "application/json" && !/^application\/json\s*;\s*charset="?utf-8"?\s*$/i.test(type))
    throw new AppError("unsupported_media_type", "send the body as `application/json`");
  if (request.headers["content-encoding"] !== undefined)
    throw new AppError("unsupported_media_type", "send the body without a content encoding");
  let text: string;
  try {
    text = utf8.decode(body);
  } catch {
    throw new AppError("invalid_request", "the body is not UTF-8");
  }
  return parseJson(text);
}

export function json(status: number, body: unknown): Answer {
  return { status, body: JSON.stringify(body) };
}

const closing: ReadonlySet<ErrorCode> = new Set(["payload_too_large"]);

export function refusal(error: unknown): Answer {
  const requestId = randomUUID();
  const problem = toProblem(error, requestId);
  count("countersign_refusals_total", "calls that could not be answered, by code", { code: problem.code });
  if (problem.status >= 500)
    log.error("a decision could not be answered", {
      requestId,
      code: problem.code,
      error,
      cause: (error as Error | undefined)?.cause,
    });
  const headers: Record<string, string> = {};
  if (problem.status === 401) headers["www-authenticate"] = "Bearer";
  if (error instanceof AppError && error.retryAfterSeconds) headers["retry-after"] = String(error.retryAfterSeconds);
  if (closing.has(problem.code)) headers.connection = "close";
  return {
    status: problem.status,
    type: "application/problem+json",
    body: JSON.stringify({ outcome: "deny", ...problem }),
    headers,
  };
}

export function send(response: ServerResponse, { status, body, type = "application/json", headers }: Answer): void {
  if (response.headersSent || response.destroyed) return;
  const length = typeof body === "string" ? Buffer.byteLength(body) : body.length;
  response.writeHead(status, {
    "content-type": type,
    "content-length": length,
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    ...headers,
  });
  if (typeof body !== "string") response.end(body);
  // ASCII goes out with the head in one write, without being encoded again.
  else response.end(body, length === body.length ? "latin1" : "utf8");
}
