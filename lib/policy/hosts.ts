/**
 * URLs and hosts as an HTTP client would understand them (WHATWG URL), but stricter: whatever two programs could read
 * differently is unreadable here, and what is unreadable never matches an allowlist. Pure; no lookups, no addresses resolved.
 */

/** Where a call goes. `port` is `null` for the default port of its scheme; `path` is normalized and begins with `/`. */
export type Target = { host: string; port: number | null; path: string };

const schemes: Record<string, number> = { http: 80, https: 443, ws: 80, wss: 443 };
const schemePattern = /^([a-z][a-z0-9+.-]*):\/\//i;

/**
 * Reads a URL, with or without scheme (`www.acme.example/path` is a host and a path).
 * @returns `null` for another scheme than http(s) or ws(s), user names, backslashes, spaces, control characters, dot
 *          segments, encoded slashes, empty path segments, a malformed host or port, and anything over 8,192 characters
 */
export function parseTarget(text: string): Target | null {
  if (text.length > 8192 || hasForbiddenCharacter(text)) return null;
  const scheme = schemePattern.exec(text);
  const defaultPort = scheme ? schemes[(scheme[1] as string).toLowerCase()] : undefined;
  if (scheme && defaultPort === undefined) return null;
  const start = scheme ? scheme[0].length : 0;
  let end = start;
  while (end < text.length && !isAuthorityEnd(text.charCodeAt(end))) end++;
  const authority = parseAuthority(text.slice(start, end));
  if (authority === null) return null;
  let pathEnd = end;
  while (pathEnd < text.length && text[pathEnd] !== "?" && text[pathEnd] !== "#") pathEnd++;
  const path = normalizePath(pathEnd === end ? "/" : text.slice(end, pathEnd));
  if (path === null) return null;
  const port = authority.port;
  const usual = port === null || (defaultPort === undefined ? port === 80 || port === 443 : port === defaultPort);
  return { host: authority.host, port: usual ? null : port, path };
}

/** Spaces, control characters and backslashes: clients drop or rewrite them. */
function hasForbiddenCharacter(text: string): boolean {
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code <= 0x20 || code === 0x7f || code === 0x5c) return true;
  }
  return false;
}

function isAuthorityEnd(code: number): boolean {
  return code === 0x2f || code === 0x3f || code === 0x23;
}

function parseAuthority(authority: string): { host: string; port: number | null } | null {
  if (authority.includes("@") || authority.includes("%")) return null;
  const colon = authority.startsWith("[") ? authority.indexOf(":", authority.indexOf("]")) : authority.indexOf(":");
  const host = normalizeHost(colon < 0 ? authority : authority.slice(0, colon));
  if (host === null) return null;
  if (colon < 0) return { host, port: null };
  const digits = authority.slice(colon + 1);
  if (!/^[0-9]{1,5}$/.test(digits)) return null;
  const port = Number(digits);
  return port >= 1 && port <= 65_535 ? { host, port } : null;
}

