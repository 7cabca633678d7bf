import "server-only";

import { visibleAgents } from "@/lib/agents/access";
import { type Actor, can, requirePermission } from "@/lib/auth/actor";
import { decodeCursor, encodeCursor } from "@/lib/cursor";
import { db } from "@/lib/db";
import { notFound } from "@/lib/errors";
import type { Prisma } from "@/lib/generated/prisma/client";
import { entryId } from "@/lib/ids";
import type { IncidentDetail, IncidentFilter, IncidentSummary } from "./schema";

/** What the incident screens and the API read. */

/** Newest first. */
export async function listIncidents(
  actor: Actor,
  filter: IncidentFilter,
): Promise<{ items: IncidentSummary[]; nextCursor: string | null; total: number }> {
  requirePermission(actor, "incidents:read");
  const where: Prisma.IncidentWhereInput = {
    ...(await visibleIncidents(actor)),
    ...(filter.status === "all" ? {} : { status: filter.status }),
    ...(filter.severity ? { severity: filter.severity } : {}),
    ...(filter.kind ? { kind: filter.kind } : {}),
    ...(filter.agent ? { agentId: filter.agent } : {}),
  };
  const [total, rows] = await Promise.all([
    db.incident.count({ where }),
    db.incident.findMany({
      where: { AND: [where, after(filter.cursor)] },
      orderBy: [{ openedAt: "desc" }, { id: "desc" }],
      take: filter.limit + 1,
      select: summaryFields,
    }),
  ]);
  const agents = await agentsOf(rows);
  const items = rows.slice(0, filter.limit).map((row) => toSummary(row, agents));
  const last = items.at(-1);
  const nextCursor = rows.length > filter.limit && last ? encodeCursor([last.openedAt, last.id]) : null;
  return { items, nextCursor, total };
}

/** @throws AppError `not_found` also for what the actor may not see */
export async function readIncident(actor: Actor, id: string): Promise<IncidentDetail> {
  requirePermission(actor, "incidents:read");
  const row = await db.incident.findFirst({ where: { AND: [{ id }, await visibleIncidents(actor)] } });
  if (!row) throw notFound();
  const [agents, closer, subject, records] = await Promise.all([
    agentsOf([row]),
    row.closedById ? db.person.findUnique({ where: { id: row.closedById }, select: { id: true, name: true } }) : null,
    row.lane !== null && row.seq !== null
      ? db.entryView.findUnique({
          where: { lane_seq: { lane: row.lane, seq: row.seq } },
          select: { kind: true, lane: true, seq: true },
        })
      : null,
    db.entryView.findMany({ where: { ref: id }, orderBy: [{ lane: "asc" }, { seq: "asc" }], take: 20 }),
  ]);
  return {
    ...toSummary(row, agents),
    details: row.details as IncidentDetail["details"],
    entryId: subject && entryId(subject.kind === "decision" ? "dec" : "evt", subject.lane, subject.seq),
    records: records.map(({ lane, seq, kind, at }) => ({ id: entryId("evt", lane, seq), kind, at: at.toISOString() })),
    closedBy: closer,
    closeComment: row.closeComment,
  };
}

/** Whoever may see every agent sees every incident; an owner sees those of their own agents. */
export async function visibleIncidents(actor: Actor): Promise<Prisma.IncidentWhereInput> {
  if (can(actor, "agents:read")) return {};
  const own = await db.agent.findMany({ where: visibleAgents(actor), select: { id: true } });
  return { agentId: { in: own.map((agent) => agent.id) } };
}

const summaryFields = {
  id: true,
  kind: true,
  severity: true,
  status: true,
  title: true,
  agentId: true,
  openedAt: true,
  closedAt: true,
} as const;

type Row = Prisma.IncidentGetPayload<{ select: typeof summaryFields }>;
type Agents = Map<string, { id: string; name: string; status: string }>;

async function agentsOf(rows: { agentId: string | null }[]): Promise<Agents> {
  const ids = [...new Set(rows.flatMap((row) => row.agentId ?? []))];
  const agents = await db.agent.findMany({
    where: { id: { in: ids } },
    select: { id: true, name: true, status: true },
  });
  return new Map(agents.map((agent) => [agent.id, agent]));
}

function toSummary(row: Row, agents: Agents): IncidentSummary {
  return {
    id: row.id,
    kind: row.kind,
    severity: row.severity as IncidentSummary["severity"],
    status: row.status as IncidentSummary["status"],
    title: row.title,
    agent: (row.agentId && agents.get(row.agentId)) || null,
    openedAt: row.openedAt.toISOString(),
    closedAt: row.closedAt?.toISOString() ?? null,
  };
}

function after(cursor: string | undefined): Prisma.IncidentWhereInput {
  if (!cursor) return {};
  const [openedAt = "", id = ""] = decodeCursor(cursor, 2);
  return { OR: [{ openedAt: { lt: openedAt } }, { openedAt, id: { lt: id } }] };
}
