import "next/dist/server/node-environment-baseline"; // before anything of Next: it makes the storage of requests

import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { authenticateRequest } from "@/lib/auth/authenticate-request";
import { deactivatePerson } from "@/lib/auth/deactivate-person";
import { handleSignIn } from "@/lib/auth/handle-sign-in";
import { invitePerson } from "@/lib/auth/invite-person";
import { db, pool } from "@/lib/db";
import { env, provideEnvironment } from "@/lib/env";
import { newId } from "@/lib/ids";
import { testPerson } from "@/lib/testing/approvals";
import { testDatabase } from "@/lib/testing/database";
import { type IdentityProvider, identityProvider } from "@/lib/testing/identity-provider";
import { testLog } from "@/lib/testing/lane";
import { Browser, inRequest } from "@/lib/testing/request";

const { ownerUrl } = await testDatabase();
let provider: IdentityProvider;

beforeAll(async () => {
  await testLog(ownerUrl);
  provider = await identityProvider();
});
afterAll(() => provider.close());

beforeEach(() => {
  const { issuer, clientId, clientSecret } = provider;
  provideEnvironment({ ...env(), mode: "production", oidc: { issuer, clientId, clientSecret, name: "Example ID" } });
  provider.next = { sub: newId("per"), email: "someone@elsewhere.test", email_verified: true, name: "Some One" };
});

async function leave(browser: Browser, to = "/"): Promise<string> {
  const csrf = (await (
    await browser.send(handleSignIn, "/api/auth/csrf", { params: { nextauth: ["csrf"] } })
  ).json()) as { csrfToken: string };
  const response = await browser.send(handleSignIn, "/api/auth/signin/oidc", {
    form: { csrfToken: csrf.csrfToken, json: "true", callbackUrl: to },
    params: { nextauth: ["signin", "oidc"] },
  });
  return ((await response.json()) as { url: string }).url;
}

async function comeBack(browser: Browser, address: string): Promise<{ status: number; to: string }> {
  const url = new URL(address);
  const response = await browser.send(handleSignIn, `${url.pathname}${url.search}`, {
    params: { nextauth: ["callback", "oidc"] },
  });
  const text = await response.text();
  return { status: response.status, to: /content="0;url=([^"]*)"/.exec(text)?.[1]?.replaceAll("&amp;", "&") ?? "" };
}

const signIn = async (browser: Browser, to?: string) => comeBack(browser, provider.consent(await leave(browser, to)));
const signedIn = (browser: Browser) => browser.jar.has("countersign-session");

async function who(browser: Browser): Promise<string> {
  const cookie = [...browser.jar].map(([name, value]) => `${name}=${value}`).join("; ");
  return (
    await authenticateRequest(
      new Request("http://localhost:3000/api/console/me", { headers: { cookie } }),
      "overview:read",
    )
  ).personId;
}

/** Opens the link of an invitation and picks the identity provider. */
async function invited(browser: Browser, change: { email?: string } = {}) {
  const admin = await testPerson("Ada", ["admin"]);
  const person = await invitePerson(admin, {
    name: "In Vited",
    email: `${newId("per")}@countersign.test`,
    roles: ["viewer"],
    groups: [],
    ...change,
  });
  const { keep } = await import("@/app/(auth)/welcome/[token]/actions");
  const token = person.invitation.url.split("/").at(-1) as string;
  let line = "";
  const kept = await inRequest(
    { origin: "http://localhost:3000" },
    () => keep({ token }),
    (lines) => {
      line = lines[0] ?? "";
    },
  );
  expect(kept.ok).toBe(true);
  browser.jar.set("countersign-invitation", token);
  return { admin, person, line };
}

