// What every request must pass before it is routed, on the raw request: target form, Host, headers that are ours alone, framing. security design §9.1.
// A path is matched once, on the raw bytes after this check; the two planes never read it differently.
import { randomBytes } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { BlockList, isIPv6 } from "node:net";

export type GateSettings = {
  /** `host` or `host:port` values that the Host header may have. */
  hosts: ReadonlySet<string>;
  publicUrl: string;
  trustedProxies: readonly string[];
  development: boolean;
};

export type GateRefusal = { status: 400 | 404 | 405 | 411 | 413 | 417 | 421; detail: string };

const methods = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);

/** Headers that only the server itself may set. Next reads some of them as instructions; its own filter covers only part. */
const internalHeaders =
  /^(?:x-middleware-.*|x-now-route-matches|x-matched-path|x-nextjs-(?!(?:html-)?request-id$).*|next-resume|next-instant-navigation-testing|x-invoke-.*|x-next-.*|x-prerender-.*|x-vercel-.*|x-action-.*|x-sec-.*|content-security-policy.*|x-nonce)$/;
const forwardedHeaders = /^(?:forwarded|x-forwarded-.*|x-real-ip)$/;

/** Browser and API bodies of the management plane, bytes. The decision plane has its own, smaller limit. */
export const managementBodyLimit = 1024 * 1024;

/** Why a request is refused before anything else looks at it, or null. Strips the headers that a client may not send. */
export function gate(request: IncomingMessage, settings: GateSettings): GateRefusal | null {
  const target = request.url ?? "";
  if (!isOriginForm(target)) return { status: 400, detail: "the request target must be a plain path" };
  if (!methods.has(request.method ?? "")) return { status: 405, detail: "this method is not taken" };
  if (request.headers.upgrade !== undefined && !settings.development)
    return { status: 400, detail: "upgrades are not taken" };
  if (request.headers.expect !== undefined) return { status: 417, detail: "expectations are not taken" };
  if (duplicated(request, "host") || duplicated(request, "content-length"))
    return { status: 400, detail: "a header that must be single is repeated" };
  if (request.headers["content-length"] !== undefined && request.headers["transfer-encoding"] !== undefined)
    return { status: 400, detail: "the length of the body is stated twice" };
  if (!settings.hosts.has((request.headers.host ?? "").toLowerCase()) && !isProbe(target))
    return { status: 421, detail: "this server does not answer for that host" };
  clean(request, settings);
  return null;
}

/** Further rules for what goes to the pages: no image optimizer, and a body whose length is known and bounded. */
export function managementGate(request: IncomingMessage): GateRefusal | null {
  const path = (request.url ?? "").split("?", 1)[0] as string;
  if (path.startsWith("/_next/image")) return { status: 404, detail: "there is no such page" };
  const length = request.headers["content-length"];
  if (request.headers["transfer-encoding"] !== undefined)
    return { status: 411, detail: "state the length of the body" };
  if (Number(length ?? 0) > managementBodyLimit)
    return { status: 413, detail: `the body is larger than ${managementBodyLimit} bytes` };
  return null;
}

function isOriginForm(target: string): boolean {
  if (!target.startsWith("/") || target.startsWith("//") || target.length > 8192) return false;
  const path = target.split("?", 1)[0] as string;
  if (/[\\\0\s]/.test(target) || /%00/i.test(target)) return false;
  if (/%(?:2f|5c|2e)/i.test(path)) return false;
  return !path.split("/").some((segment) => segment === "." || segment === "..");
}

function isProbe(target: string): boolean {
  return target === "/healthz" || target === "/readyz";
}

function duplicated(request: IncomingMessage, name: string): boolean {
  let seen = 0;
  for (let at = 0; at < request.rawHeaders.length; at += 2) if (request.rawHeaders[at]?.toLowerCase() === name) seen++;
  return seen > 1;
}

