import "server-only";

import { changeControl, type Event, recordChange } from "@/lib/audit/append";
import { databaseTime } from "@/lib/database-time";
import { db, type Tx } from "@/lib/db";
import { AppError } from "@/lib/errors";
import type { PolicyPublication, Prisma } from "@/lib/generated/prisma/client";
import type { Job } from "@/lib/jobs/periodic";
import { log } from "@/lib/log";
import { withContent } from "./diff";
import { contentOf } from "./draft-content";
import { returnToDraft, saysTheSame } from "./drafts";
import { holdPlan, type PublicationPlan, planPublication, withFreshPlan } from "./publication-plan";
import { publicationRow } from "./publication-schema";
import { fromRow, putInForce } from "./publications";
import { checkedPolicy, lockPublishing, publishWithin } from "./publish";
import { restoreLoosened } from "./restore";
import { type PolicySet, policySet } from "./schema";

/** Brings scheduled publications into force at their time, and takes back what they loosened at its end. */
export const publicationJob: Job = {
  name: "policy publications",
  everyMilliseconds: 5_000,
  run: async () => {
    await startDuePublications();
    await endDueLoosenings();
  },
};

/**
 * Two processes may run it at once: each publication is begun by whoever first finds it still due, under the lock of publishing.
 * @returns how many came into force
 */
export async function startDuePublications(): Promise<number> {
  const rows = await db.$queryRaw<{ id: string }[]>`
    SELECT id FROM policy_publication WHERE status = 'scheduled' AND (starts_at IS NULL OR starts_at <= clock_timestamp()) ORDER BY starts_at, id LIMIT 100`;
  return each(rows, start);
}

async function start({ id }: { id: string }): Promise<boolean> {
  const seen = await db.policyPublication.findUnique({ where: { id } });
  if (seen?.status !== "scheduled") return false;
  const plan = await planPublication(fromRow(seen)).catch((error: unknown) => {
    if (error instanceof AppError && error.status < 500) return error;
    throw error;
  });
  if (plan instanceof AppError) return giveUp(id, plan.message);
  if (seen.expiresAt !== null && seen.expiresAt <= (await databaseTime(db)))
    return giveUp(id, "its end had passed before it began");
  // What was decided is what comes into force: a change that loosens more than was approved waits for a second person again.
  const gainingAgents = [...new Set([...seen.gainingAgents, ...plan.gainingAgents])].sort();
  if (plan.loosening && (await needsSecond(seen, plan, gainingAgents))) return askAgain(id, plan, gainingAgents);
  await changeControl("system", async (tx) => {
    await holdPlan(tx, plan);
    const row = await stillDue(tx, id, "scheduled");
    const { changes, events } = await putInForce(tx, row, {
      ...plan,
      loosening: plan.loosening || seen.loosening,
      gainingAgents,
    });
    return { result: true, changes, events };
  });
  return true;
}

async function needsSecond(seen: PolicyPublication, plan: PublicationPlan, gainingAgents: string[]): Promise<boolean> {
  if (seen.decidedById === null) return true;
  const approved = new Set(
    publicationRow.shape.changes
      .parse(seen.changes)
      .filter(({ kind }) => kind === "loosening")
      .map(({ words }) => words),
  );
  if (plan.changes.some(({ kind, words }) => kind === "loosening" && !approved.has(words))) return true;
  if (!(await db.person.findUnique({ where: { id: seen.decidedById } }))?.active) return true;
  const own = { OR: [{ ownerId: seen.decidedById }, { backupOwnerId: seen.decidedById }] };
  return (await db.agent.count({ where: { id: { in: gainingAgents }, ...own } })) > 0;
}

async function askAgain(id: string, plan: PublicationPlan, gainingAgents: string[]): Promise<boolean> {
  const reason = "the rules in force moved, and what it would loosen with them";
  await recordChange("system", async (tx) => {
    await holdPlan(tx, plan);
    await stillDue(tx, id, "scheduled");
    await tx.policyPublication.update({
      where: { id },
      data: {
        status: "awaiting_second_person",
        statusReason: reason,
        decidedById: null,
        decidedAt: null,
        changes: plan.changes as unknown as Prisma.InputJsonArray,
        loosening: true,
        gainingAgents,
      },
    });
    return {
      result: undefined,
      events: [{ kind: "policy_requested", ref: id, codes: ["policy.loosening"], payload: { reason } }],
    };
  });
  return false;
}

