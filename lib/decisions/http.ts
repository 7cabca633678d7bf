import "server-only";

import { randomUUID, timingSafeEqual } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { badCredential, credentialOf } from "@/lib/agents/authenticate";
import type { Committed } from "@/lib/audit/lane";
import { sealPayload } from "@/lib/audit/payload";
import { writingKey } from "@/lib/audit/payload-keys";
import { looksLikeToken } from "@/lib/auth/token";
import { AppError, type ErrorCode, notFound, toProblem } from "@/lib/errors";
import { parse } from "@/lib/http/route";
import { parseJson } from "@/lib/json";
import { log } from "@/lib/log";
import { count, observeDecision, renderMetrics } from "@/lib/metrics/counters";
import { type CredentialFacts, loadedSnapshot, refreshSnapshot, snapshotIsStale } from "@/lib/policy/snapshot";
import { decide } from "./decide";
import { type Plane, startPlane } from "./plane";
import { takeToken } from "./rate";
import { readDecision } from "./read-decision";
import { reportOutcome } from "./report-outcome";
import { decisionRequest, idempotencyKey, outcomeReport } from "./schema";

/**
 * The decision plane over `node:http` alone: names the caller, parses strictly, maps errors to answers. Knows no policy.
 * A refusal is an answer (200); an error means the question could not be answered, and then the outcome is deny.
 */
type Answer = { status: number; body: string; type?: string; headers?: Record<string, string> };
type Route = {
  method: "GET" | "POST";
  path: RegExp;
  answer: (request: IncomingMessage, match: RegExpExecArray, plane: Plane) => Promise<Answer>;
};

const bodyLimit = 256 * 1024;

export type PlaneStatus = {
  metricsToken: string | null;
  ready: () => Promise<{ ok: boolean; checks: Record<string, string> }>;
  gauges: () => Record<string, { help: string; value: number }>;
};

/** @returns a handler that answers a path of the decision plane, or returns false for every other path */
export function decisionPlane(status: PlaneStatus): (request: IncomingMessage, response: ServerResponse) => boolean {
  const routes: Route[] = [
    { method: "POST", path: /^\/api\/v1\/decisions$/, answer: postDecision },
    { method: "GET", path: /^\/api\/v1\/decisions\/(dec_[0-9a-z]{1,40})(?:\?wait=(\d{1,3}))?$/, answer: getDecision },
    { method: "POST", path: /^\/api\/v1\/decisions\/(dec_[0-9a-z]{1,40})\/outcome$/, answer: postOutcome },
    {
      method: "GET",
      path: /^\/log\/receipt-key$/,
      answer: async (_, __, plane) =>
        json(200, {
          keyId: plane.receiptKey.keyId,
          algorithm: "Ed25519",
          publicKey: plane.receiptKey.publicKey.toString("base64"),
        }),
    },
  ];
  return (request, response) => {
    const target = request.url ?? "/";
    const path = target.split("?", 1)[0] as string;
    switch (path) {
      case "/healthz":
        send(response, json(200, { status: "ok" }));
        return true;
      case "/readyz":
        void status.ready().then(
          (ready) => send(response, json(ready.ok ? 200 : 503, ready)),
          () => send(response, json(503, { ok: false, checks: { database: "unreachable" } })),
        );
        return true;
      case "/metrics":
        send(response, metrics(request, status));
        return true;
    }
    if (!(path === "/api/v1/decisions" || path.startsWith("/api/v1/decisions/") || path.startsWith("/log/")))
      return false;
    void respond(routes, target, request, response);
    return true;
  };
}

async function respond(
  routes: Route[],
  target: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    let known = false;
    for (const route of routes) {
      const match = route.path.exec(target);
      if (!match) continue;
      known = true;
      if (route.method !== request.method) continue;
      send(response, await route.answer(request, match, await startPlane()));
      return;
    }
    throw known ? new AppError("method_not_allowed", `this path does not take ${request.method}`) : notFound();
  } catch (error) {
    send(response, refusal(error));
  }
}

