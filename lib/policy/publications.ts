import "server-only";

import { type ControlChange, changeControl, type Event, recordChange } from "@/lib/audit/append";
import { type Actor, requirePermission } from "@/lib/auth/actor";
import { databaseTime } from "@/lib/database-time";
import { db, type Tx } from "@/lib/db";
import { AppError, notFound } from "@/lib/errors";
import type { PolicyPublication, Prisma } from "@/lib/generated/prisma/client";
import { newId } from "@/lib/ids";
import { sameValue } from "./cells";
import { contentOf, type PolicyDraftContent, policyDraftContent } from "./draft-content";
import { clearDraft, lockDraft, returnToDraft, staleDraft } from "./drafts";
import { holdPlan, type PublicationPlan, planPublication, whyNotSecond, withFreshPlan } from "./publication-plan";
import { publicationView } from "./publication-queries";
import { type PublicationRow, type PublishInput, publicationRow, type RollbackInput } from "./publication-schema";
import { publishWithin } from "./publish";
import { policySet } from "./schema";

/**
 * How a draft comes into force. What only tightens is published by one person, at once or at a time; what loosens waits for a
 * second one, who neither wrote it nor gains by it. Each step is one transaction with its entry, and each is judged against
 * the rules in force at that moment.
 */

/**
 * Publishes the draft, or asks a second person to.
 * @param input.revision the draft's, as the person saw it
 * @throws AppError `conflict` with `details.draft` or `details.conflicts`, `invalid_request`, `state_changed` when nothing would change
 */
export async function publishDraft(actor: Actor, input: PublishInput): Promise<PublicationRow> {
  requirePermission(actor, "policy:publish");
  const draft = await db.policyDraft.findUnique({ where: { one: 1 } });
  if (!draft || draft.content === null) throw new AppError("state_changed", "there is no draft to publish");
  if (draft.revision !== input.revision) throw await staleDraft();
  const from = { content: policyDraftContent.parse(draft.content), baseVersion: draft.baseVersion };
  const id = await withFreshPlan(async () =>
    request(actor, await planPublication(from), { ...input, authors: draft.authors }, async (tx) => {
      const held = await lockDraft(tx);
      if (held?.revision !== input.revision) throw await staleDraft();
      await clearDraft(tx, actor.personId);
    }),
  );
  return publicationView(actor, id);
}

/**
 * Brings back the rules of an older version, under the same conditions as any other change. The catalogue stays.
 * @throws AppError as `publishDraft`; `not_found` when there is no such version
 */
export async function rollBack(actor: Actor, number: number, input: RollbackInput): Promise<PublicationRow> {
  requirePermission(actor, "policy:publish");
  const row = await db.policyVersion.findUnique({ where: { number } });
  if (!row) throw notFound();
  const content = contentOf(policySet.parse(row.content));
  const id = await withFreshPlan(async () => {
    const newest = await db.policyVersion.findFirstOrThrow({ orderBy: { number: "desc" }, select: { number: true } });
    return request(actor, await planPublication({ content, baseVersion: newest.number }), { ...input, authors: [] });
  });
  return publicationView(actor, id);
}

type Request = { note: string; startsAt?: string | undefined; expiresAt?: string | undefined; authors: string[] };

async function request(
  actor: Actor,
  plan: PublicationPlan,
  input: Request,
  alongside: (tx: Tx) => Promise<void> = async () => {},
): Promise<string> {
  const id = newId("pub");
  const now = await databaseTime(db);
  const term = termOf(input, plan, now);
  const data = {
    id,
    content: plan.content as Prisma.InputJsonObject,
    baseVersion: plan.inForce.number,
    ...judged(plan),
    authors: [...new Set(input.authors)],
    note: input.note,
    requestedById: actor.personId,
    requestedAt: now,
    ...term,
  };
  const insert = async (tx: Tx) => {
    await holdPlan(tx, plan);
    await alongside(tx);
    return tx.policyPublication.create({
      data: { ...data, status: plan.loosening ? "awaiting_second_person" : "scheduled" },
    });
  };
  const author = { personId: actor.personId };
  if (plan.loosening || term.startsAt !== null) {
    await recordChange(author, async (tx) => ({ result: await insert(tx), events: [requested(data, plan)] }));
    return id;
  }
  return changeControl(author, async (tx) => {
    const { changes, events } = await putInForce(tx, await insert(tx), plan);
    return { result: id, changes, events: [requested(data, plan), ...events] };
  });
}