const asciiHost = /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?(?:\.[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?)*$/;

/**
 * Lower case, no trailing dot, internationalized names as `xn--`, every spelling of an IPv4 or IPv6 address as one.
 * @returns `null` when it is not a host
 */
export function normalizeHost(text: string): string | null {
  if (text.length === 0 || text.length > 1024) return null;
  const whole = /[A-Z]/.test(text) ? text.replace(/[A-Z]/g, (letter) => letter.toLowerCase()) : text;
  const host = whole.endsWith(".") ? whole.slice(0, -1) : whole;
  if (host.length <= 253 && asciiHost.test(host) && !looksNumeric(host)) return host;
  // Other scripts, addresses in brackets and numeric hosts go through the same parser that clients use.
  if (!/^[^\s/?#@\\:%]+$|^\[[0-9a-f:.]+\]$/.test(whole)) return null;
  try {
    const parsed = new URL(`http://${whole}/`).hostname;
    const plain = parsed.endsWith(".") ? parsed.slice(0, -1) : parsed;
    return asciiHost.test(plain) || /^\[[0-9a-f:]+\]$/.test(plain) ? plain : null;
  } catch {
    return null;
  }
}

/** WHATWG reads a host whose last label is a number as an IPv4 address, in whatever base. */
function looksNumeric(host: string): boolean {
  const last = host.slice(host.lastIndexOf(".") + 1);
  return /^(?:[0-9]+|0x[0-9a-f]*)$/.test(last);
}

/**
 * One spelling for one path: unreserved characters decoded, others encoded in upper case, no query.
 * @returns `null` for dot segments, encoded slashes, backslashes or NUL, empty segments and broken encodings
 */
export function normalizePath(text: string): string | null {
  if (!text.startsWith("/") || text.length > 8192 || hasForbiddenCharacter(text)) return null;
  let path = text;
  if (/[^!$&-;=@-Z_a-z~]/.test(path)) {
    if (/%(?![0-9a-f]{2})/i.test(path) || /%(?:2f|5c|00)/i.test(path)) return null;
    path = path.replace(/%[0-9a-f]{2}/gi, decodeUnreserved);
    if (/[^\x20-\x7e]/.test(path)) {
      if (!path.isWellFormed()) return null;
      path = path.replace(/[^\x20-\x7e]+/g, encodeURIComponent);
    }
  }
  for (const segment of path.split("/").slice(1, -1)) if (segment === "") return null;
  return /(?:^|\/)\.{1,2}(?:;[^/]*)?(?:\/|$)/.test(path) ? null : path;
}

function decodeUnreserved(encoded: string): string {
  const character = String.fromCharCode(Number.parseInt(encoded.slice(1), 16));
  return /[A-Za-z0-9._~-]/.test(character) ? character : encoded.toUpperCase();
}

// ── Patterns ────────────────────────────────────────────────────────────────────────────────────────────────────

export type HostPattern = { kind: "any" | "exact" | "below"; host: string; port: number | null };

/**
 * `api.acme.com` is that host alone; `*.acme.com` every host below it, at any depth, but not `acme.com`; `*` any host.
 * Without `:port` only the default port of the scheme is meant.
 * @throws RangeError with a sentence when it is none of these
 */
export function parseHostPattern(pattern: string): HostPattern {
  if (pattern === "*") return { kind: "any", host: "", port: null };
  const below = pattern.startsWith("*.");
  const authority = parseAuthority(below ? pattern.slice(2) : pattern);
  if (authority === null || /[/?#]/.test(pattern)) {
    throw new RangeError(
      `\`${pattern}\` is not a host: write \`api.acme.com\`, \`*.acme.com\` or \`*\`, with an optional port`,
    );
  }
  return { kind: below ? "below" : "exact", host: authority.host, port: authority.port };
}

export function hostMatches(pattern: HostPattern, host: string, port: number | null): boolean {
  if (pattern.kind === "any") return true;
  const wanted = pattern.port === 80 || pattern.port === 443 ? null : pattern.port;
  if (wanted !== port) return false;
  return pattern.kind === "exact" ? host === pattern.host : isBelow(host, pattern.host);
}

function isBelow(host: string, parent: string): boolean {
  return host.length > parent.length + 1 && host.endsWith(parent) && host[host.length - parent.length - 1] === ".";
}

export type PathPattern = (path: string) => boolean;

/**
 * In a path pattern `*` is exactly one segment and a final `**` any rest, none included.
 * @throws RangeError when a star is only part of a segment, or `**` is not last
 */
export function compilePathPattern(pattern: string): PathPattern {
  if (pattern === "/**" || pattern === "**") return () => true;
  const open = pattern.endsWith("/**");
  const body = open ? pattern.slice(0, -3) : pattern;
  const normalized = normalizePath(body === "" ? "/" : body.replaceAll("*", "%2A"));
  if (normalized === null)
    throw new RangeError(`\`${pattern}\` is not a path pattern: write \`/v1/payments/*\` or \`/v1/**\``);
  const wanted = normalized.split("/").slice(1);
  if (wanted.some((segment) => segment.includes("%2A") && segment !== "%2A")) {
    throw new RangeError(`in \`${pattern}\` a star stands for a whole segment, and \`**\` comes last`);
  }
  return (path) => {
    const segments = path.split("/");
    segments.shift();
    if (open ? segments.length < wanted.length : segments.length !== wanted.length) return false;
    return wanted.every((segment, index) => (segment === "%2A" ? segments[index] !== "" : segments[index] === segment));
  };
}

export type HostRuleInput = { method: string; host: string; path: string };
type HostEntry = { pattern: HostPattern; method: string; path: PathPattern; wholeHost: boolean };

/** An allowlist of method + host + path whose cost does not grow with its length. */
export type HostAllowlist = {
  /** `method` or `path` being `undefined` fits only entries that allow every method, or every path. */
  allows(method: string | undefined, host: string, port: number | null, path: string | undefined): boolean;
  /** Whether any entry names the host, whatever the method and path. An entry for any host names none. */
  names(host: string, port: number | null): boolean;
};

/** @throws RangeError from `parseHostPattern` or `compilePathPattern` */
export function compileHostAllowlist(rules: readonly HostRuleInput[]): HostAllowlist {
  const exact = new Map<string, HostEntry[]>();
  const below = new Map<string, HostEntry[]>();
  const any: HostEntry[] = [];
  for (const rule of rules) {
    const pattern = parseHostPattern(rule.host);
    const entry = {
      pattern,
      method: rule.method,
      path: compilePathPattern(rule.path),
      wholeHost: rule.path === "/**" || rule.path === "**",
    };
    if (pattern.kind === "any") any.push(entry);
    else {
      const table = pattern.kind === "exact" ? exact : below;
      const list = table.get(pattern.host);
      if (list) list.push(entry);
      else table.set(pattern.host, [entry]);
    }
  }
  const someNamed = (host: string, fits: (entry: HostEntry) => boolean): boolean => {
    if (exact.get(host)?.some(fits)) return true;
    for (let dot = host.indexOf("."); dot >= 0; dot = host.indexOf(".", dot + 1)) {
      if (below.get(host.slice(dot + 1))?.some(fits)) return true;
    }
    return false;
  };
  const someEntry = (host: string, fits: (entry: HostEntry) => boolean) => any.some(fits) || someNamed(host, fits);
  return {
    allows: (method, host, port, path) =>
      someEntry(
        host,
        (entry) =>
          hostMatches(entry.pattern, host, port) &&
          (entry.method === "*" || entry.method === method) &&
          (path === undefined ? entry.wholeHost : entry.path(path)),
      ),
    names: (host, port) => someNamed(host, (entry) => hostMatches(entry.pattern, host, port)),
  };
}
