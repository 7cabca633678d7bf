import { beforeAll, describe, expect, test } from "vitest";
import { readHeader } from "@/lib/audit/entry";
import { db, pool } from "@/lib/db";
import { env, provideEnvironment } from "@/lib/env";
import { newId } from "@/lib/ids";
import { testAgent, testPerson } from "@/lib/testing/approvals";
import { testDatabase } from "@/lib/testing/database";
import { testLog } from "@/lib/testing/lane";
import { acceptWithPassword, acceptWithSubject } from "./accept-link";
import type { Actor } from "./actor";
import { authenticateRequest } from "./authenticate-request";
import { changeGroup, createGroup, deleteGroup } from "./change-group";
import { changePassword } from "./change-password";
import { changePerson } from "./change-person";
import { deactivatePerson, reactivatePerson } from "./deactivate-person";
import { ensureFirstAdministrator } from "./first-administrator";
import { invitePerson, renewInvitation } from "./invite-person";
import { issueToken, revokeToken } from "./issue-token";
import { readLink } from "./one-time-link";
import { openSession } from "./open-session";
import { hashPassword } from "./password";
import { listPeople, listPeopleRows, listTokens } from "./queries";
import { actorOfSession } from "./session";
import { sessionDigest } from "./session-token";
import { signInWithPassword } from "./sign-in";

const { ownerUrl } = await testDatabase();
const here = { address: "192.0.2.1", userAgent: "test" };
const secret = "violet harbor engine";
let admin: Actor;
let second: Actor;

beforeAll(async () => {
  await testLog(ownerUrl);
  admin = await testPerson("Ada", ["admin"]);
  second = await testPerson("Bea", ["admin"]);
});

const tokenOf = (url: string) => url.split("/").at(-1) as string;
let number = 0;
const invite = (change: Partial<{ roles: Actor["roles"]; groups: string[]; email: string }> = {}) =>
  invitePerson(admin, {
    name: "New Person",
    email: `new${++number}@countersign.test`,
    roles: ["viewer"],
    groups: [],
    ...change,
  } as never);

async function entries(): Promise<{ kind: string; ref?: string }[]> {
  const { rows } = await pool().query<{ header: Buffer }>(
    "SELECT e.header FROM audit.entry e JOIN audit.lane l USING (lane) WHERE l.kind = 'console' ORDER BY e.seq",
  );
  return rows.map((row) => readHeader(row.header));
}

async function epoch(): Promise<number> {
  return Number((await pool().query("SELECT epoch FROM audit.control_epoch")).rows[0].epoch);
}

const bearer = (token: string) =>
  new Request("http://localhost:3000/api/v1/agents", { headers: { authorization: `Bearer ${token}` } });