/** @throws AppError `invalid_request` at the field */
function termOf({ startsAt, expiresAt }: Request, plan: PublicationPlan, now: Date) {
  const refuse = (path: string, message: string) =>
    new AppError("invalid_request", message, { fields: [{ path, message }] });
  const [start, end] = [startsAt, expiresAt].map((text) => (text === undefined ? null : new Date(text)));
  if (start && start <= now) throw refuse("/startsAt", "choose a start in the future, or none to begin at once");
  if (end && !plan.loosening) throw refuse("/expiresAt", "nothing in this change loosens, so nothing could end");
  if (end && end <= (start ?? now)) throw refuse("/expiresAt", "choose an end after the start");
  return { startsAt: start ?? null, expiresAt: end ?? null };
}

function judged({ changes, loosening, gainingAgents }: PublicationPlan) {
  return { changes: changes as unknown as Prisma.InputJsonArray, loosening, gainingAgents };
}

function requested(
  publication: { id: string; note: string; startsAt: Date | null; expiresAt: Date | null },
  plan: PublicationPlan,
): Event {
  return {
    kind: "policy_requested",
    ref: publication.id,
    codes: [plan.loosening ? "policy.loosening" : "policy.tightening"],
    payload: {
      note: publication.note,
      startsAt: publication.startsAt?.toISOString() ?? null,
      expiresAt: publication.expiresAt?.toISOString() ?? null,
      changes: plan.changes.map(({ path, kind, words }) => ({ path, kind, words })),
    },
  };
}

// ── The second person ───────────────────────────────────────────────────────────────────────────────────────────

/**
 * Approves what waits for a second person: published at once, or at its start.
 * @throws AppError `forbidden` for whoever asked for it, wrote it, owns an agent that gains, or is no person; `conflict` with
 *         `details.conflicts`; `state_changed` when it waits no more, or when what it would do changed since it was shown
 */
export async function approvePublication(actor: Actor, id: string): Promise<PublicationRow> {
  requirePermission(actor, "policy:publish");
  await withFreshPlan(async () => {
    const publication = await waiting(id);
    if (actor.via === "bootstrap" || !actor.mayVote)
      throw new AppError(
        "forbidden",
        "only the person themselves may approve: in the console, or with a token they made for voting",
      );
    const plan = await planPublication(fromRow(publication));
    const gainingAgents = [...new Set([...publication.gainingAgents, ...plan.gainingAgents])].sort();
    const owned = await db.agent.findMany({
      where: { id: { in: gainingAgents } },
      select: { ownerId: true, backupOwnerId: true },
    });
    const reason = whyNotSecond(actor.personId, publication, owned);
    if (reason !== null) throw new AppError("forbidden", reason);
    if (!sameValue(sentences(plan.changes), sentences(publicationRow.shape.changes.parse(publication.changes)))) {
      await db.policyPublication.updateMany({
        where: { id, status: "awaiting_second_person" },
        data: { ...judged(plan), loosening: true, gainingAgents },
      });
      throw new AppError(
        "state_changed",
        "the rules in force moved, and with them what this would change; look at it again",
      );
    }
    await approve(actor, publication, plan, gainingAgents);
  });
  return publicationView(actor, id);
}

async function approve(
  actor: Actor,
  seen: PolicyPublication,
  plan: PublicationPlan,
  gainingAgents: string[],
): Promise<void> {
  const author = { personId: actor.personId };
  const event: Event = { kind: "policy_approved", ref: seen.id, payload: { note: seen.note } };
  const decide = async (tx: Tx) => {
    await holdPlan(tx, plan);
    const now = await databaseTime(tx);
    await stillIn(tx, seen.id, ["awaiting_second_person"]);
    const row = await tx.policyPublication.update({
      where: { id: seen.id },
      data: { status: "scheduled", decidedById: actor.personId, decidedAt: now, gainingAgents },
    });
    return { row, due: row.startsAt === null || row.startsAt <= now };
  };
  if (seen.startsAt !== null && seen.startsAt > (await databaseTime(db))) {
    await recordChange(author, async (tx) => ({ result: await decide(tx), events: [event] }));
    return;
  }
  await changeControl(author, async (tx) => {
    const { row } = await decide(tx);
    const { changes, events } = await putInForce(tx, row, { ...plan, gainingAgents });
    return { result: undefined, changes, events: [event, ...events] };
  });
}

