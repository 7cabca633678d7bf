import "server-only";

import { type Actor, can } from "@/lib/auth/actor";
import { decodeCursor, encodeCursor } from "@/lib/cursor";
import { db } from "@/lib/db";
import { notFound } from "@/lib/errors";
import type { Agent, AgentVersion, Credential, OwnershipTransfer, Person, Prisma } from "@/lib/generated/prisma/client";
import { entryId } from "@/lib/ids";
import { mandate } from "@/lib/policy/schema";
import { mayOn, visibleAgents } from "./access";
import { mandateHash } from "./mandate-hash";
import { canOwn } from "./people";
import type {
  AgentDecision,
  AgentDetail,
  AgentFilter,
  AgentRow,
  CredentialDto,
  PersonRef,
  TransferDto,
  VersionDto,
} from "./schema";

/** What the screens and the API ask of the registry. Every read carries the filter of who asks. */

const personFields = { id: true, name: true, email: true, active: true } as const satisfies Prisma.PersonSelect;

/**
 * One page of agents.
 * @returns `total` of all pages under the same filter
 */
export async function listAgents(
  actor: Actor,
  filter: AgentFilter,
): Promise<{ items: AgentRow[]; nextCursor: string | null; total: number }> {
  const matching: Prisma.AgentWhereInput = { AND: [visibleAgents(actor), conditionsOf(actor, filter)] };
  const descending = filter.sort.startsWith("-");
  const by = filter.sort.replace("-", "") as "name" | "createdAt";
  const direction = descending ? "desc" : "asc";
  const [rows, total] = await Promise.all([
    db.agent.findMany({
      where: { AND: [matching, filter.cursor ? after(by, descending, decodeCursor(filter.cursor, 2)) : {}] },
      orderBy: [{ [by]: direction }, { id: direction }],
      take: filter.limit + 1,
      include: { owner: { select: personFields } },
    }),
    db.agent.count({ where: matching }),
  ]);
  const shown = rows.slice(0, filter.limit);
  const ids = shown.map((row) => row.id);
  const [decisions, approvals] = await Promise.all([lastDecisions(ids), openApprovals(ids)]);
  const last = shown.at(-1);
  return {
    items: shown.map((row) => ({
      id: row.id,
      name: row.name,
      owner: row.owner,
      tier: row.tier as AgentRow["tier"],
      status: row.status as AgentRow["status"],
      environment: row.environment as AgentRow["environment"],
      riskClass: row.riskClass as AgentRow["riskClass"],
      createdAt: row.createdAt.toISOString(),
      lastDecision: decisions.get(row.id) ?? null,
      openApprovals: approvals.get(row.id) ?? 0,
      sample: row.sample,
    })),
    nextCursor:
      rows.length > filter.limit && last
        ? encodeCursor([by === "name" ? last.name : last.createdAt.toISOString(), last.id])
        : null,
    total,
  };
}

function conditionsOf(actor: Actor, filter: AgentFilter): Prisma.AgentWhereInput {
  const owner = filter.owner === "me" ? actor.personId : filter.owner;
  const text = filter.q ? { contains: filter.q, mode: "insensitive" as const } : undefined;
  return {
    ...(filter.status ? { status: filter.status } : {}),
    ...(filter.tier ? { tier: filter.tier } : {}),
    ...(filter.environment ? { environment: filter.environment } : {}),
    ...(filter.riskClass ? { riskClass: filter.riskClass } : {}),
    ...(owner ? { ownerId: owner } : {}),
    ...(text ? { OR: [{ name: text }, { purpose: text }, { id: filter.q as string }, { owner: { name: text } }] } : {}),
  };
}

function after(by: "name" | "createdAt", descending: boolean, [key, id]: string[]): Prisma.AgentWhereInput {
  const beyond = descending ? "lt" : "gt";
  if (by === "name") return { name: { [beyond]: key as string } };
  const at = new Date(key as string);
  return Number.isNaN(at.getTime())
    ? {}
    : { OR: [{ createdAt: { [beyond]: at } }, { createdAt: at, id: { [beyond]: id as string } }] };
}

async function lastDecisions(ids: string[]): Promise<Map<string, NonNullable<AgentRow["lastDecision"]>>> {
  if (ids.length === 0) return new Map();
  const rows = await db.$queryRaw<
    { agent: string; lane: bigint; seq: bigint; at: Date; outcome: string; tool: string | null }[]
  >`
    SELECT a.id AS agent, e.lane, e.seq, e.at, e.outcome, e.tool
      FROM unnest(${ids}::text[]) a(id),
           LATERAL (SELECT lane, seq, at, outcome, tool FROM entry_view WHERE agent_id = a.id AND kind = 'decision' ORDER BY at DESC LIMIT 1) e`;
  return new Map(
    rows.map((row) => [
      row.agent,
      { id: entryId("dec", row.lane, row.seq), at: row.at.toISOString(), outcome: row.outcome, tool: row.tool },
    ]),
  );
}

