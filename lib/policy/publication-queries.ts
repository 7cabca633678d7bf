import "server-only";

import { type Actor, can } from "@/lib/auth/actor";
import { decodeCursor, encodeCursor } from "@/lib/cursor";
import { db } from "@/lib/db";
import { notFound } from "@/lib/errors";
import type { PolicyPublication } from "@/lib/generated/prisma/client";
import { policyDraftContent } from "./draft-content";
import { bootstrapName } from "./drafts";
import { whyNotSecond } from "./publication-plan";
import type { PublicationFull, PublicationRow, PublicationStatus } from "./publication-schema";
import { personNames } from "./queries";

/** What the console and the API ask of publications. Everybody who may read policy sees them all. */

/** Newest first. */
export async function listPublications(
  actor: Actor,
  page: { status?: PublicationStatus | undefined; limit: number; cursor?: string | undefined },
): Promise<{ items: PublicationRow[]; nextCursor: string | null }> {
  const [at, id] = page.cursor ? decodeCursor(page.cursor, 2) : [];
  const before = new Date(at ?? "");
  const rows = await db.policyPublication.findMany({
    where: {
      ...(page.status ? { status: page.status } : {}),
      ...(id === undefined || Number.isNaN(before.getTime())
        ? {}
        : { OR: [{ requestedAt: { lt: before } }, { requestedAt: before, id: { lt: id } }] }),
    },
    orderBy: [{ requestedAt: "desc" }, { id: "desc" }],
    take: page.limit + 1,
  });
  const shown = rows.slice(0, page.limit);
  const last = shown.at(-1);
  return {
    items: await views(actor, shown),
    nextCursor: rows.length > page.limit && last ? encodeCursor([last.requestedAt.toISOString(), last.id]) : null,
  };
}

/** One publication with the rules it would bring. @throws AppError `not_found` */
export async function getPublication(actor: Actor, id: string): Promise<PublicationFull> {
  const row = await db.policyPublication.findUnique({ where: { id } });
  if (!row) throw notFound();
  const [view] = await views(actor, [row]);
  return { ...(view as PublicationRow), content: policyDraftContent.parse(row.content) };
}

/** One publication without its content. @throws AppError `not_found` */
export async function publicationView(actor: Actor, id: string): Promise<PublicationRow> {
  const row = await db.policyPublication.findUnique({ where: { id } });
  if (!row) throw notFound();
  return (await views(actor, [row]))[0] as PublicationRow;
}

async function views(actor: Actor, rows: readonly PolicyPublication[]): Promise<PublicationRow[]> {
  const names = await personNames(rows.flatMap((row) => [row.requestedById, row.decidedById, ...row.authors]));
  const waiting = rows.filter(({ status }) => status === "awaiting_second_person");
  const agents = await db.agent.findMany({
    where: { id: { in: waiting.flatMap((row) => row.gainingAgents) } },
    select: { id: true, ownerId: true, backupOwnerId: true },
  });
  const nameOf = (id: string) => names.get(id) ?? bootstrapName;
  return rows.map((row) => ({
    id: row.id,
    status: row.status as PublicationStatus,
    statusReason: row.statusReason,
    note: row.note,
    baseVersion: row.baseVersion,
    loosening: row.loosening,
    changes: row.changes as PublicationRow["changes"],
    requestedBy: nameOf(row.requestedById),
    requestedAt: row.requestedAt.toISOString(),
    authors: row.authors.map(nameOf),
    startsAt: row.startsAt?.toISOString() ?? null,
    expiresAt: row.expiresAt?.toISOString() ?? null,
    decidedBy: row.decidedById === null ? null : nameOf(row.decidedById),
    decidedAt: row.decidedAt?.toISOString() ?? null,
    publishedAt: row.publishedAt?.toISOString() ?? null,
    number: row.number,
    endedNumber: row.endedNumber,
    approvable:
      row.status === "awaiting_second_person"
        ? approvable(
            actor,
            row,
            agents.filter(({ id }) => row.gainingAgents.includes(id)),
          )
        : null,
    withdrawable:
      row.requestedById === actor.personId && (row.status === "awaiting_second_person" || row.status === "scheduled"),
  }));
}

function approvable(
  actor: Actor,
  row: PolicyPublication,
  agents: { ownerId: string; backupOwnerId: string | null }[],
): { may: boolean; reason: string | null } {
  const reason = !can(actor, "policy:publish")
    ? "this needs the permission `policy:publish`"
    : actor.via === "bootstrap" || !actor.mayVote
      ? "only the person themselves may approve"
      : whyNotSecond(actor.personId, row, agents);
  return { may: reason === null, reason };
}
