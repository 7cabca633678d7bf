import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { readHeader } from "@/lib/audit/entry";
import { db, pool } from "@/lib/db";
import { env, provideEnvironment } from "@/lib/env";
import { newId } from "@/lib/ids";
import { testDatabase } from "@/lib/testing/database";
import { testLog } from "@/lib/testing/lane";
import { Browser } from "@/lib/testing/request";
import { authenticateRequest } from "./authenticate-request";
import { deactivatePerson } from "./deactivate-person";
import { endOwnSessions } from "./end-session";
import { handleSignIn } from "./handle-sign-in";
import { hashPassword } from "./password";
import { permissionsOf } from "./permissions";
import { sessionOfCookie } from "./session-token";
import { signInThrottle } from "./sign-in";
import { limits } from "./throttle";

const { ownerUrl } = await testDatabase();
const secret = "correct horse battery";
let passwordHash = "";

beforeAll(async () => {
  await testLog(ownerUrl);
  passwordHash = await hashPassword(secret);
});

beforeEach(() => {
  provideEnvironment({
    ...env(),
    mode: "evaluation",
    publicUrl: "http://localhost:3000",
    origins: ["http://localhost:3000"],
    oidc: null,
  });
});

async function makePerson(
  change: { active?: boolean; sample?: boolean; roles?: string[]; passwordHash?: string | null } = {},
) {
  const id = newId("per");
  const person = await db.person.create({
    data: { id, email: `${id}@countersign.test`, name: "Pat Person", roles: ["viewer"], passwordHash, ...change },
  });
  return {
    ...person,
    actor: {
      personId: id,
      email: person.email,
      name: person.name,
      roles: person.roles,
      groups: [],
      permissions: permissionsOf(["admin"]),
      via: "session" as const,
      mayVote: true,
    },
  };
}

async function signIn(
  browser: Browser,
  way: "password" | "sample",
  form: Record<string, string>,
  headers: Record<string, string> = {},
) {
  const csrf = (await (
    await browser.send(handleSignIn, "/api/auth/csrf", { params: { nextauth: ["csrf"] } })
  ).json()) as { csrfToken: string };
  const response = await browser.send(handleSignIn, `/api/auth/callback/${way}`, {
    form: { ...form, csrfToken: csrf.csrfToken, json: "true", callbackUrl: form.callbackUrl ?? "/" },
    params: { nextauth: ["callback", way] },
    headers,
  });
  const url = ((await response.json()) as { url: string }).url;
  return { response, url, error: new URL(url, "http://localhost:3000").searchParams.get("error") };
}

const withPassword = (person: { email: string }, password = secret) => ({ email: person.email, password });

function who(browser: Browser): Promise<{ personId: string }> {
  const cookie = [...browser.jar].map(([name, value]) => `${name}=${value}`).join("; ");
  return authenticateRequest(
    new Request("http://localhost:3000/api/console/me", { headers: { cookie } }),
    "overview:read",
  );
}

async function entries(kind: string): Promise<{ ref?: string; actor?: string }[]> {
  const { rows } = await pool().query<{ header: Buffer }>("SELECT header FROM audit.entry ORDER BY lane, seq");
  return rows.map((row) => readHeader(row.header)).filter((header) => header.kind === kind);
}