function clean(request: IncomingMessage, settings: GateSettings): void {
  const client = clientAddress(request, settings);
  for (const name of Object.keys(request.headers))
    if (internalHeaders.test(name) || forwardedHeaders.test(name)) delete request.headers[name];
  const origin = new URL(settings.publicUrl);
  request.headers["x-forwarded-host"] = request.headers.host ?? origin.host;
  request.headers["x-forwarded-proto"] = origin.protocol.slice(0, -1);
  request.headers["x-forwarded-for"] = client;
}

/** The address of who called: the last one in X-Forwarded-For that is no trusted proxy, when the peer is one. */
function clientAddress(request: IncomingMessage, settings: GateSettings): string {
  const peer = request.socket.remoteAddress ?? "";
  if (settings.trustedProxies.length === 0) return peer;
  const trusted = blockList(settings.trustedProxies);
  if (!trusts(trusted, peer)) return peer;
  const forwarded = String(request.headers["x-forwarded-for"] ?? "")
    .split(",")
    .map((part) => part.trim());
  for (const address of forwarded.reverse()) if (address && !trusts(trusted, address)) return address;
  return peer;
}

const lists = new Map<string, BlockList>();
function blockList(ranges: readonly string[]): BlockList {
  const key = ranges.join();
  let list = lists.get(key);
  if (!list) {
    list = new BlockList();
    for (const range of ranges) {
      const [address = "", bits] = range.split("/");
      const family = isIPv6(address) ? "ipv6" : "ipv4";
      if (bits === undefined) list.addAddress(address, family);
      else list.addSubnet(address, Number(bits), family);
    }
    lists.set(key, list);
  }
  return list;
}

function trusts(list: BlockList, address: string): boolean {
  return address !== "" && list.check(address, isIPv6(address) ? "ipv6" : "ipv4");
}

/**
 * Next answers 500 when it cannot decode the body of an action, which only a caller of its own making sends: that is 400. No fault of ours is
 * hidden by this: the wrapper of our actions logs it before anything is answered.
 */
export function blameCaller(request: IncomingMessage, response: ServerResponse): void {
  if (request.method !== "POST" || (request.url ?? "").startsWith("/api/")) return;
  const writeHead = response.writeHead.bind(response) as (status: number, ...rest: unknown[]) => ServerResponse;
  response.writeHead = ((status: number, ...rest: unknown[]) =>
    writeHead(status === 500 ? 400 : status, ...rest)) as typeof response.writeHead;
}

/** Sets what every answer of the management plane carries, and gives Next the nonce for its scripts. */
export function secure(request: IncomingMessage, response: ServerResponse, settings: GateSettings): void {
  const nonce = randomBytes(16).toString("base64");
  const scripts = settings.development
    ? `'self' 'nonce-${nonce}' 'strict-dynamic' 'unsafe-eval'`
    : `'self' 'nonce-${nonce}' 'strict-dynamic'`;
  const policy = `default-src 'none'; script-src ${scripts}; style-src 'self' ${settings.development ? "'unsafe-inline'" : `'nonce-${nonce}'`}; img-src 'self' data:; font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; object-src 'none'`;
  request.headers["content-security-policy"] = policy;
  request.headers["x-nonce"] = nonce;
  request.headers["x-countersign-path"] = request.url ?? "/"; // for the way back after signing in
  response.setHeader("content-security-policy", policy);
  response.setHeader("x-content-type-options", "nosniff");
  response.setHeader("referrer-policy", "no-referrer");
  response.setHeader("cross-origin-opener-policy", "same-origin");
  response.setHeader("cross-origin-resource-policy", "same-origin");
  response.setHeader(
    "permissions-policy",
    "camera=(), geolocation=(), microphone=(), payment=(), usb=(), publickey-credentials-get=(self)",
  );
  response.setHeader("x-frame-options", "DENY");
  if (settings.publicUrl.startsWith("https:"))
    response.setHeader("strict-transport-security", "max-age=63072000; includeSubDomains");
  const url = request.url ?? "";
  // Compression would hold server-sent events back.
  if (url.startsWith("/api/console/events")) response.setHeader("cache-control", "no-store, no-transform");
  else if (!url.startsWith("/_next/static/")) response.setHeader("cache-control", "no-store");
}