describe("invitations", () => {
  test("a link lets its person in once, with the password they set", async () => {
    const { email, invitation } = await invite();
    const token = tokenOf(invitation.url);
    expect(invitation.url).toBe(`http://localhost:3000/welcome/${token}`);
    expect(await acceptWithPassword({ token, name: "Renamed Person", password: secret })).toEqual({ email });
    expect(await signInWithPassword({ email, password: secret }, here)).toMatch(/^per_/);
    await expect(acceptWithPassword({ token, name: "Again", password: secret })).rejects.toMatchObject({
      code: "not_found",
    });
    expect((await db.person.findUniqueOrThrow({ where: { email } })).name).toBe("Renamed Person");
  });

  test("two browsers that use one link at the same moment: one comes in", async () => {
    const { invitation } = await invite();
    const token = tokenOf(invitation.url);
    const tries = await Promise.allSettled(
      [1, 2, 3].map((n) => acceptWithPassword({ token, name: `Number ${n}`, password: secret })),
    );
    expect(tries.filter((one) => one.status === "fulfilled")).toHaveLength(1);
  });

  test("looking at a link changes nothing", async () => {
    const { invitation } = await invite();
    const before = (await entries()).length;
    for (let i = 0; i < 3; i++) expect(await readLink(tokenOf(invitation.url))).not.toBeNull();
    expect(await entries()).toHaveLength(before);
  });

  test("a link is useless when it is old, replaced, of a deactivated person, or made up; the answer is the same", async () => {
    const old = await invite();
    await pool().query("UPDATE sign_in_link SET expires_at = clock_timestamp() WHERE person_id = $1", [old.id]);
    const replaced = await invite();
    await renewInvitation(admin, replaced.id);
    const gone = await invite();
    await deactivatePerson(admin, { id: gone.id, reason: "a mistake" });
    for (const url of [
      old.invitation.url,
      replaced.invitation.url,
      gone.invitation.url,
      `/${"x".repeat(43)}`,
      "/",
      "/'; DROP TABLE person --",
    ]) {
      await expect(acceptWithPassword({ token: tokenOf(url), name: "X", password: secret })).rejects.toMatchObject({
        code: "not_found",
        message: expect.stringContaining("used already, or is too old"),
      });
    }
  });

  test("a weak password leaves the link unused", async () => {
    const { invitation } = await invite();
    const token = tokenOf(invitation.url);
    await expect(acceptWithPassword({ token, name: "X", password: "aaaaaaaaaaaaaa" })).rejects.toMatchObject({
      code: "invalid_request",
      fields: [{ path: "/password", message: "repeats too few different characters" }],
    });
    await acceptWithPassword({ token, name: "X", password: secret });
  });

  test("the database holds no link, only its digest", async () => {
    const { invitation, id } = await invite();
    const rows = await db.signInLink.findMany({ where: { personId: id } });
    expect(
      JSON.stringify(rows.map((row) => ({ ...row, digest: Buffer.from(row.digest).toString("base64url") }))),
    ).not.toContain(tokenOf(invitation.url));
  });

  test("an address is one person, whatever its case", async () => {
    const { email } = await invite();
    const { inviteInput } = await import("./schema");
    const again = inviteInput.parse({ name: "Other", email: ` ${email.toUpperCase()} `, roles: ["viewer"] });
    await expect(invitePerson(admin, again)).rejects.toMatchObject({ code: "conflict" });
    for (const hostile of [
      "аda@countersign.test",
      "a@b",
      "a b@countersign.test",
      "a@countersign.test\n",
      "a@countersign.test,b@evil.test",
    ]) {
      const parsed = inviteInput.safeParse({ name: "Other", email: hostile, roles: ["viewer"] });
      expect(parsed.success && parsed.data.email !== "a@countersign.test").toBe(false);
    }
  });

  test("a new link for somebody who has come in ends their sessions when it is used", async () => {
    const { id, invitation } = await invite();
    await acceptWithPassword({ token: tokenOf(invitation.url), name: "P", password: secret });
    const session = sessionDigest(await openSession(id, "password", here));
    const link = await renewInvitation(admin, id);
    expect(await actorOfSession(session)).not.toBeNull();
    await acceptWithPassword({ token: tokenOf(link.url), name: "P", password: "another harbor engine" });
    expect(await actorOfSession(session)).toBeNull();
  });
});

describe("T50 identities of a provider", () => {
  const subject = () => `https://idp.example|${newId("per")}`;

  test("an equal email address ties nobody: an identity without a link is refused and logged", async () => {
    const { signInWithSubject } = await import("./sign-in-with-subject");
    const { email } = await invite();
    const before = (await entries()).length;
    expect(
      await signInWithSubject(
        { issuer: "https://idp.example", subject: "stranger", email, name: "Stranger" },
        null,
        here,
      ),
    ).toBeNull();
    expect((await entries()).slice(before).map((entry) => entry.kind)).toEqual(["sign_in_refused"]);
    expect((await db.person.findUniqueOrThrow({ where: { email } })).oidcSubject).toBeNull();
  });

  test("the link ties the identity that brings it, which signs in by itself afterwards", async () => {
    const { signInWithSubject } = await import("./sign-in-with-subject");
    const { id, invitation } = await invite();
    const identity = {
      issuer: "https://idp.example",
      subject: newId("per"),
      email: "different@elsewhere.test",
      name: null,
    };
    expect(await signInWithSubject(identity, tokenOf(invitation.url), here)).toBe(id);
    expect(await signInWithSubject(identity, null, here)).toBe(id);
    expect(await signInWithSubject({ ...identity, issuer: "https://evil.example" }, null, here)).toBeNull();
  });

  test("an identity that is somebody else's takes no second account", async () => {
    const taken = subject();
    const one = await invite();
    await acceptWithSubject(tokenOf(one.invitation.url), taken, { email: null, name: null });
    const two = await invite();
    await expect(
      acceptWithSubject(tokenOf(two.invitation.url), taken, { email: null, name: null }),
    ).rejects.toMatchObject({ code: "conflict" });
    expect(await readLink(tokenOf(two.invitation.url))).not.toBeNull();
  });
});

