import { randomBytes } from "node:crypto";
import pg from "pg";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { readPayload } from "@/lib/audit/read-payload";
import type { Actor } from "@/lib/auth/actor";
import { addPasskey, beginPasskey, listPasskeys, removePasskey } from "@/lib/auth/passkeys";
import { hashPassword } from "@/lib/auth/password";
import { siteOf } from "@/lib/auth/webauthn";
import { db, pool } from "@/lib/db";
import { newId } from "@/lib/ids";
import { testAgent, testApproval, testPerson, testPolicy } from "@/lib/testing/approvals";
import { type TestAuthenticator, testAuthenticator, wire } from "@/lib/testing/authenticator";
import { testDatabase } from "@/lib/testing/database";
import { testLog } from "@/lib/testing/lane";
import { askStepUp } from "./ask-step-up";
import { getApproval } from "./queries";
import { currentCardDigest, review } from "./review";
import { type StepUpEvidence, stepUpFault } from "./step-up";

const { ownerUrl } = await testDatabase();
await testLog(ownerUrl);
const superuser = new pg.Client({ connectionString: ownerUrl });
await superuser.connect();
afterAll(() => superuser.end());

const site = siteOf("http://localhost:3000");
const origin = { address: "192.0.2.1", userAgent: "a test" };
let agentId: string;
let owner: Actor;
let anna: Actor;
let bea: Actor;
let annasKey: TestAuthenticator;
let beasKey: TestAuthenticator;
let id: string;

beforeAll(async () => {
  owner = await testPerson("Olga", ["owner"]);
  agentId = await testAgent(owner);
  await testPolicy();
  anna = await testPerson("Anna");
  bea = await testPerson("Bea");
  annasKey = await enrolled(anna);
  beasKey = await enrolled(bea);
});
beforeEach(async () => {
  id = await testApproval({ owner, agentId, stepUp: true });
});

async function sessionOf(actor: Actor, ageMinutes = 0): Promise<Buffer> {
  const digest = randomBytes(32);
  const createdAt = new Date(Date.now() - ageMinutes * 60_000);
  const expiresAt = new Date(Date.now() + 3_600_000);
  await db.session.create({
    data: { id: newId("ses"), digest: new Uint8Array(digest), personId: actor.personId, createdAt, expiresAt },
  });
  return digest;
}

async function enrolled(actor: Actor, key = testAuthenticator(site)): Promise<TestAuthenticator> {
  const { challengeId, challenge } = await beginPasskey(actor, {}, await sessionOf(actor), origin);
  await addPasskey(actor, made(key, challengeId, challenge));
  return key;
}

function made(key: TestAuthenticator, challengeId: string, challenge: string) {
  const { authenticatorData, clientData } = key.make(challenge);
  return {
    name: "Laptop",
    challengeId,
    authenticatorData: authenticatorData.toString("base64url"),
    clientDataJSON: clientData.toString("base64url"),
    transports: ["internal"],
  };
}

type Said = Parameters<TestAuthenticator["sign"]>[1];

/** Asks for a challenge and has a passkey sign it. */
async function signed(actor: Actor, key: TestAuthenticator, about = id, said: Said = {}) {
  const { challengeId, challenge } = await askStepUp(actor, about);
  return { challengeId, credentialId: key.credentialId.toString("base64url"), ...wire(key.sign(challenge, said)) };
}

type Signature = Awaited<ReturnType<typeof signed>>;

const approve = async (actor: Actor, about: string, passkey?: Signature, verdict: "approve" | "deny" = "approve") =>
  review(actor, about, { verdict, comment: "looked at it", seenDigest: await currentCardDigest(about), passkey });

async function expectNothing(about = id) {
  expect(await db.approvalVote.count({ where: { approvalId: about } })).toBe(0);
  expect(await db.stepUp.count({ where: { approvalId: about } })).toBe(0);
  expect((await db.approval.findUniqueOrThrow({ where: { id: about } })).status).toBe("pending");
}

test("T25 an approval signed with one's passkey is taken, and its evidence checks again from the log and from the table", async () => {
  expect(await approve(anna, id, await signed(anna, annasKey))).toMatchObject({ status: "approved" });
  const { rows } = await pool().query<{ lane: string; seq: string }>(
    "SELECT lane, seq FROM audit.entry WHERE convert_from(header, 'UTF8') LIKE $1",
    [`%${id}%approval_voted%`],
  );
  const [entry] = rows;
  const fields = await readPayload(BigInt(entry?.lane ?? 0), BigInt(entry?.seq ?? 0));
  const evidence = fields?.stepUp as unknown as StepUpEvidence;
  expect(evidence).toMatchObject({ approvalId: id, verdict: "approve" });
  expect(stepUpFault(evidence, site)).toBeNull();

  const vote = await db.approvalVote.findFirstOrThrow({ where: { approvalId: id }, include: { stepUp: true } });
  expect(vote.stepUp).toMatchObject({ personId: anna.personId, verdict: "approve" });
  expect(Buffer.from(vote.stepUp?.signature ?? []).toString("base64url")).toBe(evidence.signature);
  expect((await getApproval(owner, id)).votes).toMatchObject([{ signed: true }]);
});

