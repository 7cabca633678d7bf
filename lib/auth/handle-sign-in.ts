import "server-only";

import type { NextRequest } from "next/server";
import NextAuth from "next-auth";
import { toProblem } from "@/lib/errors";
import { checkOrigin } from "./authenticate-request";
import { authOptions } from "./config";
import { returnPath } from "./return-path";

/**
 * The endpoints of a sign-in under `/api/auth`. next-auth has more of them than we use; what is not listed here does not exist:
 * `session` would hand out and renew cookies, `_log` would let strangers write to our log.
 */
const open = new Set([
  "GET csrf",
  "POST signin/oidc",
  "GET callback/oidc",
  "POST callback/password",
  "POST callback/sample",
  "POST signout",
  "GET error",
]);

type Context = { params: Promise<{ nextauth: string[] }> };

export async function handleSignIn(request: NextRequest, context: Context): Promise<Response> {
  const { nextauth } = await context.params;
  if (!open.has(`${request.method} ${nextauth.join("/")}`)) return new Response("Not found", { status: 404, headers });
  if (Number(request.headers.get("content-length") ?? 0) > 16 * 1024)
    return new Response("Too large", { status: 413, headers });
  try {
    checkOrigin(request.method, request.headers);
  } catch (error) {
    return Response.json(toProblem(error), {
      status: 403,
      headers: { ...headers, "content-type": "application/problem+json" },
    });
  }
  const response: Response = await NextAuth(authOptions())(request, context);
  for (const [name, value] of Object.entries(headers)) response.headers.set(name, value);
  return nextauth[0] === "callback" && request.method === "GET" ? sameSite(response) : response;
}

const headers = { "cache-control": "no-store" };

/**
 * The browser comes back from another site, and until it navigates on its own it sends no Strict cookie, not even along a redirect. So the redirect
 * becomes a page that goes on by itself. Its address is a path of ours (`returnPath`), and so needs no more than attribute escaping.
 */
function sameSite(response: Response): Response {
  const location = response.headers.get("location");
  if (!location) return response;
  const url = new URL(location, "http://localhost");
  const error = url.searchParams.get("error");
  const path =
    url.pathname === "/sign-in" || url.pathname.startsWith("/api/auth/")
      ? `/sign-in${error ? `?error=${encodeURIComponent(error)}` : ""}`
      : returnPath(`${url.pathname}${url.search}${url.hash}`);
  const target = path.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;");
  response.headers.delete("location");
  response.headers.set("content-type", "text/html; charset=utf-8");
  const page = `<!doctype html><html lang="en"><meta charset="utf-8"><meta http-equiv="refresh" content="0;url=${target}"><title>Signing in</title><p><a href="${target}">Continue</a></p></html>`;
  return new Response(page, { status: 200, headers: response.headers });
}