describe("signing in", () => {
  test("the right password opens a session, and the log has it", async () => {
    const person = await makePerson();
    const browser = new Browser();
    const before = (await entries("signed_in")).length;
    const { error, url } = await signIn(browser, "password", withPassword(person));
    expect(error).toBeNull();
    expect(url).toBe("http://localhost:3000/");
    expect((await who(browser)).personId).toBe(person.id);
    expect(await entries("signed_in")).toHaveLength(before + 1);
  });

  test("T50 a wrong password, an unknown account, a deactivated and a passwordless one answer the same, and the log has each", async () => {
    const person = await makePerson();
    const gone = await makePerson({ active: false });
    const without = await makePerson({ passwordHash: null });
    const before = (await entries("sign_in_refused")).length;
    const answers = [];
    for (const form of [
      withPassword(person, "wrong password!!"),
      withPassword({ email: "nobody@countersign.test" }),
      withPassword(gone),
      withPassword(without, ""),
    ]) {
      const browser = new Browser();
      const { response, url } = await signIn(browser, "password", form);
      answers.push({ status: response.status, url });
      expect(browser.jar.has("countersign-session")).toBe(false);
    }
    expect(new Set(answers.map((one) => JSON.stringify(one))).size).toBe(1);
    expect((await entries("sign_in_refused")).length).toBeGreaterThanOrEqual(before + 3);
  });

  test("T50 repeated failures close the account to that address, even for the right password, and one refusal says so in the log", async () => {
    const person = await makePerson();
    for (let i = 0; i < limits.pair; i++) signInThrottle().failed(person.email, "192.0.2.1", Date.now());
    const before = (await entries("sign_in_refused")).length;
    expect((await signIn(new Browser(), "password", withPassword(person))).error).toBe("too_many_requests");
    expect((await signIn(new Browser(), "password", withPassword(person))).error).toBe("too_many_requests");
    expect(await entries("sign_in_refused")).toHaveLength(before + 1);
    expect(
      (await signIn(new Browser(), "password", withPassword(person), { "x-forwarded-for": "198.51.100.7" })).error,
    ).toBeNull();
  });

  test("a new token on each sign-in, and the session the browser had before is over", async () => {
    const person = await makePerson();
    const browser = new Browser();
    await signIn(browser, "password", withPassword(person));
    const first = browser.jar.get("countersign-session") ?? "";
    await signIn(browser, "password", withPassword(person));
    expect(browser.jar.get("countersign-session")).not.toBe(first);
    const old = new Browser();
    old.jar.set("countersign-session", first);
    await expect(who(old)).rejects.toMatchObject({ code: "unauthenticated" });
    expect((await who(browser)).personId).toBe(person.id);
  });

  test("T50 the session is known by its digest alone: neither the database nor the cookie's claims hold a name", async () => {
    const person = await makePerson();
    const browser = new Browser();
    await signIn(browser, "password", withPassword(person));
    const { decode } = await import("next-auth/jwt");
    const claims = await decode({ token: browser.jar.get("countersign-session") ?? "", secret: env().authSecret });
    expect(Object.keys(claims ?? {}).sort()).toEqual(["exp", "iat", "jti", "sid"]);
    const rows = await db.session.findMany({ where: { personId: person.id } });
    expect(JSON.stringify(rows)).not.toContain(String(claims?.sid));
  });
});

