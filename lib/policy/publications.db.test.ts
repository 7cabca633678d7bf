import pg from "pg";
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Actor } from "@/lib/auth/actor";
import { db, pool } from "@/lib/db";
import type { AppError } from "@/lib/errors";
import { testPerson } from "@/lib/testing/people";
import { type Instance, startInstance, testAgent, testPlane } from "@/lib/testing/plane";
import { defaultPolicySet } from "./defaults";
import { contentOf, type PolicyDraftContent } from "./draft-content";
import { discardDraft, readDraft, saveDraft } from "./drafts";
import { endDueLoosenings, startDuePublications } from "./publication-jobs";
import { getPublication, listPublications } from "./publication-queries";
import { approvePublication, declinePublication, publishDraft, rollBack, withdrawPublication } from "./publications";
import { publishPolicy } from "./publish";
import { currentPolicy } from "./queries";
import type { Band, PolicySet } from "./schema";

/** T17: whoever gains by a looser rule never brings it into force, and every decision names the version that judged it. */
const { ownerUrl, appUrl } = await testPlane();
const shipped = contentOf(defaultPolicySet());
const pay = (amount: string) => ({ tool: "payments.transfer", arguments: { to: "DE1", amount, currency: "EUR" } });

let author: Actor;
let second: Actor;
let compliance: Actor;
beforeAll(async () => {
  author = await testPerson("Ada", "admin");
  second = await testPerson("Bea", "admin");
  compliance = await testPerson("Cleo", "compliance");
});
/** Each test begins with the shipped rules in force and no draft. */
beforeEach(async () => {
  const { rows } = await pool().query<{ id: string }>(
    "SELECT id FROM policy_publication WHERE status IN ('awaiting_second_person', 'scheduled')",
  );
  for (const { id } of rows) await declinePublication(second, id, { reason: "the next test begins" });
  if ((await readDraft()).updatedAt !== null) await discardDraft(author);
  await publishPolicy("system", "as shipped", (set) => ({ ...shipped, version: 1, tools: set.tools })).catch(() => {});
});

function edited(edit: (content: PolicyDraftContent) => void, from = shipped): PolicyDraftContent {
  const content = structuredClone(from);
  edit(content);
  return content;
}
const tier = (content: Pick<PolicySet, "tiers">, key: string) =>
  content.tiers.find((one) => one.key === key) as PolicySet["tiers"][number];
const limitOf = (key: string, upTo: string) => (content: PolicyDraftContent) => {
  (tier(content, key).effects.financial[0] as Band).upTo = upTo;
};
const draft = async (who: Actor, content: PolicyDraftContent) =>
  saveDraft(who, { revision: (await readDraft()).revision, content });
const propose = async (who: Actor, content: PolicyDraftContent, more: { startsAt?: string; expiresAt?: string } = {}) =>
  publishDraft(who, { revision: (await draft(who, content)).revision, note: "a test", ...more });
const refusal = (promise: Promise<unknown>) =>
  promise.then(
    () => {
      throw new Error("it was not refused");
    },
    (error: AppError) => error,
  );
const inForce = async () => (await currentPolicy()).content;
const entries = async () =>
  (
    await pool().query<{ header: { kind: string; ref?: string; policyHash?: string } }>(
      "SELECT convert_from(header, 'UTF8')::jsonb AS header FROM audit.entry e JOIN audit.lane l USING (lane) WHERE l.kind = 'console' ORDER BY e.lane DESC, e.seq DESC LIMIT 12",
    )
  ).rows.map(({ header }) => header);
/** Moves a time of a publication into the past, behind the guard that fixes it. */
async function passed(id: string, column: "starts_at" | "expires_at"): Promise<void> {
  const owner = new pg.Client({ connectionString: ownerUrl });
  await owner.connect();
  try {
    await owner.query("ALTER TABLE policy_publication DISABLE TRIGGER policy_publication_guard");
    await owner.query(
      `UPDATE policy_publication SET ${column} = clock_timestamp() - interval '1 second' WHERE id = $1`,
      [id],
    );
    await owner.query("ALTER TABLE policy_publication ENABLE ALWAYS TRIGGER policy_publication_guard");
  } finally {
    await owner.end();
  }
}
const inAnHour = () => new Date(Date.now() + 3_600_000).toISOString();