async function postDecision(request: IncomingMessage, _: RegExpExecArray, plane: Plane): Promise<Answer> {
  const body = await readBody(request);
  const started = performance.now();
  const credential = await caller(request, plane);
  const key = header(request, "idempotency-key");
  let call: { input: ReturnType<typeof decisionRequest.parse>; idempotencyKey: string | undefined };
  try {
    call = {
      input: parse(decisionRequest, readJson(request, body), "body"),
      idempotencyKey: key === undefined ? undefined : parse(idempotencyKey, key, "Idempotency-Key"),
    };
  } catch (error) {
    await recordInvalid(credential, plane, error);
    throw error;
  }
  const answer = await decide({ credential, body, ...call });
  observeDecision((performance.now() - started) / 1000);
  count("countersign_decisions_total", "decisions by outcome", {
    outcome: answer.outcome,
    dry_run: String(call.input.dryRun),
  });
  return json(200, answer);
}

async function getDecision(request: IncomingMessage, match: RegExpExecArray, plane: Plane): Promise<Answer> {
  const credential = await caller(request, plane);
  const gone = new AbortController();
  request.once("close", () => gone.abort());
  request.socket.once("close", () => gone.abort());
  return json(200, await readDecision(match[1] as string, credential.agentId, Number(match[2] ?? 0), gone.signal));
}

async function postOutcome(request: IncomingMessage, match: RegExpExecArray, plane: Plane): Promise<Answer> {
  const body = await readBody(request);
  const credential = await caller(request, plane);
  let report: ReturnType<typeof outcomeReport.parse>;
  try {
    report = parse(outcomeReport, readJson(request, body), "body");
  } catch (error) {
    await recordInvalid(credential, plane, error);
    throw error;
  }
  return json(201, await reportOutcome(match[1] as string, credential.agentId, report));
}

/**
 * The credential of the caller. An unknown one is looked up again in a fresh snapshot, since it may have been issued a moment ago.
 * @throws AppError `unauthenticated` with one text for every cause · `too_many_requests`
 */
async function caller(request: IncomingMessage, plane: Plane): Promise<CredentialFacts> {
  if (request.headers.cookie !== undefined)
    throw new AppError("unauthenticated", "send the agent's credential alone, without cookies");
  const { authorization } = request.headers;
  const now = plane.lanes.now();
  let snapshot = loadedSnapshot();
  let found = snapshot && credentialOf(authorization, snapshot, now);
  if (!found && authorization && looksLikeToken(authorization.slice(7)) === "agt" && (await staleOnce())) {
    snapshot = await refreshSnapshot();
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
async function recordInvalid(credential: CredentialFacts, plane: Plane, error: unknown): Promise<void> {
  if (!(error instanceof AppError)) return;
  const scope = loadedSnapshot()?.agents.get(credential.agentId)?.ownerActor ?? "system";
  const key = await writingKey(scope, new Date(plane.lanes.now()));
  await new Promise<Committed>((resolve, reject) => {
    plane.lanes.submit({
      deadline: performance.now() + 2500,
      draft: () => ({
        facts: { kind: "invalid_input", agent: credential.agentId, outcome: "deny", codes: ["invalid_input"] },
        payload: sealPayload({ message: error.message, fields: error.fields.map((field) => ({ ...field })) }),
        key,
      }),
      learn: () => {},
      replayed: () => {},
      committed: resolve,
      failed: reject,
    });
  });
}

function header(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value.join(",") : value;
}

/** The body, counted while it is read. */
function readBody(request: IncomingMessage): Promise<Buffer> {
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

function readJson(request: IncomingMessage, body: Buffer): unknown {
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

function json(status: number, body: unknown): Answer {
  return { status, body: JSON.stringify(body) };
}

const closing: ReadonlySet<ErrorCode> = new Set(["payload_too_large"]);

function refusal(error: unknown): Answer {
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

function metrics(request: IncomingMessage, status: PlaneStatus): Answer {
  const given = Buffer.from(request.headers.authorization ?? "");
  const wanted = Buffer.from(`Bearer ${status.metricsToken ?? ""}`);
  if (status.metricsToken === null || given.length !== wanted.length || !timingSafeEqual(given, wanted))
    return refusal(badCredential());
  return { status: 200, type: "text/plain; version=0.0.4; charset=utf-8", body: renderMetrics(status.gauges()) };
}

function send(response: ServerResponse, { status, body, type = "application/json", headers }: Answer): void {
  if (response.headersSent || response.destroyed) return;
  const length = Buffer.byteLength(body);
  response.writeHead(status, {
    "content-type": type,
    "content-length": length,
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    ...headers,
  });
  // ASCII goes out with the head in one write, without being encoded again.
  response.end(body, length === body.length ? "latin1" : "utf8");
}