describe("roles", () => {
  test("roles count from the person's next request", async () => {
    const { id } = await invite();
    const session = sessionDigest(await openSession(id, "password", here));
    expect((await actorOfSession(session))?.permissions.has("audit:read")).toBe(false);
    await changePerson(admin, { id, roles: ["auditor"] });
    expect((await actorOfSession(session))?.permissions.has("audit:read")).toBe(true);
  });

  test("nobody changes their own roles or groups, or deactivates themselves", async () => {
    await expect(changePerson(admin, { id: admin.personId, roles: ["admin", "approver"] })).rejects.toMatchObject({
      code: "forbidden",
    });
    await expect(changePerson(admin, { id: admin.personId, groups: [] })).rejects.toMatchObject({ code: "forbidden" });
    await expect(deactivatePerson(admin, { id: admin.personId, reason: "tired" })).rejects.toMatchObject({
      code: "forbidden",
    });
    const group = await createGroup(admin, { key: `g${++number}`, title: "A group", members: [] });
    await expect(changeGroup(admin, { id: group.id, members: [admin.personId] })).rejects.toMatchObject({
      code: "forbidden",
    });
    await changePerson(admin, { id: admin.personId, name: "Ada Renamed" });
  });

  test("a change that breaks a rule leaves nothing behind, not even an entry", async () => {
    const { id } = await invite();
    const before = await entries();
    await expect(changePerson(admin, { id, roles: ["owner"], groups: ["no-such-group"] })).rejects.toMatchObject({
      code: "invalid_request",
      fields: [{ path: "/groups" }],
    });
    expect(await entries()).toHaveLength(before.length);
    expect((await db.person.findUniqueOrThrow({ where: { id } })).roles).toEqual(["viewer"]);
  });

  test("the last active administrator stays one, even when two remove each other at the same moment", async () => {
    for (let round = 0; round < 5; round++) {
      const one = await testPerson(`One${round}`, ["admin"]);
      const two = await testPerson(`Two${round}`, ["admin"]);
      await pool().query("UPDATE person SET roles = '{viewer}' WHERE 'admin' = ANY(roles) AND id <> ALL($1)", [
        [one.personId, two.personId],
      ]);
      const tries = await Promise.allSettled([
        round % 2
          ? changePerson(one, { id: two.personId, roles: ["viewer"] })
          : deactivatePerson(one, { id: two.personId, reason: "x" }),
        round % 2
          ? changePerson(two, { id: one.personId, roles: ["viewer"] })
          : deactivatePerson(two, { id: one.personId, reason: "x" }),
      ]);
      expect(tries.filter((each) => each.status === "fulfilled")).toHaveLength(1);
      const { rows } = await pool().query(
        "SELECT count(*)::int AS n FROM person WHERE active AND 'admin' = ANY(roles)",
      );
      expect(rows[0].n).toBe(1);
    }
    await pool().query("UPDATE person SET roles = '{admin}' WHERE id = ANY($1)", [[admin.personId, second.personId]]);
  });

  test("groups: an empty one can be deleted, one with members cannot, and its key is taken once", async () => {
    const { id } = await invite();
    const key = `team-${++number}`;
    const group = await createGroup(admin, { key, title: "Team", members: [id] });
    await expect(createGroup(admin, { key, title: "Other", members: [] })).rejects.toMatchObject({ code: "conflict" });
    await expect(deleteGroup(admin, group.id)).rejects.toMatchObject({ code: "conflict" });
    expect((await listPeople(admin, { group: key, limit: 50 })).items.map((person) => person.id)).toEqual([id]);
    await changeGroup(admin, { id: group.id, members: [] });
    await deleteGroup(admin, group.id);
    await expect(changeGroup(admin, { id: group.id, title: "Gone" })).rejects.toMatchObject({ code: "not_found" });
  });
});

