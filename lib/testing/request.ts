import "server-only";
import "next/dist/server/node-environment-baseline";

import { workAsyncStorage } from "next/dist/server/app-render/work-async-storage.external";
import { workUnitAsyncStorage } from "next/dist/server/app-render/work-unit-async-storage.external";
import { createRequestStoreForAPI } from "next/dist/server/async-storage/request-store";
import { encode } from "next-auth/jwt";
import { signInCookies } from "@/lib/auth/cookies";
import { openSession } from "@/lib/auth/open-session";
import { env } from "@/lib/env";

process.env.__NEXT_EXPERIMENTAL_AUTH_INTERRUPTS = "true"; // as `authInterrupts` of the configuration does in a build

/**
 * Runs pages, actions and route handlers inside a request of Next's own making, so that `cookies()`, `headers()`, `forbidden()` and `redirect()` are the real ones.
 * @param given    headers of the request
 * @param onCookies the `Set-Cookie` lines that were written
 */
export function inRequest<Result>(
  given: Record<string, string>,
  run: () => Promise<Result>,
  onCookies: (lines: string[]) => void = () => {},
): Promise<Result> {
  const headers = new Headers(given);
  const store = createRequestStoreForAPI(
    { headers } as never,
    { pathname: "/", search: "" } as never,
    {} as never,
    onCookies,
    undefined as never,
    undefined,
  );
  const work = {
    route: "/",
    incrementalCache: {},
    pendingRevalidatedTags: [],
    pendingRevalidates: {},
    afterContext: {},
  };
  return workAsyncStorage.run(work as never, () => workUnitAsyncStorage.run(store, run));
}

/** Signs a person in and gives the `Cookie` header of their browser. */
export async function cookieOf(personId: string): Promise<string> {
  const sid = await openSession(personId, "password", { address: "192.0.2.1", userAgent: "test" });
  return `${signInCookies(env().publicUrl).session}=${await encode({ token: { sid }, secret: env().authSecret, maxAge: 3600 })}`;
}

/** A browser: keeps cookies from one request of `handler` to the next. */
export class Browser {
  readonly jar = new Map<string, string>();
  readonly set: string[] = [];

  constructor(private readonly origin = env().publicUrl) {}

  /** Sends a request to a route handler, inside a request of Next's. */
  async send(
    handler: (request: never, context: never) => Promise<Response>,
    path: string,
    options: {
      method?: string;
      form?: Record<string, string>;
      headers?: Record<string, string>;
      params?: Record<string, unknown>;
    } = {},
  ): Promise<Response> {
    const { NextRequest } = await import("next/server");
    const method = options.method ?? (options.form ? "POST" : "GET");
    const headers: Record<string, string> = {
      host: new URL(this.origin).host,
      "user-agent": "test browser",
      "x-forwarded-for": "192.0.2.1",
      ...(this.jar.size > 0 ? { cookie: [...this.jar].map(([name, value]) => `${name}=${value}`).join("; ") } : {}),
      ...(method === "GET" ? {} : { origin: this.origin }),
      ...(options.form ? { "content-type": "application/x-www-form-urlencoded" } : {}),
      ...options.headers,
    };
    const request = new NextRequest(`${this.origin}${path}`, {
      method,
      headers,
      ...(options.form ? { body: new URLSearchParams(options.form).toString() } : {}),
    });
    const written: string[] = [];
    const response = await inRequest(
      headers,
      () => handler(request as never, { params: Promise.resolve(options.params ?? {}) } as never),
      (lines) => written.splice(0, Infinity, ...lines),
    );
    for (const line of [...written, ...response.headers.getSetCookie()]) this.keep(line);
    return response;
  }

  private keep(line: string): void {
    this.set.push(line);
    const [pair = "", ...attributes] = line.split(";").map((part) => part.trim());
    const at = pair.indexOf("=");
    const name = pair.slice(0, at);
    const gone = attributes.some(
      (one) => /^max-age=0$/i.test(one) || (/^expires=/i.test(one) && Date.parse(one.slice(8)) <= Date.now()),
    );
    if (gone) this.jar.delete(name);
    else this.jar.set(name, decodeURIComponent(pair.slice(at + 1)));
  }
}
