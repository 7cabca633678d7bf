import { readdirSync, readFileSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type GateSettings, gate, managementGate } from "./gate";

const settings: GateSettings = {
  hosts: new Set(["localhost:3000"]),
  publicUrl: "https://countersign.example",
  trustedProxies: ["10.0.0.0/8"],
  development: false,
};

function request(
  url: string,
  headers: Record<string, string> = {},
  { method = "GET", peer = "127.0.0.1", raw }: { method?: string; peer?: string; raw?: string[] } = {},
): IncomingMessage {
  const all: Record<string, string> = { host: "localhost:3000", ...headers };
  return {
    url,
    method,
    headers: all,
    rawHeaders: raw ?? Object.entries(all).flat(),
    socket: { remoteAddress: peer },
  } as unknown as IncomingMessage;
}

describe("gate", () => {
  test.each([
    "http://evil.example/",
    "//evil.example/x",
    "*",
    "evil.example:443",
    "/a\\b",
    "/a%00b",
    "/a%2fb",
    "/a%2Fb",
    "/a%5cb",
    "/a/../b",
    "/a/./b",
    "/%2e%2e/b",
    "/..",
    "/a b",
    "",
  ])("T48 the target %j is refused", (target) => {
    expect(gate(request(target), settings)?.status).toBe(400);
  });

  test("T48 an upgrade is refused, whatever its protocol", () => {
    expect(gate(request("/", { upgrade: "websocket", connection: "upgrade" }), settings)?.status).toBe(400);
    expect(gate(request("/", { upgrade: "h2c" }), settings)?.status).toBe(400);
  });

  test("T50 another Host is misdirected, and only the probes answer for any", () => {
    expect(gate(request("/", { host: "evil.example" }), settings)?.status).toBe(421);
    expect(gate(request("/", { host: "localhost:3000.evil.example" }), settings)?.status).toBe(421);
    expect(gate(request("/api/v1/decisions", { host: "evil.example" }), settings)?.status).toBe(421);
    expect(gate(request("/healthz", { host: "10.1.2.3" }), settings)).toBeNull();
  });

  test("methods that nobody needs, repeated and contradictory framing are refused", () => {
    expect(gate(request("/", {}, { method: "TRACE" }), settings)?.status).toBe(405);
    expect(gate(request("/", {}, { raw: ["Host", "localhost:3000", "host", "evil"] }), settings)?.status).toBe(400);
    expect(gate(request("/", { "content-length": "3", "transfer-encoding": "chunked" }), settings)?.status).toBe(400);
  });

  test("T46 headers that Next reads as instructions do not get in", () => {
    const names = [
      "x-middleware-subrequest",
      "x-middleware-rewrite",
      "x-middleware-next",
      "x-now-route-matches",
      "x-matched-path",
      "x-nextjs-data",
      "x-next-resume-state-length",
      "next-resume",
      "x-invoke-path",
      "x-invoke-status",
      "x-next-cache-tags",
      "x-prerender-revalidate",
      "content-security-policy",
      "content-security-policy-report-only",
      "x-nonce",
    ];
    const incoming = request("/", Object.fromEntries(names.map((name) => [name, "1"])));
    expect(gate(incoming, settings)).toBeNull();
    for (const name of names) expect(incoming.headers[name], name).toBeUndefined();
  });

  /** Whether a header that a client sends reaches Next. */
  function passes(name: string): boolean {
    const incoming = request("/", { [name]: "1" });
    gate(incoming, settings);
    return name in incoming.headers;
  }

  test("T46 the installed Next lists no internal header that gets in", () => {
    const source = readFileSync("node_modules/next/dist/server/lib/server-ipc/utils.js", "utf8");
    const list = /const INTERNAL_HEADERS = \[([^\]]*)\]/.exec(source)?.[1] ?? "";
    const names = [...list.matchAll(/'([^']+)'/g)].map(([, name = ""]) => name);
    expect(names).toContain("x-middleware-rewrite");
    expect(names.length).toBeGreaterThan(8);
    expect(names.filter(passes)).toEqual([]);
  });

  test("T46 the installed Next names no header of its own that gets in, but those its client sends", () => {
    const server = "node_modules/next/dist/server";
    const names = new Set<string>();
    for (const file of readdirSync(server, { recursive: true, encoding: "utf8" }))
      if (file.endsWith(".js"))
        for (const [, name = ""] of readFileSync(join(server, file), "utf8").matchAll(
          /['"](x-(?:middleware|next|nextjs|invoke|now|matched|prerender|action|vercel|render)-[a-z-]*[a-z])['"]/g,
        ))
          names.add(name);
    const client = readFileSync("node_modules/next/dist/client/components/app-router-headers.js", "utf8");
    for (const [, name = ""] of client.matchAll(/= '([a-z][a-z0-9-]+-[a-z0-9-]+)'/g)) names.add(name);
    expect(names.size).toBeGreaterThan(25);
    expect([...names].filter(passes).sort()).toEqual([
      "next-action",
      "next-hmr-refresh",
      "next-router-prefetch",
      "next-router-segment-prefetch",
      "next-router-state-tree",
      "next-url",
      "x-nextjs-html-request-id",
      "x-nextjs-request-id",
    ]);
  });

  test("T50 forwarded headers are believed from a trusted proxy only, and the host never", () => {
    const stranger = request("/", {
      "x-forwarded-for": "1.2.3.4",
      "x-forwarded-host": "evil.example",
      forwarded: "for=9.9.9.9",
    });
    gate(stranger, settings);
    expect(stranger.headers["x-forwarded-for"]).toBe("127.0.0.1");
    expect(stranger.headers["x-forwarded-host"]).toBe("localhost:3000");
    expect(stranger.headers["x-forwarded-proto"]).toBe("https");
    expect(stranger.headers.forwarded).toBeUndefined();
    const proxied = request("/", { "x-forwarded-for": "6.6.6.6, 1.2.3.4, 10.0.0.9" }, { peer: "10.0.0.2" });
    gate(proxied, settings);
    expect(proxied.headers["x-forwarded-for"]).toBe("1.2.3.4");
  });

  test("T48 the image optimizer is not there; bodies for pages have a stated, bounded length", () => {
    expect(managementGate(request("/_next/image?url=http://x&w=1&q=1"))?.status).toBe(404);
    expect(managementGate(request("/a", { "transfer-encoding": "chunked" }, { method: "POST" }))?.status).toBe(411);
    expect(managementGate(request("/a", { "content-length": "1048577" }, { method: "POST" }))?.status).toBe(413);
    expect(managementGate(request("/a", { "content-length": "12" }, { method: "POST" }))).toBeNull();
  });
});