test("T25 a session alone, and a token that may vote, cannot approve; denying needs no passkey", async () => {
  await expect(approve(anna, id)).rejects.toMatchObject({ code: "forbidden" });
  const token: Actor = { ...anna, via: "token" };
  await expect(approve(token, id)).rejects.toMatchObject({ code: "forbidden" });
  await expect(approve(token, id, await signed(anna, annasKey))).rejects.toMatchObject({ code: "forbidden" });
  await expect(askStepUp(token, id)).rejects.toMatchObject({ code: "forbidden" });
  await expectNothing();
  expect(await approve(token, id, undefined, "deny")).toMatchObject({ status: "denied" });
});

test("T25 a replayed signature is refused, also for a second vote at the same moment, and after a first try that failed", async () => {
  const first = await signed(anna, annasKey);
  await approve(anna, id, first);
  const other = await testApproval({ owner, agentId, stepUp: true, quorum: 2 });
  await expect(approve(anna, other, first)).rejects.toMatchObject({ code: "conflict" });
  await expectNothing(other);

  const second = await signed(anna, annasKey, other);
  const settled = await Promise.allSettled([approve(anna, other, second), approve(anna, other, second)]);
  expect(settled.filter((one) => one.status === "fulfilled")).toHaveLength(1);

  const third = await testApproval({ owner, agentId, stepUp: true });
  const tried = await signed(anna, annasKey, third);
  const zero = `sha256:${"0".repeat(64)}`;
  await expect(review(anna, third, { verdict: "approve", seenDigest: zero, passkey: tried })).rejects.toMatchObject({
    code: "state_changed",
  });
  await expect(approve(anna, third, tried)).rejects.toMatchObject({ code: "conflict" });
  await expectNothing(third);
});

test("T25 a signature of another person, of another person's passkey, or of another request is refused", async () => {
  await expect(approve(anna, id, await signed(bea, beasKey))).rejects.toMatchObject({ code: "conflict" });
  await expect(approve(anna, id, await signed(anna, beasKey))).rejects.toMatchObject({ code: "forbidden" });
  const stranger = testAuthenticator(site);
  await expect(approve(anna, id, await signed(anna, stranger))).rejects.toMatchObject({ code: "forbidden" });
  const borrowed = { ...(await signed(anna, beasKey)), credentialId: annasKey.credentialId.toString("base64url") };
  await expect(approve(anna, id, borrowed)).rejects.toMatchObject({ code: "forbidden" });

  const other = await testApproval({ owner, agentId, stepUp: true });
  await expect(approve(anna, id, await signed(anna, annasKey, other))).rejects.toMatchObject({ code: "conflict" });
  const { challengeId } = await askStepUp(anna, id);
  const swapped = { ...(await signed(anna, annasKey, other)), challengeId };
  await expect(approve(anna, id, swapped)).rejects.toMatchObject({ code: "forbidden" });
  await expectNothing();
  await expectNothing(other);
});

test("T25 a signature from another origin or site, without user verification, or with a changed byte is refused", async () => {
  const wrong: Said[] = [
    { origin: "http://localhost:4000" },
    { origin: "https://countersign.example" },
    { crossOrigin: true },
    { siteId: "countersign.example" },
    { flags: 0x01 },
    { flags: 0x04 },
    { type: "webauthn.create" },
  ];
  for (const said of wrong)
    await expect(approve(anna, id, await signed(anna, annasKey, id, said)), JSON.stringify(said)).rejects.toMatchObject(
      {
        code: "forbidden",
      },
    );
  for (const part of ["authenticatorData", "clientDataJSON", "signature"] as const) {
    const good = await signed(anna, annasKey);
    const bytes = Buffer.from(good[part], "base64url");
    const at = bytes.length - 2;
    bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
    const changed = { ...good, [part]: bytes.toString("base64url") };
    await expect(approve(anna, id, changed), part).rejects.toMatchObject({ code: "forbidden" });
  }
  await expectNothing();
});

test("T25 a signature under one verdict carries no other", async () => {
  const passkey = await signed(anna, annasKey);
  await expect(approve(anna, id, passkey, "deny")).rejects.toMatchObject({ code: "conflict" });
  await expectNothing();
});