describe("deactivation", () => {
  test("ends sessions, tokens and links at once, moves the control epoch, and is in the log", async () => {
    const { id, invitation } = await invite({ roles: ["owner"] });
    const session = sessionDigest(await openSession(id, "password", here));
    const actor = (await actorOfSession(session)) as Actor;
    const token = await issueToken(actor, { name: "t", scopes: ["agents:read:own"], expiresInDays: 1, mayVote: false });
    await authenticateRequest(bearer(token.secret), "agents:read:own");
    await testAgent(actor);

    const before = await epoch();
    await deactivatePerson(admin, { id, reason: "left the company" });
    expect(await actorOfSession(session)).toBeNull();
    await expect(authenticateRequest(bearer(token.secret), "agents:read:own")).rejects.toMatchObject({
      code: "unauthenticated",
    });
    expect(await readLink(tokenOf(invitation.url))).toBeNull();
    expect(await epoch()).toBe(before + 1);
    const change = await pool().query("SELECT kind, ref FROM audit.control_change WHERE epoch = $1", [before + 1]);
    expect(change.rows).toEqual([{ kind: "person", ref: id }]);
    expect((await entries()).at(-1)?.kind).toBe("person_deactivated");
    await expect(deactivatePerson(admin, { id, reason: "again" })).rejects.toMatchObject({ code: "conflict" });
  });

  test("reactivation brings back roles, not sessions or tokens", async () => {
    const { id } = await invite({ roles: ["owner"] });
    const session = sessionDigest(await openSession(id, "password", here));
    const actor = (await actorOfSession(session)) as Actor;
    const token = await issueToken(actor, { name: "t", scopes: ["agents:read:own"], expiresInDays: 1, mayVote: false });
    await deactivatePerson(admin, { id, reason: "on leave" });
    const before = await epoch();
    expect((await reactivatePerson(admin, id)).roles).toEqual(["owner"]);
    expect(await epoch()).toBe(before + 1);
    expect(await actorOfSession(session)).toBeNull();
    await expect(authenticateRequest(bearer(token.secret), "agents:read:own")).rejects.toMatchObject({
      code: "unauthenticated",
    });
  });

  test("T05 the database refuses to deactivate a person without moving the epoch", async () => {
    const { id } = await invite();
    await expect(pool().query("UPDATE person SET active = false WHERE id = $1", [id])).rejects.toThrow("must bump");
  });
});