async function openApprovals(ids: string[]): Promise<Map<string, number>> {
  const groups = await db.approval.groupBy({
    by: ["agentId"],
    where: { agentId: { in: ids }, status: "pending" },
    _count: true,
  });
  return new Map(groups.map((group) => [group.agentId, group._count]));
}

/** @throws AppError `not_found` when there is none, or the actor may not see it */
export async function getAgent(actor: Actor, id: string): Promise<AgentDetail> {
  const agent = await db.agent.findFirst({
    where: { AND: [{ id }, visibleAgents(actor)] },
    include: {
      owner: { select: personFields },
      backupOwner: { select: personFields },
      currentVersion: true,
      transfers: {
        where: { status: "pending" },
        include: { from: { select: personFields }, to: { select: personFields } },
        take: 1,
      },
    },
  });
  if (!agent) throw notFound();
  const approvals = await openApprovals([id]);
  const transfer = agent.transfers[0];
  const change = agent.status !== "retired" && mayOn(actor, agent, "agents:write");
  return {
    id: agent.id,
    name: agent.name,
    purpose: agent.purpose,
    ownerEmail: agent.owner.email,
    backupOwnerEmail: agent.backupOwner?.email ?? null,
    owner: agent.owner,
    backupOwner: agent.backupOwner,
    environment: agent.environment as AgentDetail["environment"],
    riskClass: agent.riskClass as AgentDetail["riskClass"],
    tier: agent.tier as AgentDetail["tier"],
    mandate: mandate.parse(agent.mandate),
    mandateHash: mandateHash(agent.mandate),
    status: agent.status as AgentDetail["status"],
    statusReason: agent.statusReason,
    stopped: agent.stoppedAt !== null,
    echoMode: agent.echoMode as AgentDetail["echoMode"],
    maxInstances: agent.maxInstances,
    version: agent.currentVersion ? versionOf(agent.currentVersion, agent.currentVersionId) : null,
    createdAt: agent.createdAt.toISOString(),
    updatedAt: agent.updatedAt.toISOString(),
    activatedAt: agent.activatedAt?.toISOString() ?? null,
    suspendedAt: agent.suspendedAt?.toISOString() ?? null,
    retiredAt: agent.retiredAt?.toISOString() ?? null,
    openApprovals: approvals.get(id) ?? 0,
    pendingTransfer: transfer ? transferOf({ ...transfer, agent }) : null,
    sample: agent.sample,
    may: {
      change,
      credentials: agent.status !== "retired" && mayOn(actor, agent, "credentials:write"),
      stop: agent.status === "active" && mayOn(actor, agent, "stop:engage"),
      resume: change && (agent.stoppedAt === null || can(actor, "agents:write")),
    },
  };
}

/** Versions of an agent, newest first. @throws AppError `not_found` */
export async function listVersions(actor: Actor, agentId: string): Promise<VersionDto[]> {
  const agent = await visible(actor, agentId);
  const versions = await db.agentVersion.findMany({ where: { agentId }, orderBy: { number: "desc" }, take: 200 });
  return versions.map((version) => versionOf(version, agent.currentVersionId));
}

/** Credentials of an agent, newest first, without any part of their secrets. @throws AppError `not_found` */
export async function listCredentials(actor: Actor, agentId: string, now: Date): Promise<CredentialDto[]> {
  await visible(actor, agentId);
  const credentials = await db.credential.findMany({ where: { agentId }, orderBy: { createdAt: "desc" }, take: 200 });
  const uses = await db.credentialUse.findMany({ where: { credentialId: { in: credentials.map((one) => one.id) } } });
  const byId = new Map(uses.map((use) => [use.credentialId, use]));
  return credentials.map((credential) => {
    const use = byId.get(credential.id);
    return {
      id: credential.id,
      type: credential.type,
      state: stateOf(credential, now),
      createdAt: credential.createdAt.toISOString(),
      expiresAt: credential.expiresAt?.toISOString() ?? null,
      revokedAt: credential.revokedAt?.toISOString() ?? null,
      rotatedToId: credential.rotatedToId,
      lastUsedAt: use?.lastUsedAt.toISOString() ?? null,
      calls: Number(use?.calls ?? 0),
    };
  });
}

/** @throws AppError `not_found` when there is none, or its agent is not visible to the actor */
export async function getCredential(actor: Actor, id: string, now: Date): Promise<CredentialDto> {
  const credential = await db.credential.findUnique({ where: { id }, select: { agentId: true } });
  if (!credential) throw notFound();
  const found = (await listCredentials(actor, credential.agentId, now)).find((one) => one.id === id);
  if (!found) throw notFound();
  return found;
}

