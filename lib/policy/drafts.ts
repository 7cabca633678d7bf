import "server-only";

import { recordChange } from "@/lib/audit/append";
import { type Actor, requirePermission } from "@/lib/auth/actor";
import { databaseTime } from "@/lib/database-time";
import { db, type Tx } from "@/lib/db";
import { AppError } from "@/lib/errors";
import { Prisma } from "@/lib/generated/prisma/client";
import { cellsOf, sameValue } from "./cells";
import { contentOf, type PolicyDraftContent, policyDraftContent } from "./draft-content";
import type { PolicyDraft } from "./publication-schema";
import { personNames } from "./queries";
import { type PolicySet, policySet } from "./schema";
import { validatePolicySet } from "./validate";

/**
 * The one working copy of the rules, shared by everybody who may write policy. Saving compares and swaps the revision, so
 * nobody ever overwrites what they have not seen. Nothing decides by a draft; its saves are no entries of the log.
 */

/** The draft, or the rules in force where there is none. @throws AppError `unavailable` before the first policy */
export async function readDraft(tx: Tx = db): Promise<PolicyDraft> {
  const row = await tx.policyDraft.findUnique({ where: { one: 1 } });
  const base = await baseOf(tx, row?.content ? row.baseVersion : undefined);
  const rules = contentOf(base.set);
  const content = row?.content ? policyDraftContent.parse(row.content) : rules;
  const names = row?.content ? await personNames([row.updatedById]) : new Map<string, string>();
  return {
    baseVersion: base.number,
    revision: row?.revision ?? 0,
    content,
    updatedBy: row?.content ? (names.get(row.updatedById) ?? bootstrapName) : null,
    updatedAt: row?.content ? row.updatedAt.toISOString() : null,
    problems: validatePolicySet({ version: 1, ...content, tools: base.tools }),
    changed: !saysTheSame(content, rules),
  };
}

/** What the installation's own token is called where a person would be named. */
export const bootstrapName = "API token of the installation";

/**
 * Saves the draft. A draft with problems is kept; it only cannot be published.
 * @param input.revision what `readDraft` or the last save answered
 * @param input.baseVersion the version in force, when the content was merged with it
 * @throws AppError `conflict` with the draft as it is now in `details`, when somebody saved meanwhile; `state_changed` when
 *         `baseVersion` is in force no more
 */
export async function saveDraft(
  actor: Actor,
  input: { revision: number; content: PolicyDraftContent; baseVersion?: number | undefined },
): Promise<PolicyDraft> {
  requirePermission(actor, "policy:write");
  const content = input.content as Prisma.InputJsonObject;
  const saved = await db.$transaction(async (tx) => {
    const now = await databaseTime(tx);
    const row = await lockDraft(tx);
    if ((row?.revision ?? 0) !== input.revision) return false;
    const draft = { content, revision: input.revision + 1, updatedById: actor.personId, updatedAt: now };
    if (!row) {
      const { number } = await baseOf(tx);
      await tx.policyDraft.create({ data: { ...draft, baseVersion: number, authors: [actor.personId] } });
    } else if (row.content === null) {
      const { number } = await baseOf(tx);
      await tx.policyDraft.update({
        where: { one: 1 },
        data: { ...draft, baseVersion: number, authors: [actor.personId] },
      });
    } else {
      const authors = [...new Set([...row.authors, actor.personId])];
      const baseVersion = input.baseVersion ?? row.baseVersion;
      if (input.baseVersion !== undefined && input.baseVersion !== (await baseOf(tx)).number)
        throw new AppError("state_changed", "another version is in force by now; merge with it first");
      await tx.policyDraft.update({ where: { one: 1 }, data: { ...draft, baseVersion, authors } });
    }
    return true;
  });
  if (!saved) throw await staleDraft();
  return readDraft();
}

/**
 * Discards the draft; the rules in force are what is left.
 * @throws AppError `state_changed` when there is none
 */
export async function discardDraft(actor: Actor): Promise<PolicyDraft> {
  requirePermission(actor, "policy:write");
  await recordChange({ personId: actor.personId }, async (tx) => {
    const row = await lockDraft(tx);
    if (!row || row.content === null) throw new AppError("state_changed", "there is no draft to discard");
    await clearDraft(tx, actor.personId);
    return {
      result: undefined,
      events: [{ kind: "policy_draft_discarded", payload: { baseVersion: row.baseVersion, revision: row.revision } }],
    };
  });
  return readDraft();
}

/** The refusal of whoever has not seen the newest revision. */
export async function staleDraft(): Promise<AppError> {
  return new AppError("conflict", "somebody saved the draft meanwhile; merge with what they saved, or read it again", {
    details: { draft: await readDraft() },
  });
}

/** Locks the draft's row until the end of the transaction; one that is not there yet too. */
export async function lockDraft(tx: Tx) {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(44)`;
  return tx.policyDraft.findUnique({ where: { one: 1 } });
}

/** Ends the draft. Its revision goes on, so that a page that still shows it cannot save over the next one. */
export async function clearDraft(tx: Tx, personId: string): Promise<void> {
  await tx.policyDraft.update({
    where: { one: 1 },
    data: {
      content: Prisma.DbNull,
      revision: { increment: 1 },
      authors: [],
      updatedById: personId,
      updatedAt: await databaseTime(tx),
    },
  });
}

/** Puts what was on its way back into the draft, when there is no other by now. */
export async function returnToDraft(
  tx: Tx,
  from: { content: unknown; baseVersion: number; authors: string[] },
  personId: string,
): Promise<void> {
  const row = await lockDraft(tx);
  if (row && row.content !== null) return;
  const data = {
    content: from.content as Prisma.InputJsonObject,
    baseVersion: from.baseVersion,
    authors: [...new Set([...from.authors, personId])],
    revision: (row?.revision ?? 0) + 1,
    updatedById: personId,
    updatedAt: await databaseTime(tx),
  };
  if (row) await tx.policyDraft.update({ where: { one: 1 }, data });
  else await tx.policyDraft.create({ data });
}

/** Whether two contents say the same, cell by cell; the order of guardrails and lists is no matter. */
export function saysTheSame(one: PolicyDraftContent, other: PolicyDraftContent): boolean {
  const [cells, others] = [cellsOf(one), cellsOf(other)];
  return (
    cells.size === others.size &&
    [...cells].every(([path, { value }]) => others.has(path) && sameValue(value, others.get(path)?.value))
  );
}

/** A published version; the newest when no number is given, and always with the catalogue in force. */
async function baseOf(tx: Tx, number?: number): Promise<{ number: number; set: PolicySet; tools: PolicySet["tools"] }> {
  const newest = await tx.policyVersion.findFirst({ orderBy: { number: "desc" } });
  if (!newest) throw new AppError("unavailable", "no policy was published yet");
  const inForce = policySet.parse(newest.content);
  if (number === undefined || number === newest.number)
    return { number: newest.number, set: inForce, tools: inForce.tools };
  const row = await tx.policyVersion.findUniqueOrThrow({ where: { number } });
  return { number, set: policySet.parse(row.content), tools: inForce.tools };
}
