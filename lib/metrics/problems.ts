import "server-only";

import { visibleAgents } from "@/lib/agents/access";
import { type Actor, can } from "@/lib/auth/actor";
import { db } from "@/lib/db";
import type { Prisma } from "@/lib/generated/prisma/client";
import { visibleIncidents } from "@/lib/incidents/queries";
import { listDemand } from "@/lib/tools/queries";
import type { Problem } from "./schema";

/** A credential that ends within this many days wants a successor. */
export const expiringDays = 14;
const shown = 5;

/** What wants a person, the gravest kind first. A kind without a case is left out. */
export async function listProblems(actor: Actor, now: Date): Promise<Problem[]> {
  const found = await Promise.all([
    openIncidents(actor),
    ownerMissing(actor),
    noCredential(actor, now),
    credentialExpiring(actor, now),
    unsanctioned(actor),
  ]);
  return found.filter((problem) => problem !== null && problem.count > 0) as Problem[];
}

async function openIncidents(actor: Actor): Promise<Problem | null> {
  if (!can(actor, "incidents:read")) return null;
  const where: Prisma.IncidentWhereInput = { AND: [await visibleIncidents(actor), { status: "open" }] };
  const [count, first] = await Promise.all([
    db.incident.count({ where }),
    db.incident.findMany({
      where,
      orderBy: { openedAt: "desc" },
      take: shown,
      select: { id: true, title: true, severity: true },
    }),
  ]);
  const items = first.map(({ id, title, severity }) => ({
    id,
    label: title,
    detail: severity,
    href: `/incidents/${id}`,
  }));
  return { kind: "incident", count, href: "/incidents", first: items };
}

async function ownerMissing(actor: Actor): Promise<Problem | null> {
  const where: Prisma.AgentWhereInput = {
    AND: [visibleAgents(actor), { status: { not: "retired" }, owner: { active: false } }],
  };
  const [count, first] = await Promise.all([
    db.agent.count({ where }),
    db.agent.findMany({
      where,
      orderBy: { name: "asc" },
      take: shown,
      select: { id: true, name: true, owner: { select: { name: true } } },
    }),
  ]);
  const items = first.map(({ id, name, owner }) => ({
    id,
    label: name,
    detail: `${owner.name} was deactivated`,
    href: `/agents/${id}`,
  }));
  return {
    kind: "owner_missing",
    count,
    href: first.length === 1 ? `/agents/${first[0]?.id}` : "/agents",
    first: items,
  };
}

async function noCredential(actor: Actor, now: Date): Promise<Problem | null> {
  const usable: Prisma.CredentialWhereInput = {
    revokedAt: null,
    OR: [{ expiresAt: null }, { expiresAt: { gt: now } }],
  };
  const where: Prisma.AgentWhereInput = {
    AND: [visibleAgents(actor), { status: "active", credentials: { none: usable } }],
  };
  const [count, first] = await Promise.all([
    db.agent.count({ where }),
    db.agent.findMany({ where, orderBy: { name: "asc" }, take: shown, select: { id: true, name: true } }),
  ]);
  const items = first.map(({ id, name }) => ({ id, label: name, detail: null, href: `/agents/${id}/credentials` }));
  return {
    kind: "no_credential",
    count,
    href: first.length === 1 ? (items[0]?.href ?? "/agents") : "/agents?status=active",
    first: items,
  };
}

async function credentialExpiring(actor: Actor, now: Date): Promise<Problem | null> {
  const soon = new Date(now.getTime() + expiringDays * 86_400_000);
  const where: Prisma.CredentialWhereInput = {
    revokedAt: null,
    rotatedToId: null, // the old one of a rotation is meant to end
    expiresAt: { gt: now, lte: soon },
    agent: { AND: [visibleAgents(actor), { status: { in: ["active", "suspended"] } }] },
  };
  const [count, first] = await Promise.all([
    db.credential.count({ where }),
    db.credential.findMany({
      where,
      orderBy: { expiresAt: "asc" },
      take: shown,
      select: { id: true, expiresAt: true, agent: { select: { id: true, name: true } } },
    }),
  ]);
  const items = first.map(({ id, agent, expiresAt }) => ({
    id,
    label: agent.name,
    detail: expiresAt && `ends ${expiresAt.toISOString().slice(0, 10)}`,
    href: `/agents/${agent.id}/credentials`,
  }));
  return {
    kind: "credential_expiring",
    count,
    href: items.length === 1 ? (items[0]?.href ?? "/agents") : "/agents",
    first: items,
  };
}

async function unsanctioned(actor: Actor): Promise<Problem | null> {
  if (!can(actor, "tools:read") || !(can(actor, "agents:read") || can(actor, "agents:read:own"))) return null;
  const demand = await listDemand(actor);
  const first = demand.slice(0, shown).map(({ name, count, agents }) => ({
    id: name,
    label: name,
    detail: `${count} ${count === 1 ? "time" : "times"} by ${agents.length === 1 ? (agents[0]?.name ?? "one agent") : `${agents.length} agents`}`,
    href: "/tools",
  }));
  return { kind: "unsanctioned", count: demand.length, href: "/tools", first };
}