describe("a session ends", () => {
  async function signedIn() {
    const person = await makePerson();
    const browser = new Browser();
    await signIn(browser, "password", withPassword(person));
    return { person, browser };
  }

  test("T50 a deactivated person's next request is refused", async () => {
    const { person, browser } = await signedIn();
    const admin = await makePerson({ roles: ["admin"] });
    await who(browser);
    await deactivatePerson(admin.actor, { id: person.id, reason: "left the company" });
    await expect(who(browser)).rejects.toMatchObject({ code: "unauthenticated", status: 401 });
  });

  test.each([
    ["after 12 hours without use", "last_seen_at = clock_timestamp() - interval '12 hours 1 second'"],
    ["after its absolute limit", "expires_at = clock_timestamp() - interval '1 second'"],
    ["when it is revoked", "revoked_at = clock_timestamp()"],
  ])("%s", async (_, change) => {
    const { person, browser } = await signedIn();
    await pool().query(`UPDATE session SET ${change} WHERE person_id = $1`, [person.id]);
    await expect(who(browser)).rejects.toMatchObject({ code: "unauthenticated" });
  });

  test("use keeps it open: what was idle for an hour is not idle afterwards", async () => {
    const { person, browser } = await signedIn();
    await pool().query("UPDATE session SET last_seen_at = clock_timestamp() - interval '1 hour' WHERE person_id = $1", [
      person.id,
    ]);
    await who(browser);
    const { rows } = await pool().query(
      "SELECT last_seen_at > clock_timestamp() - interval '1 minute' AS fresh FROM session WHERE person_id = $1",
      [person.id],
    );
    expect(rows[0].fresh).toBe(true);
  });

  test("signing out ends it in the database and is in the log", async () => {
    const { browser } = await signedIn();
    const stolen = new Browser();
    stolen.jar.set("countersign-session", browser.jar.get("countersign-session") ?? "");
    const csrf = (await (
      await browser.send(handleSignIn, "/api/auth/csrf", { params: { nextauth: ["csrf"] } })
    ).json()) as { csrfToken: string };
    const before = (await entries("signed_out")).length;
    await browser.send(handleSignIn, "/api/auth/signout", {
      form: { csrfToken: csrf.csrfToken, json: "true" },
      params: { nextauth: ["signout"] },
    });
    await expect(who(stolen)).rejects.toMatchObject({ code: "unauthenticated" });
    expect(await entries("signed_out")).toHaveLength(before + 1);
  });

  test("signing out everywhere ends all of them, or all but one", async () => {
    const person = await makePerson();
    const browsers = [new Browser(), new Browser(), new Browser()];
    for (const browser of browsers) await signIn(browser, "password", withPassword(person));
    const kept = browsers[1] as Browser;
    expect(await endOwnSessions(person.actor, await sessionOfCookie(kept.jar.get("countersign-session")))).toBe(2);
    await expect(who(browsers[0] as Browser)).rejects.toMatchObject({ code: "unauthenticated" });
    await who(kept);
    expect(await endOwnSessions(person.actor, null)).toBe(1);
    await expect(who(kept)).rejects.toMatchObject({ code: "unauthenticated" });
  });

  test("a cookie of another installation, a changed one and a made-up one are nobody's", async () => {
    const { browser } = await signedIn();
    const value = browser.jar.get("countersign-session") ?? "";
    const { encode } = await import("next-auth/jwt");
    const foreign = await encode({
      token: { sid: "x".repeat(43) },
      secret: "another secret of thirty-two bytes and more",
    });
    for (const cookie of [`${value.slice(0, -2)}AA`, foreign, "x", "", "a".repeat(5000)]) {
      const other = new Browser();
      other.jar.set("countersign-session", cookie);
      await expect(who(other)).rejects.toMatchObject({ code: "unauthenticated" });
    }
  });
});

