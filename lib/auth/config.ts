import "server-only";

import { cookies } from "next/headers";
import type { AuthOptions } from "next-auth";
import Credentials from "next-auth/providers/credentials";
import type { OAuthConfig } from "next-auth/providers/oauth";
import { z } from "zod";
import { env, type Settings } from "@/lib/env";
import { AppError } from "@/lib/errors";
import { log } from "@/lib/log";
import { deletion, signInCookies } from "./cookies";
import { endSession } from "./end-session";
import { type Method, type Origin, openSession } from "./open-session";
import { requestOrigin } from "./request-origin";
import { returnPath } from "./return-path";
import { email } from "./schema";
import { actorOfSession } from "./session";
import { absoluteDays } from "./session-limits";
import { sessionDigest, sessionOfCookie } from "./session-token";
import { signInAsSample, signInWithPassword } from "./sign-in";
import { signInWithSubject } from "./sign-in-with-subject";

/**
 * next-auth, reduced to what it is good at: the redirects, checks and tokens of a sign-in. Who is signed in is decided by `session.ts` alone.
 * The address it builds links from is the configured one, never the `Host` header.
 */

const week = absoluteDays * 24 * 60 * 60;

/** Options for one request. */
export function authOptions(settings: Settings = env()): AuthOptions {
  process.env.NEXTAUTH_URL = settings.publicUrl; // the only origin next-auth knows; not a secret
  const names = signInCookies(settings.publicUrl);
  const strict = { httpOnly: true, secure: names.secure, path: "/", sameSite: "strict" } as const;
  const transient = { httpOnly: true, secure: names.secure, path: "/", sameSite: "lax", maxAge: 15 * 60 } as const;
  return {
    secret: settings.authSecret,
    debug: false,
    useSecureCookies: names.secure,
    session: { strategy: "jwt", maxAge: week },
    jwt: { maxAge: week },
    pages: { signIn: "/sign-in", signOut: "/sign-in", error: "/sign-in" },
    providers: [
      password,
      ...(settings.mode === "evaluation" ? [sample] : []),
      ...(settings.oidc ? [identityProvider(settings.oidc)] : []),
    ],
    cookies: {
      sessionToken: { name: names.session, options: strict },
      csrfToken: { name: `${names.prefix}countersign-csrf`, options: { ...strict } },
      callbackUrl: { name: `${names.prefix}countersign-return`, options: transient },
      state: { name: `${names.prefix}countersign-state`, options: transient },
      nonce: { name: `${names.prefix}countersign-nonce`, options: transient },
      pkceCodeVerifier: { name: `${names.prefix}countersign-pkce`, options: transient },
    },
    callbacks: {
      redirect: ({ url, baseUrl }) =>
        `${baseUrl}${returnPath(url.startsWith(`${baseUrl}/`) ? url.slice(baseUrl.length) : url)}`,
      signIn: async ({ user, account, profile }) => {
        if (account?.provider !== "oidc") return true;
        const invited = (await cookies()).get(names.invitation)?.value ?? null;
        if (invited) (await cookies()).delete(deletion(names.invitation, names.secure));
        const claims = oidcClaims.parse(profile);
        const id = await signInWithSubject(
          { issuer: claims.iss, subject: claims.sub, email: claims.email, name: claims.name },
          invited,
          await requestOrigin(),
        );
        if (!id) return "/sign-in?error=not_invited";
        user.id = id;
        return true;
      },
      jwt: async ({ token, user, account }) => {
        if (!user) return typeof token.sid === "string" ? { sid: token.sid } : {};
        const method = methods[account?.provider ?? ""];
        if (!method) throw new AppError("unauthenticated", "an unknown way to sign in");
        const earlier = await sessionOfCookie((await cookies()).get(names.session)?.value);
        return { sid: await openSession(user.id, method, await requestOrigin(), earlier) };
      },
      session: async () => ({ expires: new Date(0).toISOString() }), // nobody reads it; it must not carry anything
    },
    events: {
      signOut: async ({ token }) => {
        if (typeof token?.sid !== "string") return;
        const digest = sessionDigest(token.sid);
        const actor = await actorOfSession(digest);
        if (actor) await endSession(digest, actor.personId);
      },
    },
    logger: {
      // The reason alone: the rest of what next-auth would log holds tokens and codes.
      error: (code, details) => log.warn("sign-in failed", { code, reason: reasonOf(details) }),
      warn: () => {},
      debug: () => {},
    },
  };
}

function reasonOf(details: unknown): string {
  const { error, message } = (details ?? {}) as { error?: { message?: unknown }; message?: unknown };
  const text = String(error?.message ?? message ?? "").slice(0, 200);
  return /^(state|nonce) mismatch/.exec(text)?.[0] ?? text;
}

const methods: Record<string, Method> = { password: "password", sample: "sample person", oidc: "single sign-on" };

const password = Credentials({
  id: "password",
  name: "Email and password",
  credentials: { email: {}, password: {} },
  authorize: async (given) => {
    const parsed = passwordForm.safeParse(given);
    return parsed.success ? admit(async (origin) => signInWithPassword(parsed.data, origin)) : null;
  },
});

const sample = Credentials({
  id: "sample",
  name: "Sample person",
  credentials: { person: {} },
  authorize: async (given) => {
    const parsed = sampleForm.safeParse(given);
    return parsed.success ? admit(async (origin) => signInAsSample(parsed.data.person, origin)) : null;
  },
});

const passwordForm = z.object({ email: z.string().min(1).max(254), password: z.string().min(1).max(1024) });
const sampleForm = z.object({ person: z.string().min(1).max(64) });

/** Names the refusal by its stable code, which is all that goes back in the address. */
async function admit(check: (origin: Origin) => Promise<string | null>): Promise<{ id: string } | null> {
  try {
    const id = await check(await requestOrigin());
    return id ? { id } : null;
  } catch (error) {
    if (error instanceof AppError) throw new Error(error.code, { cause: error });
    log.error("sign-in failed", { error });
    throw new Error("unavailable", { cause: error });
  }
}

const oidcClaims = z.object({
  iss: z.string().min(1).max(500),
  sub: z.string().min(1).max(255),
  email: email
    .nullish()
    .catch(null)
    .transform((value) => value ?? null),
  name: z
    .string()
    .trim()
    .min(1)
    .max(100)
    .nullish()
    .catch(null)
    .transform((value) => value ?? null),
});

/** Any OpenID Connect provider with discovery: authorization code with PKCE, state and nonce; the identity is (`iss`, `sub`) of the verified ID token. */
function identityProvider(oidc: NonNullable<Settings["oidc"]>): OAuthConfig<z.input<typeof oidcClaims>> {
  return {
    id: "oidc",
    name: oidc.name,
    type: "oauth",
    issuer: oidc.issuer,
    wellKnown: `${oidc.issuer.replace(/\/$/, "")}/.well-known/openid-configuration`,
    clientId: oidc.clientId,
    clientSecret: oidc.clientSecret,
    idToken: true,
    checks: ["pkce", "state", "nonce"],
    authorization: { params: { scope: "openid email profile" } },
    httpOptions: { timeout: 5_000 },
    profile: (claims) => ({ id: claims.sub, name: claims.name ?? null, email: null }), // no email here: nothing may be found by it
  };
}
