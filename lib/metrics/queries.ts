import "server-only";

import { visibleAgents } from "@/lib/agents/access";
import { countWaiting, waitingSince } from "@/lib/approvals/queries";
import { logFaults } from "@/lib/audit/log-faults";
import { projectionLag } from "@/lib/audit/project";
import { newestCheckpoint } from "@/lib/audit/proofs";
import { treeBacklog } from "@/lib/audit/sequence";
import { seenOutside } from "@/lib/audit/witnesses";
import { type Actor, can, requirePermission } from "@/lib/auth/actor";
import { db, pool } from "@/lib/db";
import { tierKeys } from "@/lib/policy/schema";
import { ageBands, agentsByTier, fillBuckets, midnightBefore, type OutcomeRow, periodOf, totalOf } from "./prepare";
import { listProblems } from "./problems";
import type { Overview, Range } from "./schema";

const refusedTools = 8;

/**
 * What the overview shows to this actor: of all agents, or of their own.
 * @param now the server's time; buckets end with it
 */
export async function readOverview(actor: Actor, range: Range, now: Date): Promise<Overview> {
  requirePermission(actor, "overview:read");
  const agentIds = can(actor, "agents:read") ? null : await ownAgents(actor);
  const period = periodOf(range, now);
  const from = period.starts[0] as Date;
  const midnight = midnightBefore(now);
  const [rows, begun, lagSeconds, approvals, agents, refused, problems, log] = await Promise.all([
    hourly(agentIds, new Date(Math.min(from.getTime(), midnight.getTime()))),
    firstEntryAt(),
    projectionLag(),
    approvalsWaiting(actor, now),
    countAgents(actor),
    mostRefused(agentIds, from),
    listProblems(actor, now),
    logState(),
  ]);
  return {
    now: now.toISOString(),
    range,
    from: from.toISOString(),
    unit: period.unit,
    buckets: fillBuckets(period, rows, { from: begun, until: new Date(now.getTime() - lagSeconds * 1000) }),
    total: totalOf(rows, from),
    today: totalOf(rows, midnight),
    midnight: midnight.toISOString(),
    approvals,
    agents,
    refused,
    problems,
    log,
    lagSeconds,
    own: agentIds !== null,
    mayExplore: can(actor, "audit:read") || (agentIds !== null && can(actor, "audit:read:own")),
  };
}

/** Ids of the agents the actor sees, who does not see all. */
async function ownAgents(actor: Actor): Promise<string[]> {
  const agents = await db.agent.findMany({ where: visibleAgents(actor), select: { id: true } });
  return agents.map((agent) => agent.id);
}

async function hourly(agentIds: string[] | null, from: Date): Promise<OutcomeRow[]> {
  const { rows } = await pool().query<{ at: Date; outcome: string; count: string }>(
    `SELECT hour AS at, outcome, sum(count) AS count FROM decision_hourly
      WHERE hour >= $1 AND ($2::text[] IS NULL OR agent_id = ANY ($2)) GROUP BY hour, outcome`,
    [from, agentIds],
  );
  return rows.map((row) => ({ at: row.at, outcome: row.outcome, count: Number(row.count) }));
}

async function firstEntryAt(): Promise<Date | null> {
  const { rows } = await pool().query<{ at: Date | null }>("SELECT min(at) AS at FROM entry_view");
  return rows[0]?.at ?? null;
}

async function mostRefused(agentIds: string[] | null, from: Date): Promise<Overview["refused"]> {
  const { rows } = await pool().query<{ tool: string; count: string }>(
    `SELECT tool, sum(count) AS count FROM decision_hourly
      WHERE hour >= $1 AND outcome = 'deny' AND ($2::text[] IS NULL OR agent_id = ANY ($2)) GROUP BY tool ORDER BY 2 DESC, 1 LIMIT $3`,
    [from, agentIds, refusedTools],
  );
  return rows.map((row) => ({ tool: row.tool, count: Number(row.count) }));
}

async function logState(): Promise<Overview["log"]> {
  const [newest, waiting, outside] = await Promise.all([newestCheckpoint(), treeBacklog(), seenOutside()]);
  const { fork, stopped } = logFaults();
  return {
    signed: newest && { size: newest.size, at: newest.at.toISOString() },
    waiting,
    fault: fork ?? stopped ?? null,
    outside: outside.map(({ name, at }) => ({ name, at: at?.toISOString() ?? null })),
  };
}

async function approvalsWaiting(actor: Actor, now: Date): Promise<Overview["approvals"]> {
  if (!can(actor, "approvals:read") && !can(actor, "approvals:read:own")) return null;
  const [waiting, { mine }] = await Promise.all([waitingSince(actor), countWaiting(actor)]);
  return {
    waiting: waiting.length,
    mine,
    overdue: waiting.filter(({ dueAt }) => dueAt !== null && dueAt < now).length,
    oldestAt: waiting[0]?.requestedAt.toISOString() ?? null,
    ages: ageBands(
      waiting.map(({ requestedAt }) => requestedAt),
      now,
    ),
  };
}

async function countAgents(actor: Actor): Promise<Overview["agents"]> {
  if (!can(actor, "agents:read") && !can(actor, "agents:read:own")) return null;
  const rows = await db.agent.groupBy({ by: ["tier", "status"], where: visibleAgents(actor), _count: true });
  return agentsByTier(
    tierKeys,
    rows.map(({ tier, status, _count }) => ({ tier, status, count: _count })),
  );
}