describe("API tokens", () => {
  async function someone(...held: string[]): Promise<Actor> {
    const { id } = await invite({ roles: held });
    return (await actorOfSession(sessionDigest(await openSession(id, "password", here)))) as Actor;
  }
  const wanted = { name: "t", scopes: ["agents:read"], expiresInDays: 30, mayVote: false } as const;

  test("a token has its scopes and no more, and never more than its person", async () => {
    const person = await someone("compliance");
    const { secret: token } = await issueToken(person, { ...wanted, scopes: ["agents:read"] });
    const actor = await authenticateRequest(bearer(token), "agents:read");
    expect([...actor.permissions]).toEqual(["agents:read"]);
    expect(actor).toMatchObject({ personId: person.personId, via: "token", mayVote: false });
    await expect(authenticateRequest(bearer(token), "audit:read")).rejects.toMatchObject({ code: "forbidden" });
    await changePerson(admin, { id: person.personId, roles: ["owner"] });
    await expect(authenticateRequest(bearer(token), "agents:read")).rejects.toMatchObject({ code: "forbidden" });
  });

  test("nobody makes a token that opens more than they can", async () => {
    const person = await someone("owner");
    await expect(issueToken(person, { ...wanted, scopes: ["people:write"] })).rejects.toMatchObject({
      code: "invalid_request",
      fields: [{ path: "/scopes" }],
    });
    const { secret: token } = await issueToken(person, { ...wanted, scopes: ["tokens:write:own"] });
    const byToken = await authenticateRequest(bearer(token), "tokens:write:own");
    await expect(issueToken(byToken, { ...wanted, scopes: ["agents:read:own"] })).rejects.toMatchObject({
      code: "invalid_request",
    });
  });

  test("a voting token is made in a session only, and only on purpose", async () => {
    const person = await someone("approver");
    const vote = { ...wanted, scopes: ["approvals:vote", "tokens:write:own"], mayVote: true } as const;
    await expect(issueToken(person, { ...vote, mayVote: false, scopes: [...vote.scopes] })).rejects.toMatchObject({
      code: "invalid_request",
    });
    const { secret: token } = await issueToken(person, { ...vote, scopes: [...vote.scopes] });
    const byToken = await authenticateRequest(bearer(token), "approvals:vote");
    expect(byToken.mayVote).toBe(true);
    await expect(issueToken(byToken, { ...vote, scopes: ["approvals:vote"] })).rejects.toMatchObject({
      code: "forbidden",
    });
    const administrator = await someone("admin");
    await expect(issueToken(administrator, { ...vote, scopes: ["approvals:vote"] })).rejects.toMatchObject({
      code: "invalid_request",
    });
  });

  test("T03 the secret is in no table, and the list shows no part of it", async () => {
    const person = await someone("owner");
    const issued = await issueToken(person, { ...wanted, scopes: ["agents:read:own"] });
    const secretPart = issued.secret.split("_").at(-1) as string;
    const { rows } = await pool().query("SELECT t.*, encode(t.digest, 'hex') AS hex FROM api_token t WHERE id = $1", [
      issued.id,
    ]);
    expect(JSON.stringify(rows)).not.toContain(secretPart.slice(0, 20));
    expect(JSON.stringify(await listTokens(person, { limit: 50 }))).not.toContain(secretPart.slice(0, 20));
  });

  test("a token ends when revoked and when it expires, lives at most a year, and is its person's alone to revoke", async () => {
    const person = await someone("owner");
    const { issueTokenInput } = await import("./schema");
    expect(issueTokenInput.safeParse({ ...wanted, expiresInDays: 366 }).success).toBe(false);
    const one = await issueToken(person, { ...wanted, scopes: ["agents:read:own"] });
    await expect(revokeToken(await someone("owner"), one.id)).rejects.toMatchObject({ code: "not_found" });
    await revokeToken(person, one.id);
    await expect(authenticateRequest(bearer(one.secret), "agents:read:own")).rejects.toMatchObject({
      code: "unauthenticated",
    });
    await expect(revokeToken(person, one.id)).rejects.toMatchObject({ code: "conflict" });
    const two = await issueToken(person, { ...wanted, scopes: ["agents:read:own"] });
    await pool().query("UPDATE api_token SET expires_at = clock_timestamp() WHERE id = $1", [two.id]);
    await expect(authenticateRequest(bearer(two.secret), "agents:read:own")).rejects.toMatchObject({
      code: "unauthenticated",
    });
    expect((await listTokens(person, { limit: 50 })).items.map((token) => token.status)).toEqual([
      "expired",
      "revoked",
    ]);
  });
});

describe("passwords", () => {
  test("changing one's password needs the current one and ends one's other sessions", async () => {
    const { id, email } = await invite();
    await db.person.update({ where: { id }, data: { passwordHash: await hashPassword(secret) } });
    const kept = sessionDigest(await openSession(id, "password", here));
    const other = sessionDigest(await openSession(id, "password", here));
    const actor = (await actorOfSession(kept)) as Actor;
    await expect(
      changePassword(actor, { current: "not this one at all", password: "another harbor engine" }, kept, here),
    ).rejects.toMatchObject({ fields: [{ path: "/current" }] });
    await changePassword(actor, { current: secret, password: "another harbor engine" }, kept, here);
    expect(await actorOfSession(kept)).not.toBeNull();
    expect(await actorOfSession(other)).toBeNull();
    expect(await signInWithPassword({ email, password: secret }, { ...here, address: "192.0.2.50" })).toBeNull();
    expect(await signInWithPassword({ email, password: "another harbor engine" }, here)).toBe(id);
    await expect(
      changePassword({ ...actor, via: "token" }, { current: secret, password: secret }, null, here),
    ).rejects.toMatchObject({ code: "forbidden" });
  });
});