test("T25 a signature is taken for 60 seconds", async () => {
  const passkey = await signed(anna, annasKey);
  const { rows } = await pool().query<{ seconds: number }>(
    "SELECT extract(epoch FROM expires_at - created_at)::int AS seconds FROM passkey_challenge WHERE id = $1",
    [passkey.challengeId],
  );
  expect(rows).toEqual([{ seconds: 60 }]);
  await superuser.query("ALTER TABLE passkey_challenge DISABLE TRIGGER passkey_challenge_guard");
  await superuser.query("UPDATE passkey_challenge SET expires_at = clock_timestamp() WHERE id = $1", [
    passkey.challengeId,
  ]);
  await superuser.query("ALTER TABLE passkey_challenge ENABLE ALWAYS TRIGGER passkey_challenge_guard");
  await expect(approve(anna, id, passkey)).rejects.toMatchObject({ code: "conflict" });
  await expectNothing();
});

test("T25 a passkey whose counter goes back is refused", async () => {
  const person = await testPerson("Cleo");
  const key = await enrolled(person);
  const first = await testApproval({ owner, agentId, stepUp: true });
  await approve(person, first, await signed(person, key, first, { counter: 50 }));
  await expect(approve(person, id, await signed(person, key, id, { counter: 50 }))).rejects.toMatchObject({
    message: expect.stringContaining("counter went back"),
  });
  await expectNothing();
});

test("T25 the database refuses an approving vote without evidence, and with evidence of something else", async () => {
  const insert = (approvalId: string, person: Actor, stepUpId: string | null, via = "session") =>
    pool().query(
      "INSERT INTO approval_vote (id, approval_id, person_id, verdict, seen_digest, via, step_up_id) VALUES ($1, $2, $3, 'approve', 'x', $4, $5)",
      [newId("vot"), approvalId, person.personId, via, stepUpId],
    );
  await expect(insert(id, anna, null)).rejects.toMatchObject({ code: "23000" });
  const other = await testApproval({ owner, agentId, stepUp: true, quorum: 2 });
  await approve(anna, other, await signed(anna, annasKey, other));
  const { id: evidence } = await db.stepUp.findFirstOrThrow({ where: { approvalId: other } });
  await expect(insert(id, anna, evidence)).rejects.toMatchObject({ code: "23000" });
  await expect(insert(other, bea, evidence)).rejects.toMatchObject({ code: "23000" });
  await expectNothing();
});

test("T25 the database refuses evidence over a challenge that is unspent, of somebody else, or over another action", async () => {
  const passkey = await signed(anna, annasKey);
  const challenge = await db.passkeyChallenge.findUniqueOrThrow({ where: { id: passkey.challengeId } });
  const approval = await db.approval.findUniqueOrThrow({ where: { id } });
  const insert = (changed: object = {}) =>
    db.stepUp.create({
      data: {
        id: newId("sup"),
        challengeId: challenge.id,
        approvalId: id,
        personId: anna.personId,
        verdict: "approve",
        actionDigest: approval.actionDigest,
        nonce: challenge.nonce,
        credentialId: new Uint8Array(annasKey.credentialId),
        publicKey: new Uint8Array(annasKey.publicKey),
        authenticatorData: new Uint8Array(Buffer.from(passkey.authenticatorData, "base64url")),
        clientData: new Uint8Array(Buffer.from(passkey.clientDataJSON, "base64url")),
        signature: new Uint8Array(Buffer.from(passkey.signature, "base64url")),
        ...changed,
      },
    });
  await expect(insert()).rejects.toThrow("the challenge is of something else");
  await pool().query("UPDATE passkey_challenge SET spent_at = now() WHERE id = $1", [challenge.id]);
  await expect(insert({ personId: bea.personId })).rejects.toThrow("the challenge is of something else");
  await expect(insert({ verdict: "deny" })).rejects.toThrow("the challenge is of something else");
  await expect(insert({ actionDigest: new Uint8Array(32) })).rejects.toThrow("the challenge is of something else");
  const notVerified = Buffer.from(passkey.authenticatorData, "base64url");
  notVerified.writeUInt8(1, 32);
  await expect(insert({ authenticatorData: new Uint8Array(notVerified) })).rejects.toThrow("was not verified");
  const elsewhere = Buffer.from(JSON.stringify({ type: "webauthn.get", challenge: "AAAA", origin: site.origin }));
  await expect(insert({ clientData: new Uint8Array(elsewhere) })).rejects.toThrow("something else was signed");
  await expect(insert({ publicKey: new Uint8Array(beasKey.publicKey) })).rejects.toThrow("not of this person");
  const { id: kept } = await insert();
  await expect(pool().query("UPDATE step_up SET verdict = 'deny' WHERE id = $1", [kept])).rejects.toThrow();
  await expect(superuser.query("DELETE FROM step_up WHERE id = $1", [kept])).rejects.toMatchObject({ code: "23000" });
  await expect(
    pool().query("UPDATE passkey_challenge SET spent_at = NULL WHERE id = $1", [challenge.id]),
  ).rejects.toMatchObject({ code: "23000" });
  await expect(
    pool().query("UPDATE passkey SET person_id = $1 WHERE person_id = $2", [bea.personId, anna.personId]),
  ).rejects.toMatchObject({ code: "23000" });
});