/** Declines what waits or is scheduled; it goes back to the draft when there is none. @throws AppError `state_changed`, `not_found` */
export async function declinePublication(actor: Actor, id: string, input: { reason: string }): Promise<PublicationRow> {
  requirePermission(actor, "policy:publish");
  await end(actor, id, "declined", input.reason);
  return publicationView(actor, id);
}

/** Takes back what one asked for oneself; it goes back to the draft when there is none. @throws AppError `forbidden`, `state_changed`, `not_found` */
export async function withdrawPublication(actor: Actor, id: string): Promise<PublicationRow> {
  requirePermission(actor, "policy:publish");
  const row = await db.policyPublication.findUnique({ where: { id } });
  if (!row) throw notFound();
  if (row.requestedById !== actor.personId)
    throw new AppError("forbidden", "only the person who asked for a change withdraws it; decline it instead");
  await end(actor, id, "withdrawn", null);
  return publicationView(actor, id);
}

async function end(actor: Actor, id: string, status: "declined" | "withdrawn", reason: string | null): Promise<void> {
  await recordChange({ personId: actor.personId }, async (tx) => {
    const row = await stillIn(tx, id, ["awaiting_second_person", "scheduled"]);
    await tx.policyPublication.update({
      where: { id },
      data: {
        status,
        statusReason: reason,
        ...(status === "declined" ? { decidedById: actor.personId, decidedAt: await databaseTime(tx) } : {}),
      },
    });
    await returnToDraft(tx, row, row.requestedById);
    return {
      result: undefined,
      events: [
        { kind: `policy_${status}`, ref: id, payload: { note: row.note, ...(reason === null ? {} : { reason }) } },
      ],
    };
  });
}

// ── Into force ──────────────────────────────────────────────────────────────────────────────────────────────────

/**
 * Makes a publication that is due the version in force, inside a control change. The database checks once more who decided it.
 * @param plan held by the transaction
 */
export async function putInForce(
  tx: Tx,
  publication: PolicyPublication,
  plan: PublicationPlan,
): Promise<{ version: { number: number; hash: string }; changes: ControlChange[]; events: Event[] }> {
  const author = { personId: publication.requestedById };
  const { version, changes, events } = await publishWithin(
    tx,
    author,
    publication.note,
    () => plan.set,
    publication.id,
  );
  await tx.policyPublication.update({
    where: { id: publication.id },
    data: {
      ...judged(plan),
      status: "published",
      publishedAt: await databaseTime(tx),
      replacedNumber: plan.inForce.number,
      number: version.number,
    },
  });
  return {
    version,
    changes,
    events: events.map((event) => ({
      ...event,
      payload: { ...event.payload, publication: publication.id, changes: plan.changes.map(({ words }) => words) },
    })),
  };
}

/** Content and base of a stored publication. */
export function fromRow({ content, baseVersion }: PolicyPublication): {
  content: PolicyDraftContent;
  baseVersion: number;
} {
  return { content: policyDraftContent.parse(content), baseVersion };
}

/** Locks a publication that has to be in one of these states. @throws AppError `not_found`, `state_changed` */
export async function stillIn(tx: Tx, id: string, statuses: readonly string[]): Promise<PolicyPublication> {
  await tx.$queryRaw`SELECT 1 FROM policy_publication WHERE id = ${id} FOR UPDATE`;
  const row = await tx.policyPublication.findUnique({ where: { id } });
  if (!row) throw notFound();
  if (!statuses.includes(row.status))
    throw new AppError("state_changed", `this publication is ${row.status.replaceAll("_", " ")}`);
  return row;
}

async function waiting(id: string): Promise<PolicyPublication> {
  const row = await db.policyPublication.findUnique({ where: { id } });
  if (!row) throw notFound();
  if (row.status !== "awaiting_second_person")
    throw new AppError("state_changed", `this publication is ${row.status.replaceAll("_", " ")}`);
  return row;
}

function sentences(changes: readonly { path: string; kind: string; words: string }[]) {
  return changes.map(({ path, kind, words }) => ({ path, kind, words }));
}