describe("cookies and redirects", () => {
  test("T26 the session cookie is HttpOnly, SameSite=Strict, and bound to this host", async () => {
    const person = await makePerson();
    const browser = new Browser();
    await signIn(browser, "password", withPassword(person));
    const line = browser.set.find((one) => one.startsWith("countersign-session=")) ?? "";
    expect(line).toMatch(/; HttpOnly/);
    expect(line).toMatch(/; SameSite=Strict/);
    expect(line).toMatch(/; Path=\//);
    expect(line).not.toMatch(/Domain|Secure/);
  });

  test("T26 over https every cookie has the __Host- prefix and Secure", async () => {
    const publicUrl = "https://countersign.example";
    provideEnvironment({ ...env(), publicUrl, origins: [publicUrl] });
    const person = await makePerson();
    const browser = new Browser(publicUrl);
    const { error } = await signIn(browser, "password", withPassword(person));
    expect(error).toBeNull();
    expect(browser.jar.has("__Host-countersign-session")).toBe(true);
    for (const line of browser.set) {
      expect(line).toMatch(/^__Host-countersign-/);
      expect(line).toMatch(/; Secure/);
      expect(line).toMatch(/; Path=\//);
      expect(line).toMatch(/; HttpOnly/);
      expect(line).not.toMatch(/; Domain/);
    }
  });

  test.each([
    "//evil.example",
    "/\\evil.example",
    "https:evil.example",
    "https://evil.example/x",
    "javascript:alert(1)",
    "/\t/evil.example",
  ])("T50 the callback URL %j leads to this site", async (callbackUrl) => {
    const person = await makePerson();
    const { url, error } = await signIn(new Browser(), "password", { ...withPassword(person), callbackUrl });
    expect(error).toBeNull();
    expect(url).toBe("http://localhost:3000/");
  });

  test("a callback URL of this site is kept", async () => {
    const person = await makePerson();
    expect(
      (await signIn(new Browser(), "password", { ...withPassword(person), callbackUrl: "/inbox?status=pending" })).url,
    ).toBe("http://localhost:3000/inbox?status=pending");
  });

  test("T50 a forged Host or X-Forwarded-Host changes no address", async () => {
    const person = await makePerson();
    const { url } = await signIn(new Browser(), "password", withPassword(person), {
      host: "evil.example",
      "x-forwarded-host": "evil.example",
      "x-forwarded-proto": "http",
    });
    expect(url).toBe("http://localhost:3000/");
  });

  test("T26 a sign-in that another site's page started is refused", async () => {
    const person = await makePerson();
    const browser = new Browser();
    const csrf = (await (
      await browser.send(handleSignIn, "/api/auth/csrf", { params: { nextauth: ["csrf"] } })
    ).json()) as { csrfToken: string };
    for (const origin of ["https://evil.example", "null", "http://localhost:3001"]) {
      const response = await browser.send(handleSignIn, "/api/auth/callback/password", {
        form: { ...withPassword(person), csrfToken: csrf.csrfToken, json: "true" },
        params: { nextauth: ["callback", "password"] },
        headers: { origin },
      });
      expect(response.status).toBe(403);
      expect(browser.jar.has("countersign-session")).toBe(false);
    }
  });

  test("T26 without the token of its own form a sign-in is refused", async () => {
    const person = await makePerson();
    const browser = new Browser();
    const response = await browser.send(handleSignIn, "/api/auth/callback/password", {
      form: { ...withPassword(person), json: "true" },
      params: { nextauth: ["callback", "password"] },
    });
    expect(((await response.json()) as { url: string }).url).toContain("csrf=true");
    expect(browser.jar.has("countersign-session")).toBe(false);
  });

  test.each([
    ["GET", ["session"]],
    ["POST", ["session"]],
    ["POST", ["_log"]],
    ["GET", ["providers"]],
    ["GET", ["signin"]],
    ["GET", ["callback", "password"]],
    ["GET", ["signout"]],
  ])("the endpoint %s %j, which nothing here uses, does not exist", async (method, nextauth) => {
    const response = await new Browser().send(handleSignIn, `/api/auth/${nextauth.join("/")}`, {
      method,
      params: { nextauth },
    });
    expect(response.status).toBe(404);
  });

  test("T49 no answer of the sign-in endpoints may be stored", async () => {
    const browser = new Browser();
    for (const nextauth of [["csrf"], ["error"], ["session"]]) {
      expect(
        (await browser.send(handleSignIn, `/api/auth/${nextauth[0]}`, { params: { nextauth } })).headers.get(
          "cache-control",
        ),
      ).toContain("no-store");
    }
  });
});

describe("sample people", () => {
  test("one click signs a sample person in, in evaluation mode", async () => {
    const person = await makePerson({ sample: true, passwordHash: null });
    const browser = new Browser();
    expect((await signIn(browser, "sample", { person: person.id })).error).toBeNull();
    expect((await who(browser)).personId).toBe(person.id);
  });

  test("T50 in production there is no such way in", async () => {
    const person = await makePerson({ sample: true, passwordHash: null });
    provideEnvironment({ ...env(), mode: "production" });
    const browser = new Browser();
    const response = await browser.send(handleSignIn, "/api/auth/callback/sample", {
      form: { person: person.id, json: "true" },
      params: { nextauth: ["callback", "sample"] },
    });
    expect(response.status).toBeGreaterThanOrEqual(400);
    expect(browser.jar.has("countersign-session")).toBe(false);
    const { signInAsSample } = await import("./sign-in");
    expect(await signInAsSample(person.id, { address: "192.0.2.1", userAgent: "" })).toBeNull();
  });

  test("nobody but sample people comes in that way", async () => {
    const person = await makePerson();
    const gone = await makePerson({ sample: true, active: false });
    for (const id of [person.id, gone.id, "per_none", ""]) {
      const browser = new Browser();
      expect((await signIn(browser, "sample", { person: id })).error).toBe("CredentialsSignin");
      expect(browser.jar.has("countersign-session")).toBe(false);
    }
  });
});