describe("the draft", () => {
  test("begins as the rules in force, and a save by somebody else in between is refused with what they saved", async () => {
    const first = await readDraft();
    expect(first).toMatchObject({ changed: false, updatedBy: null, updatedAt: null, content: shipped });
    const saved = await saveDraft(author, { revision: first.revision, content: edited(limitOf("T3", "300.00")) });
    expect(saved).toMatchObject({ revision: first.revision + 1, changed: true, updatedBy: "Ada" });
    const stale = await refusal(saveDraft(second, { revision: first.revision, content: shipped }));
    expect([stale.status, stale.code]).toEqual([409, "conflict"]);
    expect(stale.details).toMatchObject({ draft: { revision: saved.revision, content: saved.content } });
    expect((await readDraft()).content).toEqual(saved.content);
  });

  test("of two saves of the same revision at once exactly one is kept", async () => {
    const { revision } = await readDraft();
    const saves = await Promise.allSettled(
      ["100.00", "200.00", "300.00", "400.00"].map((limit) =>
        saveDraft(author, { revision, content: edited(limitOf("T3", limit)) }),
      ),
    );
    expect(saves.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    expect((await readDraft()).revision).toBe(revision + 1);
  });

  test("whoever merged it with the version in force makes it a change of that version, and of no other", async () => {
    const old = await draft(author, edited(limitOf("T3", "300.00")));
    const { number } = await publishPolicy("system", "moved on", (set) => ({
      ...edited(limitOf("T4", "4000.00")),
      version: 1,
      tools: set.tools,
    }));
    const content = edited(limitOf("T3", "300.00"), contentOf(await inForce()));
    const stale = await refusal(saveDraft(author, { revision: old.revision, content, baseVersion: old.baseVersion }));
    expect(stale.code).toBe("state_changed");
    const saved = await saveDraft(author, { revision: old.revision, content, baseVersion: number });
    expect(saved).toMatchObject({ baseVersion: number, revision: old.revision + 1, changed: true });
  });

  test("a revision is never used twice, so an old page cannot save over a later draft", async () => {
    const old = await draft(author, edited(limitOf("T3", "300.00")));
    await discardDraft(author);
    expect((await entries())[0]).toMatchObject({ kind: "policy_draft_discarded" });
    const next = await draft(second, edited(limitOf("T4", "300.00")));
    expect(next.revision).toBeGreaterThan(old.revision);
    expect((await refusal(saveDraft(author, { revision: old.revision, content: shipped }))).code).toBe("conflict");
    expect((await refusal(publishDraft(author, { revision: old.revision, note: "old" }))).code).toBe("conflict");
  });

  test("keeps what cannot be published, with the sentence that says why, and publishing refuses with the same", async () => {
    const gap = edited((content) => {
      tier(content, "T3").effects.financial = [{ upTo: "5.00", then: "allow" }];
    });
    const saved = await draft(author, gap);
    const errors = saved.problems.filter(({ severity }) => severity === "error");
    expect(errors).toContainEqual({
      severity: "error",
      path: "/tiers/3/effects/financial/0",
      message: "the threshold 5.00 has no currency",
    });
    const refused = await refusal(publishDraft(author, { revision: saved.revision, note: "broken" }));
    expect([refused.status, refused.fields.map(({ message }) => message)]).toEqual([
      400,
      errors.map(({ message }) => message),
    ]);
  });

  test("is written only by who may write policy", async () => {
    const { revision } = await readDraft();
    expect((await refusal(saveDraft(compliance, { revision, content: shipped }))).status).toBe(403);
    expect((await refusal(discardDraft(compliance))).status).toBe(403);
  });
});

describe("publishing", () => {
  let one: Instance;
  let other: Instance;
  beforeAll(async () => {
    [one, other] = await Promise.all([startInstance(), startInstance()]);
  });

  test("T17 what tightens is published by one person, and every instance decides by it when the call returns", async () => {
    const agent = await testAgent({ tier: "T4" });
    expect((await one.ask(agent, pay("400.00"))).body.outcome).toBe("allow");
    const publication = await propose(author, edited(limitOf("T4", "100.00")));
    expect(publication).toMatchObject({ status: "published", loosening: false, approvable: null, requestedBy: "Ada" });
    const { number, hash } = await currentPolicy();
    expect(publication.number).toBe(number);
    for (const instance of [one, other]) {
      const answer = await instance.ask(agent, pay("400.00"));
      expect([answer.body.outcome, answer.body.policyHash]).toEqual(["approval_required", hash]);
    }
    expect(await readDraft()).toMatchObject({ changed: false, updatedAt: null });
  });

  test("T17 who asked for and who wrote what loosens cannot publish it: 403; a second person can, the next decision names the hash, and rollback restores the old one", async () => {
    const agent = await testAgent({ tier: "T4" });
    const old = await currentPolicy();
    await draft(second, edited(limitOf("T4", "6000.00")));
    const publication = await propose(author, edited(limitOf("T4", "8000.00")));
    expect(publication).toMatchObject({
      status: "awaiting_second_person",
      loosening: true,
      number: null,
      authors: ["Bea", "Ada"],
    });
    expect(publication.changes).toEqual([
      expect.objectContaining({
        path: "/tiers/T4/effects/financial",
        kind: "loosening",
        gains: expect.arrayContaining([agent.id]),
      }),
    ]);
    for (const who of [author, second]) {
      const refused = await refusal(approvePublication(who, publication.id));
      expect([refused.status, refused.message]).toEqual([403, expect.stringContaining("takes a second person")]);
    }
    expect((await currentPolicy()).hash).toBe(old.hash);
    expect((await one.ask(agent, pay("7000.00"))).body).toMatchObject({
      outcome: "approval_required",
      policyHash: old.hash,
    });

    const approved = await approvePublication(compliance, publication.id);
    expect(approved).toMatchObject({ status: "published", decidedBy: "Cleo" });
    const { hash } = await currentPolicy();
    expect(hash).not.toBe(old.hash);
    for (const instance of [one, other])
      expect((await instance.ask(agent, pay("7000.00"))).body).toMatchObject({ outcome: "allow", policyHash: hash });
    const [activated, said] = await entries();
    expect([activated, said]).toMatchObject([
      { kind: "policy_activated", policyHash: hash },
      { kind: "policy_approved", ref: publication.id },
    ]);

    const back = await rollBack(author, old.number, { note: "as before" });
    expect(back).toMatchObject({ status: "published", loosening: false });
    expect((await currentPolicy()).hash).toBe(old.hash);
    expect((await one.ask(agent, pay("7000.00"))).body).toMatchObject({
      outcome: "approval_required",
      policyHash: old.hash,
    });
  });

  test("T17 who owns an agent that gains, or backs it up, cannot be the second person, and the database refuses it too", async () => {
    const agent = await testAgent({ tier: "T4", ownerId: second.personId });
    await testAgent({ tier: "T2", ownerId: compliance.personId });
    const publication = await propose(author, edited(limitOf("T4", "8000.00")));
    const refused = await refusal(approvePublication(second, publication.id));
    expect([refused.status, refused.message]).toEqual([
      403,
      expect.stringContaining("an agent you answer for may do more"),
    ]);
    const app = new pg.Client({ connectionString: appUrl });
    const owner = new pg.Client({ connectionString: ownerUrl });
    await Promise.all([app.connect(), owner.connect()]);
    try {
      const decide = "UPDATE policy_publication SET status = 'scheduled', decided_by_id = $2 WHERE id = $1";
      for (const client of [app, owner]) {
        for (const person of [second.personId, author.personId, null, "bootstrap"])
          await expect(client.query(decide, [publication.id, person])).rejects.toMatchObject({ code: "23000" });
        await expect(
          client.query("UPDATE policy_publication SET loosening = false, status = 'scheduled' WHERE id = $1", [
            publication.id,
          ]),
        ).rejects.toMatchObject({ code: "23000" });
        await expect(
          client.query("UPDATE policy_publication SET gaining_agents = '{}' WHERE id = $1", [publication.id]),
        ).rejects.toMatchObject({ code: "23000" });
        await expect(client.query("UPDATE policy_publication SET content = '{}'")).rejects.toMatchObject({
          code: "23000",
        });
        await expect(client.query("DELETE FROM policy_publication")).rejects.toThrow();
        await expect(
          client.query(
            `INSERT INTO policy_version (id, number, hash, content, note, created_by_id) SELECT 'pol_slipped_in', 9999, 'sha256:0', content || '{"guardrails": []}', '', $1 FROM policy_version ORDER BY number DESC LIMIT 1`,
            [author.personId],
          ),
        ).rejects.toMatchObject({ code: "23000" });
        await expect(
          client.query(
            `INSERT INTO policy_version (id, number, hash, content, note, created_by_id, publication_id) SELECT 'pol_slipped_in', 9999, 'sha256:0', content, '', $1, $2 FROM policy_version ORDER BY number DESC LIMIT 1`,
            [author.personId, publication.id],
          ),
        ).rejects.toMatchObject({ code: "23000" });
      }
    } finally {
      await Promise.all([app.end(), owner.end()]);
    }
    expect((await approvePublication(compliance, publication.id)).status).toBe("published");
    await db.agent.findUniqueOrThrow({ where: { id: agent.id } });
  });

  test("T17 the installation's own token is nobody, so it approves nothing", async () => {
    const { id } = await propose(author, edited(limitOf("T4", "8000.00")));
    const nobody: Actor = { ...second, personId: "bootstrap", via: "bootstrap", mayVote: false };
    expect((await refusal(approvePublication(nobody, id))).status).toBe(403);
    expect((await refusal(approvePublication({ ...second, mayVote: false }, id))).status).toBe(403);
  });

  test("of several publications that are due at once none is lost and none comes twice", async () => {
    const { number } = await currentPolicy();
    const keys = ["T0", "T1", "T2", "T3"] as const;
    const ids: string[] = [];
    for (const key of keys) {
      const content = edited((changed) => {
        tier(changed, key).effects.read = [{ then: { approval: { ...changed.escalation, quorum: 1 } } }];
      });
      ids.push((await propose(author, content, { startsAt: inAnHour() })).id);
    }
    for (const id of ids) await passed(id, "starts_at");
    const begun = await Promise.all([startDuePublications(), startDuePublications(), startDuePublications()]);
    expect(begun.reduce((sum, count) => sum + count, 0)).toBe(4);
    const now = await currentPolicy();
    expect(now.number).toBe(number + 4);
    for (const key of keys) expect(tier(now.content, key).effects.read[0]?.then).toMatchObject({ approval: {} });
  });

  test("of two who publish the same draft at once, and of two who approve at once, one succeeds and the other is told", async () => {
    const { number } = await currentPolicy();
    const { revision } = await draft(author, edited(limitOf("T4", "100.00")));
    const published = await Promise.allSettled(
      [author, second].map((who) => publishDraft(who, { revision, note: "both" })),
    );
    expect(published.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    expect((await currentPolicy()).number).toBe(number + 1);

    const { id } = await propose(author, edited(limitOf("T4", "9000.00"), contentOf(await inForce())));
    const approved = await Promise.allSettled([second, compliance].map((who) => approvePublication(who, id)));
    expect(approved.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    expect((await currentPolicy()).number).toBe(number + 2);
  });

  test("T17 going back to rules that were looser takes a second person too, and the catalogue stays as it is", async () => {
    const looser = await currentPolicy();
    await propose(author, edited(limitOf("T4", "100.00")));
    const { content } = await currentPolicy();
    const back = await rollBack(author, looser.number, { note: "as before" });
    expect(back).toMatchObject({ status: "awaiting_second_person", loosening: true });
    expect((await refusal(approvePublication(author, back.id))).status).toBe(403);
    expect((await approvePublication(compliance, back.id)).status).toBe("published");
    const now = await currentPolicy();
    expect([now.hash, now.content.tools]).toEqual([looser.hash, content.tools]);
    expect((await refusal(rollBack(author, 999_999, { note: "none" }))).status).toBe(404);
  });

  test("what others published meanwhile is merged in, and what both changed is a 409 that says which cell", async () => {
    const mine = await draft(author, edited(limitOf("T3", "100.00")));
    await publishPolicy("system", "others", (set) => {
      const next = structuredClone(set);
      (tier(next, "T4").effects.financial[0] as Band).upTo = "50.00";
      return next;
    });
    const merged = await publishDraft(author, { revision: mine.revision, note: "mine" });
    expect(merged.changes.map(({ path }) => path)).toEqual(["/tiers/T3/effects/financial"]);
    const now = await inForce();
    expect([tier(now, "T3").effects.financial[0]?.upTo, tier(now, "T4").effects.financial[0]?.upTo]).toEqual([
      "100.00",
      "50.00",
    ]);

    const again = await draft(author, edited(limitOf("T3", "90.00"), contentOf(now)));
    await publishPolicy("system", "others", (set) => {
      const next = structuredClone(set);
      (tier(next, "T3").effects.financial[0] as Band).upTo = "80.00";
      return next;
    });
    const refused = await refusal(publishDraft(author, { revision: again.revision, note: "mine" }));
    expect([refused.status, refused.code]).toEqual([409, "conflict"]);
    expect(refused.details).toMatchObject({
      conflicts: [{ path: "/tiers/T3/effects/financial", label: "T3: move money" }],
    });
    expect((await readDraft()).revision).toBe(again.revision);
  });

  test("T17 an approval is for what was shown: when the rules in force moved, the second person looks again", async () => {
    const { id } = await propose(author, edited(limitOf("T4", "8000.00")));
    await publishPolicy("system", "others", (set) => ({ ...set, escalation: { ...set.escalation, quorum: 3 } }));
    // The same change on other rules: nothing it says has changed, so it may go on.
    expect((await getPublication(compliance, id)).approvable).toEqual({ may: true, reason: null });
    expect((await approvePublication(compliance, id)).status).toBe("published");

    const other = await propose(
      author,
      edited((content) => void content.guardrails.splice(0, 1), contentOf(await inForce())),
    );
    await publishPolicy("system", "others", (set) => ({
      ...set,
      guardrails: set.guardrails.map((rule, index) => (index === 0 ? { ...rule, name: "Another name" } : rule)),
    }));
    expect((await refusal(approvePublication(compliance, other.id))).code).toBe("conflict");
  });

  test("T17 a change that loosens more than was shown, because the rules in force moved, is shown again before it is approved", async () => {
    const [rule] = shipped.guardrails as [PolicySet["guardrails"][number]];
    await publishPolicy("system", "a twin", (set) => ({
      ...set,
      guardrails: [...set.guardrails, { ...rule, id: "twin" }],
    }));
    const base = contentOf(await inForce());
    const content = edited((changed) => {
      limitOf("T4", "8000.00")(changed);
      changed.guardrails.splice(0, 1);
    }, base);
    const { id, changes } = await propose(author, content);
    expect(changes.map(({ kind }) => kind)).toEqual(["loosening", "neutral"]);
    await publishPolicy("system", "no twin", (set) => ({
      ...set,
      guardrails: set.guardrails.filter((one) => one.id !== "twin"),
    }));
    const { hash } = await currentPolicy();
    expect((await refusal(approvePublication(compliance, id))).code).toBe("state_changed");
    expect((await currentPolicy()).hash).toBe(hash);
    const shown = await getPublication(compliance, id);
    expect([shown.status, shown.changes.map(({ kind }) => kind)]).toEqual([
      "awaiting_second_person",
      ["loosening", "loosening"],
    ]);
    expect((await approvePublication(compliance, id)).status).toBe("published");
  });

  test("is declined with a reason or taken back by who asked, and goes back to the draft", async () => {
    const content = edited(limitOf("T4", "8000.00"));
    const declined = await propose(author, content);
    expect((await refusal(withdrawPublication(second, declined.id))).status).toBe(403);
    expect(await declinePublication(second, declined.id, { reason: "too much" })).toMatchObject({
      status: "declined",
      statusReason: "too much",
      decidedBy: "Bea",
    });
    expect((await entries())[0]).toMatchObject({ kind: "policy_declined", ref: declined.id });
    const back = await readDraft();
    expect([back.changed, back.content]).toEqual([true, content]);
    const again = await publishDraft(author, { revision: back.revision, note: "once more" });
    expect(await withdrawPublication(author, again.id)).toMatchObject({ status: "withdrawn", withdrawable: false });
    expect((await refusal(approvePublication(compliance, again.id))).code).toBe("state_changed");
    expect((await listPublications(author, { status: "withdrawn", limit: 1 })).items[0]?.id).toBe(again.id);
  });

  test("says no to a start in the past, an end before the start, an end of what does not loosen, and a draft that says nothing new", async () => {
    const { revision } = await draft(author, edited(limitOf("T4", "100.00")));
    const field = async (more: object) =>
      (await refusal(publishDraft(author, { revision, note: "n", ...more }))).fields.map(({ path }) => path);
    expect(await field({ startsAt: "2020-01-01T00:00:00Z" })).toEqual(["/startsAt"]);
    expect(await field({ expiresAt: inAnHour() })).toEqual(["/expiresAt"]);
    const loose = await draft(author, edited(limitOf("T4", "9000.00")));
    const end = publishDraft(author, {
      revision: loose.revision,
      note: "n",
      startsAt: inAnHour(),
      expiresAt: new Date(Date.now() + 60_000).toISOString(),
    });
    expect((await refusal(end)).fields[0]?.path).toBe("/expiresAt");
    const same = await draft(author, shipped);
    expect((await refusal(publishDraft(author, { revision: same.revision, note: "n" }))).code).toBe("state_changed");
  });
});

describe("at its time", () => {
  test("a scheduled start comes into force exactly once, whoever looks first, and not before", async () => {
    const publication = await propose(author, edited(limitOf("T4", "100.00")), { startsAt: inAnHour() });
    expect(publication).toMatchObject({ status: "scheduled", number: null });
    expect(await startDuePublications()).toBe(0);
    const { number } = await currentPolicy();
    await passed(publication.id, "starts_at");
    const begun = await Promise.all(Array.from({ length: 4 }, () => startDuePublications()));
    expect(begun.reduce((sum, count) => sum + count, 0)).toBe(1);
    expect(await getPublication(author, publication.id)).toMatchObject({ status: "published", number: number + 1 });
    expect((await currentPolicy()).number).toBe(number + 1);
    expect((await entries())[0]).toMatchObject({ kind: "policy_activated" });
  });

  test("T17 what loosens and is scheduled waits for both, the second person and the time", async () => {
    const { id } = await propose(author, edited(limitOf("T4", "8000.00")), { startsAt: inAnHour() });
    await passed(id, "starts_at");
    expect(await startDuePublications()).toBe(0);
    const later = await propose(author, edited(limitOf("T3", "700.00")), { startsAt: inAnHour() });
    expect((await approvePublication(compliance, later.id)).status).toBe("scheduled");
    const { number } = await currentPolicy();
    await passed(later.id, "starts_at");
    expect(await startDuePublications()).toBe(1);
    expect((await currentPolicy()).number).toBe(number + 1);
  });

  test("T17 a scheduled loosening whose second person came to own an agent that gains waits for another", async () => {
    const { id } = await propose(author, edited(limitOf("T4", "8000.00")), { startsAt: inAnHour() });
    const third = await testPerson("Dora", "admin");
    expect((await approvePublication(third, id)).status).toBe("scheduled");
    await testAgent({ tier: "T4", ownerId: third.personId });
    await passed(id, "starts_at");
    expect(await startDuePublications()).toBe(0);
    expect(await getPublication(third, id)).toMatchObject({
      status: "awaiting_second_person",
      decidedBy: null,
      approvable: { may: false },
    });
  });

  test("what can no longer be merged at its start is declined with the reason, and nothing comes into force", async () => {
    const { id } = await propose(author, edited(limitOf("T4", "100.00")), { startsAt: inAnHour() });
    await publishPolicy("system", "others", (set) => {
      const next = structuredClone(set);
      (tier(next, "T4").effects.financial[0] as Band).upTo = "50.00";
      return next;
    });
    const { hash } = await currentPolicy();
    await passed(id, "starts_at");
    expect(await startDuePublications()).toBe(0);
    expect(await getPublication(author, id)).toMatchObject({
      status: "declined",
      statusReason: expect.stringContaining("T4: move money"),
    });
    expect((await currentPolicy()).hash).toBe(hash);
  });

  test("the end of a loosening restores exactly what it loosened, once, and keeps what was tightened since", async () => {
    const content = edited((changed) => {
      limitOf("T4", "8000.00")(changed);
      limitOf("T3", "900.00")(changed);
      tier(changed, "T2").effects.write = [{ then: "deny" }];
    });
    const { id } = await propose(author, content, { expiresAt: inAnHour() });
    await approvePublication(compliance, id);
    // Since then: T3 pays still less, and T1 reads with approval only.
    await publishPolicy("system", "tightened since", (set) => {
      const next = structuredClone(set);
      (tier(next, "T3").effects.financial[0] as Band).upTo = "200.00";
      tier(next, "T1").effects.read = [{ then: "deny" }];
      return next;
    });
    expect(await endDueLoosenings()).toBe(0);
    await passed(id, "expires_at");
    const { number } = await currentPolicy();
    const ended = await Promise.all([endDueLoosenings(), endDueLoosenings(), endDueLoosenings()]);
    expect(ended.reduce((sum, count) => sum + count, 0)).toBe(1);
    const now = await currentPolicy();
    expect(now.number).toBe(number + 1);
    expect(tier(now.content, "T4").effects.financial).toEqual(tier(shipped, "T4").effects.financial);
    expect(tier(now.content, "T3").effects.financial[0]?.upTo).toBe("200.00");
    expect(tier(now.content, "T2").effects.write).toEqual([{ then: "deny" }]);
    expect(tier(now.content, "T1").effects.read).toEqual([{ then: "deny" }]);
    expect(await getPublication(author, id)).toMatchObject({ status: "expired", endedNumber: number + 1 });
    expect((await entries()).slice(0, 2)).toMatchObject([
      { kind: "policy_activated" },
      { kind: "policy_ended", ref: id },
    ]);
  });
});