describe("the log about people", () => {
  test("names nobody in the open: neither ids, nor addresses, nor names", async () => {
    const { id, email } = await invite({ roles: ["auditor"] });
    await changePerson(admin, { id, name: "Quentin Quux" });
    await deactivatePerson(admin, { id, reason: "left" });
    const { rows } = await pool().query<{ header: Buffer }>("SELECT header FROM audit.entry");
    const open = rows.map((row) => row.header.toString("utf8")).join("\n");
    for (const text of [id, email, "Quentin", admin.personId, "auditor", "left"]) expect(open).not.toContain(text);
  });
});

test("what ended a month ago is forgotten, what is open or ended lately is kept", async () => {
  const { id } = await invite();
  const { forgetEnded } = await import("./forget-ended");
  const digests: Buffer[] = [];
  for (let i = 0; i < 3; i++) digests.push(sessionDigest(await openSession(id, "password", here)));
  const end = (at: number, days: number) =>
    pool().query("UPDATE session SET revoked_at = clock_timestamp() - make_interval(days => $2) WHERE digest = $1", [
      digests[at],
      days,
    ]);
  await end(0, 31);
  await end(1, 1);
  await forgetEnded.run();
  expect(await db.session.count({ where: { personId: id } })).toBe(2);
  expect(await actorOfSession(digests[2] as Buffer)).not.toBeNull();
  expect(await db.signInLink.count({ where: { personId: id } })).toBe(1);
});

describe("the people screen", () => {
  test("pages by name without losing or repeating anybody", async () => {
    for (let i = 0; i < 7; i++) await invite();
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await listPeopleRows(admin, { limit: 3, cursor });
      expect(page.total).toBe(await db.person.count());
      seen.push(...page.items.map((person) => person.id));
      cursor = page.nextCursor ?? undefined;
    } while (cursor);
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen).toHaveLength(await db.person.count());
  });

  test("a cursor that is not ours is a bad request", async () => {
    const { peopleQuery } = await import("./schema");
    for (const cursor of ["x", "bnVsbA", Buffer.from('["a"]').toString("base64url")])
      expect(peopleQuery.safeParse({ cursor }).success).toBe(false);
  });
});

describe("the first administrator", () => {
  test("comes in by one link, once; then no start prints another, and older links are useless", async () => {
    expect(await ensureFirstAdministrator()).toBeNull(); // evaluation has sample people
    provideEnvironment({ ...env(), mode: "production" });
    await pool().query("UPDATE person SET roles = '{viewer}' WHERE 'admin' = ANY(roles)");
    const first = await ensureFirstAdministrator();
    const again = await ensureFirstAdministrator();
    expect(again).not.toBe(first);
    await expect(
      acceptWithPassword({ token: tokenOf(first ?? ""), name: "Eve", email: "eve@countersign.test", password: secret }),
    ).rejects.toMatchObject({ code: "not_found" });
    await expect(
      acceptWithPassword({ token: tokenOf(again ?? ""), name: "Ann", password: secret }),
    ).rejects.toMatchObject({ fields: [{ path: "/email" }] });
    await acceptWithPassword({
      token: tokenOf(again ?? ""),
      name: "Ann",
      email: "ann@countersign.test",
      password: secret,
    });
    expect(
      await db.person.findUnique({ where: { email: "ann@countersign.test" }, select: { roles: true, active: true } }),
    ).toEqual({ roles: ["admin"], active: true });
    expect(await ensureFirstAdministrator()).toBeNull();
    expect((await entries()).filter((entry) => entry.kind === "person_added").length).toBeGreaterThan(0);
  });

  test("a link that was printed before somebody else became the administrator makes no second one", async () => {
    await pool().query("UPDATE person SET roles = '{viewer}' WHERE 'admin' = ANY(roles)");
    const link = await ensureFirstAdministrator();
    await pool().query("UPDATE person SET roles = '{admin}' WHERE email = 'ann@countersign.test'");
    await expect(
      acceptWithPassword({ token: tokenOf(link ?? ""), name: "Eve", email: "eve@countersign.test", password: secret }),
    ).rejects.toMatchObject({ code: "not_found" });
  });
});