test("T25 a session alone adds no passkey: it takes the password, or a sign-in minutes ago", async () => {
  const person = await testPerson("Dora");
  await expect(beginPasskey(person, {}, await sessionOf(person, 11), origin)).rejects.toMatchObject({
    code: "forbidden",
  });
  await expect(beginPasskey(person, {}, await sessionOf(anna), origin)).rejects.toMatchObject({ code: "forbidden" });
  await expect(beginPasskey(person, {}, null, origin)).rejects.toMatchObject({ code: "forbidden" });
  await expect(beginPasskey({ ...person, via: "token" }, {}, await sessionOf(person), origin)).rejects.toMatchObject({
    code: "forbidden",
  });

  const password = "a long and quiet afternoon";
  await db.person.update({ where: { id: person.personId }, data: { passwordHash: await hashPassword(password) } });
  const fresh = await sessionOf(person);
  for (const wrong of [{}, { password: "a long and loud afternoon" }])
    await expect(beginPasskey(person, wrong, fresh, origin)).rejects.toMatchObject({
      code: "invalid_request",
      fields: [{ path: "/password", message: "is not your current password" }],
    });
  const begun = await beginPasskey(person, { password }, await sessionOf(person, 60), origin);
  await addPasskey(person, made(testAuthenticator(site), begun.challengeId, begun.challenge));
  expect(await listPasskeys(person)).toMatchObject([{ name: "Laptop", lastUsedAt: null }]);
});

test("T25 a passkey is added once, for the person it was begun for, and only as its own authenticator made it", async () => {
  const person = await testPerson("Ella");
  const begin = async () => beginPasskey(person, {}, await sessionOf(person), origin);
  const key = testAuthenticator(site);
  const first = await begin();
  await expect(addPasskey(anna, made(key, first.challengeId, first.challenge))).rejects.toMatchObject({
    code: "conflict",
  });
  await addPasskey(person, made(key, first.challengeId, first.challenge));
  await expect(addPasskey(person, made(key, first.challengeId, first.challenge))).rejects.toMatchObject({
    code: "conflict",
  });
  const again = await begin();
  await expect(addPasskey(person, made(key, again.challengeId, again.challenge))).rejects.toMatchObject({
    message: "this passkey is added already",
  });
  const other = await begin();
  const { challenge } = await begin();
  await expect(addPasskey(person, made(testAuthenticator(site), other.challengeId, challenge))).rejects.toMatchObject({
    code: "invalid_request",
  });
  // A challenge of one kind is not one of the other.
  const vote = await signed(anna, annasKey);
  await expect(addPasskey(anna, made(key, vote.challengeId, vote.clientDataJSON))).rejects.toMatchObject({
    code: "conflict",
  });
});

test("a removed passkey signs nothing any more, is nobody else's to remove, and both are in the log", async () => {
  const person = await testPerson("Finn");
  const key = await enrolled(person);
  const passkey = await signed(person, key);
  const [kept] = await listPasskeys(person);
  const passkeyId = kept?.id ?? "";
  await expect(removePasskey(anna, passkeyId)).rejects.toMatchObject({ code: "not_found" });
  await removePasskey(person, passkeyId);
  await expect(removePasskey(person, passkeyId)).rejects.toMatchObject({ code: "not_found" });
  await expect(approve(person, id, passkey)).rejects.toMatchObject({ code: "forbidden" });
  await expect(askStepUp(person, id)).rejects.toMatchObject({ code: "conflict" });
  const { rows } = await pool().query<{ kind: string }>(
    "SELECT convert_from(header, 'UTF8')::jsonb ->> 'kind' AS kind FROM audit.entry WHERE convert_from(header, 'UTF8') LIKE $1 ORDER BY lane, seq",
    [`%${passkeyId}%`],
  );
  expect(rows.map((row) => row.kind)).toEqual(["passkey_added", "passkey_removed"]);
});

test("T25 nobody with a stake in a request, and nobody who may not know of it, is asked to sign", async () => {
  const both = await testPerson("Gus", ["owner", "approver"]);
  const own = await testApproval({ owner: both, agentId: await testAgent(both), stepUp: true });
  await expect(askStepUp(both, own)).rejects.toMatchObject({ code: "forbidden" });
  const others = await testApproval({ owner, agentId, stepUp: true, groups: ["legal"] });
  await expect(askStepUp(anna, others)).rejects.toMatchObject({ code: "not_found" });
  await expect(askStepUp(anna, await testApproval({ owner, agentId }))).rejects.toMatchObject({ code: "conflict" });
});
