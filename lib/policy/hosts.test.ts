import fc from "fast-check";
import { expect, test } from "vitest";
import { compileHostAllowlist, compilePathPattern, normalizePath, parseHostPattern, parseTarget } from "./hosts";

test.each([
  ["https://api.acme.com/v1/pay?x=1#y", { host: "api.acme.com", port: null, path: "/v1/pay" }],
  ["HTTPS://API.Acme.COM", { host: "api.acme.com", port: null, path: "/" }],
  ["www.our-company.com", { host: "www.our-company.com", port: null, path: "/" }],
  ["www.our-company.com/a/b", { host: "www.our-company.com", port: null, path: "/a/b" }],
  ["acme.com:8443/x", { host: "acme.com", port: 8443, path: "/x" }],
  ["https://acme.com:443/x", { host: "acme.com", port: null, path: "/x" }],
  ["http://acme.com:443/x", { host: "acme.com", port: 443, path: "/x" }],
  ["https://acme.com./", { host: "acme.com", port: null, path: "/" }],
  ["https://[::1]/", { host: "[::1]", port: null, path: "/" }],
  ["https://[0:0:0:0:0:0:0:1]:9/", { host: "[::1]", port: 9, path: "/" }],
  ["http://0x7f000001/", { host: "127.0.0.1", port: null, path: "/" }],
  ["https://acme.com/%7Euser/%c3%a9", { host: "acme.com", port: null, path: "/~user/%C3%A9" }],
  ["https://acme.com/é", { host: "acme.com", port: null, path: "/%C3%A9" }],
  ["https://acme.com?next=/x", { host: "acme.com", port: null, path: "/" }],
])("%s is read as an HTTP client would", (text, target) => {
  expect(parseTarget(text)).toEqual(target);
});

test.each([
  "",
  "https://",
  "https:///path",
  "https:acme.com",
  "javascript:alert(1)",
  "data:text/html,x",
  "file:///etc/passwd",
  "ftp://acme.com/",
  "//acme.com/",
  "https://user@acme.com/",
  "https://user:pass@acme.com/",
  "https://acme.com\\@evil.com/",
  "https://acme.com/a\\b",
  "https://acme.com/a b",
  "https://acme.com/\t",
  "https://acme.com/..",
  "https://acme.com/a/../b",
  "https://acme.com/a/./b",
  "https://acme.com/%2e%2e/b",
  "https://acme.com/.%2E/b",
  "https://acme.com/a/..;/b",
  "https://acme.com/a%2fb",
  "https://acme.com/a%5Cb",
  "https://acme.com/a%00b",
  "https://acme.com/a%zz",
  "https://acme.com/a//b",
  "https://acme.com/\ud800",
  "https://acme.com:0/",
  "https://acme.com:99999/",
  "https://acme.com:8x/",
  "https://acme.com:/",
  "https://ac%6de.com/",
  "https://acme..com/",
  "https://-acme.com:x/",
  "https://[::1/",
  "https://256.1.1.1/",
  `https://${"a".repeat(64)}.com/`,
  `https://acme.com/${"a".repeat(9000)}`,
])("%s is unreadable rather than guessed", (text) => {
  expect(parseTarget(text)).toBeNull();
});

test("whatever is readable names the host a WHATWG client would call", () => {
  const piece = fc.constantFrom(
    "https://",
    "http://",
    "acme.com",
    "evil.com",
    "@",
    ":",
    "/",
    "\\",
    "%2e",
    "..",
    ".",
    "?",
    "#",
    "[",
    "]",
    "a",
    "1",
    "0x1",
    "。",
    "ß",
    "-",
    "_",
    "80",
    " ",
    "\n",
    "%00",
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
      const text = `https://${pieces.join("")}`;
      const target = parseTarget(text);
      if (target === null) return;
      const parsed = new URL(text);
      expect(target.host).toBe(parsed.hostname.replace(/\.$/, ""));
      expect(target.port).toBe(parsed.port === "" ? null : Number(parsed.port));
      expect(decodeURIComponent(target.path)).toBe(decodeURIComponent(parsed.pathname));
    }),
    { numRuns: 5000 },
  );
});

