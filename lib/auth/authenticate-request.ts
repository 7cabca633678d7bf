import "server-only";

import { createHash, timingSafeEqual } from "node:crypto";
import { db } from "@/lib/db";
import { env } from "@/lib/env";
import { AppError } from "@/lib/errors";
import { type Actor, requirePermission } from "./actor";
import { hasCookie, readCookie, signInCookies } from "./cookies";
import { type Permission, permissionsOf } from "./permissions";
import { actorOfSession } from "./session";
import { sessionOfCookie } from "./session-token";
import { parseToken, sameDigest, tokenDigest } from "./token";

/**
 * Who sends a request to a route handler. One kind of credential per place: `/api/console/*` takes the session cookie and nothing else,
 * every other route takes a bearer token and nothing else. Agent keys open the decision plane only.
 */

type Asked = Permission | readonly Permission[] | "public";

/** Nobody in particular: what a route open to strangers is given. */
export const stranger: Actor = {
  personId: "stranger",
  email: "",
  name: "Anonymous",
  roles: [],
  groups: [],
  permissions: new Set(),
  via: "none",
  mayVote: false,
};

/** Id that the log and `createdById` name the bootstrap token by. There is no person behind it. */
export const bootstrapId = "bootstrap";

/**
 * @throws AppError `unauthenticated` (one text for every cause) or `forbidden`
 */
export async function authenticateRequest(request: Request, asked: Asked): Promise<Actor> {
  if (asked === "public") return stranger;
  const actor = new URL(request.url).pathname.startsWith("/api/console/")
    ? await bySession(request)
    : await byToken(request);
  requirePermission(actor, ...(Array.isArray(asked) ? asked : [asked as Permission]));
  return actor;
}

async function bySession(request: Request): Promise<Actor> {
  if (request.headers.has("authorization")) throw new AppError("unauthenticated", "send the session cookie alone");
  checkOrigin(request.method, request.headers);
  const value = readCookie(request.headers.get("cookie"), signInCookies(env().publicUrl).session);
  const actor = await actorOfSession(await sessionOfCookie(value));
  if (!actor) throw new AppError("unauthenticated", "sign in first");
  return actor;
}

async function byToken(request: Request): Promise<Actor> {
  if (hasCookie(request.headers.get("cookie"), signInCookies(env().publicUrl).session)) {
    throw new AppError("unauthenticated", "send a bearer token without a session cookie");
  }
  const text = /^Bearer (.{1,512})$/i.exec(request.headers.get("authorization") ?? "")?.[1];
  const actor = text ? (bootstrap(text) ?? (await actorOfToken(text))) : null;
  if (!actor) throw new AppError("unauthenticated", "send a valid API token as `Authorization: Bearer …`");
  return actor;
}

/**
 * Refuses a change that another site's page started. Browsers send `Origin` with every request but GET and HEAD, and pages cannot forge it.
 * @throws AppError `forbidden`
 */
export function checkOrigin(method: string, headers: Headers): void {
  if (method === "GET" || method === "HEAD") return;
  if (!env().origins.includes(headers.get("origin") ?? ""))
    throw new AppError("forbidden", "this request did not come from a page of this site");
}

/** The installation's own token: an administrator that is nobody, owns nothing, makes no tokens and never votes. */
function bootstrap(text: string): Actor | null {
  const expected = env().bootstrapToken;
  if (!expected || !timingSafeEqual(sha256(text), sha256(expected))) return null;
  return {
    personId: bootstrapId,
    email: "",
    name: "Bootstrap token",
    roles: ["admin"],
    groups: [],
    permissions: new Set([...permissionsOf(["admin"])].filter((permission) => permission !== "tokens:write:own")),
    via: "bootstrap",
    mayVote: false,
  };
}

function sha256(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}

type Row = {
  tokenId: string;
  digest: Uint8Array;
  scopes: string[];
  mayVote: boolean;
  id: string;
  email: string;
  name: string;
  roles: string[];
  groups: string[];
  usable: boolean;
  stale: boolean;
};

const nothing = Buffer.alloc(32);

/** The person of an API token, with no more than the token's scopes. Unknown ids cost the same compare as wrong secrets. */
async function actorOfToken(text: string): Promise<Actor | null> {
  const parsed = parseToken(text);
  if (parsed?.kind !== "pat") return null;
  const given = tokenDigest(env().pepper, parsed.digestInput);
  const [row] = await db.$queryRaw<Row[]>`
    SELECT t.id AS "tokenId", t.digest, t.scopes, t.may_vote AS "mayVote", p.id, p.email, p.name, p.roles,
           ARRAY(SELECT g.key FROM approver_group_member m JOIN approver_group g ON g.id = m.group_id WHERE m.person_id = p.id ORDER BY g.key) AS groups,
           p.active AND t.revoked_at IS NULL AND t.expires_at > clock_timestamp() AS usable,
           coalesce(t.last_used_at < clock_timestamp() - interval '1 minute', true) AS stale
      FROM api_token t JOIN person p ON p.id = t.person_id WHERE t.id = ${parsed.id}`;
  if (!sameDigest(given, row?.digest ?? nothing) || !row?.usable) return null;
  if (row.stale) await db.$executeRaw`UPDATE api_token SET last_used_at = clock_timestamp() WHERE id = ${row.tokenId}`;
  return {
    personId: row.id,
    email: row.email,
    name: row.name,
    roles: row.roles,
    groups: row.groups,
    permissions: new Set([...permissionsOf(row.roles)].filter((permission) => row.scopes.includes(permission))),
    via: "token",
    mayVote: row.mayVote,
  };
}