/** What cannot come into force any more ends here, and goes back to the draft when there is none. */
async function giveUp(id: string, reason: string): Promise<boolean> {
  await recordChange("system", async (tx) => {
    const row = await stillDue(tx, id, "scheduled");
    await tx.policyPublication.update({ where: { id }, data: { status: "declined", statusReason: reason } });
    await returnToDraft(tx, row, row.requestedById);
    return { result: undefined, events: [{ kind: "policy_declined", ref: id, payload: { note: row.note, reason } }] };
  });
  return false;
}

/**
 * Takes back what publications loosened for a time that is over; what was tightened since stays.
 * @returns how many ended
 */
export async function endDueLoosenings(): Promise<number> {
  const rows = await db.$queryRaw<{ id: string }[]>`
    SELECT id FROM policy_publication WHERE status = 'published' AND expires_at <= clock_timestamp() ORDER BY expires_at, id LIMIT 100`;
  return each(rows, endLoosening);
}

async function endLoosening({ id }: { id: string }): Promise<boolean> {
  const seen = await db.policyPublication.findUniqueOrThrow({ where: { id } });
  const [before, after, newest] = await Promise.all([
    db.policyVersion.findUniqueOrThrow({ where: { number: seen.replacedNumber ?? 0 } }),
    db.policyVersion.findUniqueOrThrow({ where: { number: seen.number ?? 0 } }),
    db.policyVersion.findFirstOrThrow({ orderBy: { number: "desc" } }),
  ]);
  const current = policySet.parse(newest.content);
  const paths = publicationRow.shape.changes
    .parse(seen.changes)
    .filter(({ kind }) => kind === "loosening")
    .map(({ path }) => path);
  const restored = restoredSet(policySet.parse(before.content), policySet.parse(after.content), current, paths);
  const event: Event = { kind: "policy_ended", ref: id, payload: { note: seen.note, paths } };
  const finish = async (tx: Tx, endedNumber: number | null) => {
    const statusReason = "its time was over";
    await tx.policyPublication.update({ where: { id }, data: { status: "expired", statusReason, endedNumber } });
  };
  if (saysTheSame(contentOf(restored), contentOf(current))) {
    await recordChange("system", async (tx) => {
      await lockPublishing(tx);
      await stillDue(tx, id, "published");
      await finish(tx, null);
      return { result: undefined, events: [event] };
    });
    return true;
  }
  await changeControl("system", async (tx) => {
    await holdPlan(tx, { inForce: { id: newest.id, number: newest.number } } as PublicationPlan);
    await stillDue(tx, id, "published");
    const { version, changes, events } = await publishWithin(
      tx,
      "system",
      `The time of “${seen.note}” is over`,
      () => restored,
    );
    await finish(tx, version.number);
    return { result: undefined, changes, events: [event, ...events] };
  });
  return true;
}

/** Where what is left does not hold together, because a list it needs is gone, everything returns to what it was before. */
function restoredSet(before: PolicySet, after: PolicySet, current: PolicySet, paths: readonly string[]): PolicySet {
  try {
    return checkedPolicy(withContent(current, restoreLoosened(before, after, current, paths)));
  } catch (error) {
    log.warn("a loosening ended whole, because its parts could not be taken back one by one", { error });
    return checkedPolicy(withContent(current, contentOf(before)));
  }
}

class TakenByAnother extends Error {}

/** Locks a publication that is still due. @throws TakenByAnother when another process was first */
async function stillDue(tx: Tx, id: string, status: "scheduled" | "published"): Promise<PolicyPublication> {
  await tx.$queryRaw`SELECT 1 FROM policy_publication WHERE id = ${id} FOR UPDATE`;
  const row = await tx.policyPublication.findUniqueOrThrow({ where: { id } });
  if (row.status !== status) throw new TakenByAnother();
  return row;
}

async function each(rows: readonly { id: string }[], run: (row: { id: string }) => Promise<boolean>): Promise<number> {
  let done = 0;
  for (const row of rows) {
    try {
      if (await withFreshPlan(() => run(row))) done++;
    } catch (error) {
      if (!(error instanceof TakenByAnother)) throw error;
    }
  }
  return done;
}