test("a host pattern is exact, below a parent, or any", () => {
  const allows = (pattern: string, host: string, port: number | null = null) =>
    compileHostAllowlist([{ method: "*", host: pattern, path: "/**" }]).allows("GET", host, port, "/");
  expect(allows("api.acme.com", "api.acme.com")).toBe(true);
  expect(allows("api.acme.com", "api.acme.com.evil.com")).toBe(false);
  expect(allows("api.acme.com", "x.api.acme.com")).toBe(false);
  expect(allows("*.acme.com", "api.acme.com")).toBe(true);
  expect(allows("*.acme.com", "a.b.acme.com")).toBe(true);
  expect(allows("*.acme.com", "acme.com")).toBe(false);
  expect(allows("*.acme.com", "evilacme.com")).toBe(false);
  expect(allows("*", "anything.example", 8443)).toBe(true);
  expect(allows("acme.com", "acme.com", 8443)).toBe(false);
  expect(allows("acme.com:8443", "acme.com", 8443)).toBe(true);
  expect(allows("acme.com:8443", "acme.com")).toBe(false);
  for (const bad of ["", "a*.com", "*.", "https://acme.com", "acme.com/x", "user@acme.com", "a b", "*.*.com"]) {
    expect(() => parseHostPattern(bad)).toThrow(RangeError);
  }
});

test.each([
  ["/v1/payments", "/v1/payments", true],
  ["/v1/payments", "/v1/payments/", false],
  ["/v1/payments", "/v1/payments2", false],
  ["/v1/payments", "/V1/payments", false],
  ["/v1/*", "/v1/payments", true],
  ["/v1/*", "/v1/", false],
  ["/v1/*", "/v1/a/b", false],
  ["/v1/*/refund", "/v1/42/refund", true],
  ["/v1/**", "/v1/a/b/c", true],
  ["/v1/**", "/v1", true],
  ["/v1/**", "/v11", false],
  ["/**", "/", true],
  ["/", "/", true],
  ["/", "/x", false],
])("the path pattern %s on %s answers %s", (pattern, path, expected) => {
  expect(compilePathPattern(pattern)(path)).toBe(expected);
});

test("a path pattern with a star inside a segment or dot segments is refused", () => {
  for (const bad of ["v1", "/v1/a*", "/**/x", "/../x", "/a//b", "/a%2fb"])
    expect(() => compilePathPattern(bad)).toThrow(RangeError);
});

test("one path has one spelling", () => {
  expect(normalizePath("/%61dmin")).toBe("/admin");
  expect(normalizePath("/a%3fb")).toBe("/a%3Fb");
});

test("an allowlist needs method, host and path together", () => {
  const list = compileHostAllowlist([
    { method: "GET", host: "api.acme.com", path: "/v1/**" },
    { method: "POST", host: "api.acme.com", path: "/v1/payments" },
    { method: "*", host: "*.cdn.example", path: "/**" },
  ]);
  expect(list.allows("GET", "api.acme.com", null, "/v1/users")).toBe(true);
  expect(list.allows("POST", "api.acme.com", null, "/v1/payments")).toBe(true);
  expect(list.allows("POST", "api.acme.com", null, "/v1/users")).toBe(false);
  expect(list.allows("DELETE", "api.acme.com", null, "/v1/payments")).toBe(false);
  expect(list.allows(undefined, "api.acme.com", null, "/v1/payments")).toBe(false);
  expect(list.allows("GET", "api.acme.com", null, undefined)).toBe(false);
  expect(list.allows(undefined, "x.cdn.example", null, undefined)).toBe(true);
  expect([list.names("api.acme.com", null), list.names("acme.com", null)]).toEqual([true, false]);
  expect(compileHostAllowlist([{ method: "GET", host: "*", path: "/**" }]).names("acme.com", null)).toBe(false);
});