describe("single sign-on", () => {
  test("asks with PKCE, state and nonce, and is sent back to the configured address whatever the Host header says", async () => {
    const url = new URL(await leave(new Browser()));
    expect(url.origin).toBe(provider.issuer);
    expect(url.searchParams.get("redirect_uri")).toBe("http://localhost:3000/api/auth/callback/oidc");
    expect(url.searchParams.get("code_challenge_method")).toBe("S256");
    for (const name of ["state", "nonce", "code_challenge"])
      expect(url.searchParams.get(name)?.length).toBeGreaterThan(20);
  });

  test("an invited person comes in and is known by issuer and subject from then on", async () => {
    const browser = new Browser();
    const { person, line } = await invited(browser);
    expect(line).toMatch(/HttpOnly/i);
    expect(line).toMatch(/SameSite=lax/i);
    expect((await signIn(browser)).to).toBe("/");
    expect(await who(browser)).toBe(person.id);
    expect(browser.jar.has("countersign-invitation")).toBe(false);
    const later = new Browser();
    await signIn(later, "/inbox?status=pending");
    expect(await who(later)).toBe(person.id);
  });

  test("T26 the way back is a page that goes on by itself, so that the Strict cookie is sent", async () => {
    const browser = new Browser();
    await invited(browser);
    await signIn(browser);
    const { status, to } = await signIn(new Browser(), "/inbox?a=1&b=2");
    expect(status).toBe(200);
    expect(to).toBe("/inbox?a=1&b=2");
  });

  test.each(["//evil.example", "https://evil.example/", "/\\evil.example"])(
    "T50 the callback URL %j leads to the overview",
    async (target) => {
      const browser = new Browser();
      await invited(browser);
      expect((await signIn(browser, target)).to).toBe("/");
    },
  );

  test("T50 a verified email address that equals somebody's ties nothing", async () => {
    const victim = await testPerson("Victim", ["admin"]);
    provider.next.email = victim.email;
    const browser = new Browser();
    expect((await signIn(browser)).to).toBe("/sign-in?error=not_invited");
    expect(signedIn(browser)).toBe(false);
    expect((await db.person.findUniqueOrThrow({ where: { id: victim.personId } })).oidcSubject).toBeNull();
  });

  test("a deactivated person is refused", async () => {
    const browser = new Browser();
    const { admin, person } = await invited(browser);
    await signIn(browser);
    await deactivatePerson(admin, { id: person.id, reason: "left" });
    await expect(who(browser)).rejects.toMatchObject({ code: "unauthenticated" });
    const again = new Browser();
    await signIn(again);
    expect(signedIn(again)).toBe(false);
  });

  test.each([
    ["another audience", { aud: "another client" }],
    ["another issuer", { iss: "https://evil.example" }],
    ["another nonce", { nonce: "x".repeat(43) }],
    ["an expired token", { exp: 1 }],
    ["a key the provider does not publish", { forge: true }],
  ])("T50 an ID token with %s opens nothing", async (_, change) => {
    const browser = new Browser();
    await invited(browser);
    provider.next = { ...provider.next, ...change };
    expect((await signIn(browser)).to).toMatch(/^\/sign-in\?error=/);
    expect(signedIn(browser)).toBe(false);
  });

  test("T50 an answer with another state, of another browser, or sent twice opens nothing", async () => {
    const attacker = new Browser();
    const address = provider.consent(await leave(attacker));
    const victim = new Browser();
    await leave(victim);
    expect((await comeBack(victim, address)).to).toMatch(/^\/sign-in\?error=/); // forged sign-in
    const changed = new URL(provider.consent(await leave(attacker)));
    changed.searchParams.set("state", "x");
    expect((await comeBack(attacker, changed.href)).to).toMatch(/^\/sign-in\?error=/);
    const browser = new Browser();
    await invited(browser);
    const once = provider.consent(await leave(browser));
    await comeBack(browser, once);
    const stolen = new Browser();
    for (const [name, value] of browser.jar) if (name !== "countersign-session") stolen.jar.set(name, value);
    await comeBack(stolen, once);
    expect(signedIn(stolen)).toBe(false);
  });

  test("the first administrator can come in this way", async () => {
    await pool().query("UPDATE person SET roles = '{viewer}' WHERE 'admin' = ANY(roles)");
    const { ensureFirstAdministrator } = await import("@/lib/auth/first-administrator");
    const link = await ensureFirstAdministrator();
    provider.next = { sub: newId("per"), email: "First@Countersign.test", name: "First Person" };
    const browser = new Browser();
    browser.jar.set("countersign-invitation", link?.split("/").at(-1) as string);
    await signIn(browser);
    const person = await db.person.findUniqueOrThrow({ where: { id: await who(browser) } });
    expect(person).toMatchObject({
      email: "first@countersign.test",
      name: "First Person",
      roles: ["admin"],
      passwordHash: null,
    });
    expect(await ensureFirstAdministrator()).toBeNull();
  });

  test("without its settings the way does not exist", async () => {
    provideEnvironment({ ...env(), oidc: null });
    const browser = new Browser();
    const csrf = (await (
      await browser.send(handleSignIn, "/api/auth/csrf", { params: { nextauth: ["csrf"] } })
    ).json()) as { csrfToken: string };
    const response = await browser.send(handleSignIn, "/api/auth/signin/oidc", {
      form: { csrfToken: csrf.csrfToken, json: "true" },
      params: { nextauth: ["signin", "oidc"] },
    });
    expect(await response.text()).not.toContain(provider.issuer);
  });
});