/** Transfers that wait for this person's answer, oldest first. */
export async function listTransfersTo(actor: Actor): Promise<TransferDto[]> {
  const transfers = await db.ownershipTransfer.findMany({
    where: { toId: actor.personId, status: "pending" },
    orderBy: { createdAt: "asc" },
    include: { agent: true, from: { select: personFields }, to: { select: personFields } },
    take: 50,
  });
  return transfers.map(transferOf);
}

/** Id of the transfer of this agent that waits for an answer, to those it concerns. @throws AppError `not_found` */
export async function pendingTransferOf(actor: Actor, agentId: string): Promise<string> {
  const transfer = await db.ownershipTransfer.findFirst({
    where: {
      agentId,
      status: "pending",
      OR: [{ toId: actor.personId }, { createdById: actor.personId }, { agent: visibleAgents(actor) }],
    },
    select: { id: true },
  });
  if (!transfer) throw notFound();
  return transfer.id;
}

/** The latest decisions of an agent, newest first. @throws AppError `not_found` */
export async function latestDecisions(actor: Actor, agentId: string, limit: number): Promise<AgentDecision[]> {
  await visible(actor, agentId);
  const rows = await db.entryView.findMany({
    where: { agentId, kind: "decision" },
    orderBy: { at: "desc" },
    take: limit,
  });
  return rows.map((row) => ({
    id: entryId("dec", row.lane, row.seq),
    at: row.at.toISOString(),
    outcome: row.outcome ?? "",
    tool: row.tool,
    effect: row.effect,
    codes: row.codes,
    sample: row.sample,
  }));
}

/** Decisions of the current UTC day by outcome. @throws AppError `not_found` */
export async function decisionsToday(
  actor: Actor,
  agentId: string,
  now: Date,
): Promise<{ allow: number; deny: number; approval_required: number }> {
  await visible(actor, agentId);
  const start = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate()));
  const groups = await db.decisionHourly.groupBy({
    by: ["outcome"],
    where: { agentId, hour: { gte: start } },
    _sum: { count: true },
  });
  const counts = { allow: 0, deny: 0, approval_required: 0 };
  for (const group of groups)
    if (group.outcome in counts) counts[group.outcome as keyof typeof counts] = Number(group._sum.count ?? 0);
  return counts;
}

/** Who may be given an agent: active people with the role for it, by name. */
export async function listPossibleOwners(): Promise<PersonRef[]> {
  const people = await db.person.findMany({
    where: { active: true },
    select: { ...personFields, roles: true },
    orderBy: { name: "asc" },
    take: 2000,
  });
  return people.filter(canOwn).map(({ roles: _, ...person }) => person);
}

/** Owners of at least one agent the actor sees, for the filter of the list. */
export async function listOwners(actor: Actor): Promise<{ id: string; name: string }[]> {
  const groups = await db.agent.groupBy({ by: ["ownerId"], where: visibleAgents(actor) });
  return db.person.findMany({
    where: { id: { in: groups.map((group) => group.ownerId) } },
    select: { id: true, name: true },
    orderBy: { name: "asc" },
  });
}

async function visible(actor: Actor, id: string): Promise<Agent> {
  const agent = await db.agent.findFirst({ where: { AND: [{ id }, visibleAgents(actor)] } });
  if (!agent) throw notFound();
  return agent;
}

function versionOf(version: AgentVersion, currentId: string | null): VersionDto {
  const { id, number, label, model, provider, promptHash, toolsHash, codeVersion, createdAt } = version;
  return {
    id,
    number,
    label,
    model,
    provider,
    promptHash,
    toolsHash,
    codeVersion,
    createdAt: createdAt.toISOString(),
    current: id === currentId,
  };
}

function stateOf(credential: Credential, now: Date): CredentialDto["state"] {
  if (credential.revokedAt) return "revoked";
  if (credential.expiresAt && credential.expiresAt <= now) return "expired";
  return credential.rotatedToId ? "overlap" : "active";
}

type TransferRow = OwnershipTransfer & {
  agent: Agent;
  from: Pick<Person, keyof typeof personFields>;
  to: Pick<Person, keyof typeof personFields>;
};

function transferOf(transfer: TransferRow): TransferDto {
  const { id, name, purpose, tier, environment, riskClass, status } = transfer.agent;
  return {
    id: transfer.id,
    agent: { id, name, purpose, tier, environment, riskClass, status } as TransferDto["agent"],
    from: transfer.from,
    to: transfer.to,
    reason: transfer.reason,
    status: transfer.status as TransferDto["status"],
    createdAt: transfer.createdAt.toISOString(),
    decidedAt: transfer.decidedAt?.toISOString() ?? null,
  };
}
