import "server-only";

import { type Actor, can } from "@/lib/auth/actor";
import { permissionsOf, roles } from "@/lib/auth/permissions";
import { db } from "@/lib/db";
import { AppError, notFound } from "@/lib/errors";
import { Prisma } from "@/lib/generated/prisma/client";
import { entryId } from "@/lib/ids";
import type { EffectClass } from "@/lib/policy/schema";
import { cardDigest } from "./card";
import { readCard } from "./past";
import { effectWeight, ordinaryCodes, riskMarks } from "./risk";
import { readApproval, readContent, type StoredApproval } from "./rows";
import type {
  ApprovalDetail,
  ApprovalPage,
  ApprovalSummary,
  CannotVote,
  InboxFilter,
  InboxQuery,
  InboxSort,
} from "./schema";
import { type ApprovalStatus, progressOf, refusalOf, refusalSentence, statusAt } from "./state";
import { recordView } from "./view";
import { mayReadContent, maySee } from "./visible";

/** One page of requests the actor may know of, in the order of `query.sort`. */
export async function listInbox(actor: Actor, query: InboxQuery): Promise<ApprovalPage> {
  const matching = Prisma.sql`${visible(actor)} AND ${matches(actor, query)}`;
  const after = query.cursor === undefined ? Prisma.sql`true` : beyond(query.sort, decodeCursor(query.cursor));
  const [rows, total] = await Promise.all([
    db.$queryRaw<ListRow[]>`
      SELECT ${listed(actor)}, ${sortKey[query.sort]} AS key ${from}
       WHERE ${matching} AND ${after} ORDER BY ${order(query.sort)} LIMIT ${query.limit + 1}`,
    db.$queryRaw<{ total: bigint }[]>`SELECT count(*) AS total ${from} WHERE ${matching}`,
  ]);
  const shown = rows.slice(0, query.limit);
  const last = shown.at(-1);
  return {
    items: shown.map(toSummary),
    nextCursor: rows.length > query.limit && last ? encodeCursor(last) : null,
    total: Number(total[0]?.total ?? 0),
  };
}

/** The requests before and after one, in the order of a list; also when the one itself has left the list. */
export async function neighborsOf(
  actor: Actor,
  filter: InboxFilter,
  id: string,
): Promise<{ previous: string | null; next: string | null }> {
  const [at] = await db.$queryRaw<
    { key: Prisma.Decimal; id: string }[]
  >`SELECT ${sortKey[filter.sort]} AS key, a.id ${from} WHERE a.id = ${id}`;
  if (!at) return { previous: null, next: null };
  const place = { key: at.key.toString(), id: at.id };
  const where = Prisma.sql`${visible(actor)} AND ${matches(actor, filter)}`;
  const [after, before] = await Promise.all([
    db.$queryRaw<
      { id: string }[]
    >`SELECT a.id ${from} WHERE ${where} AND ${beyond(filter.sort, place)} ORDER BY ${order(filter.sort)} LIMIT 1`,
    db.$queryRaw<
      { id: string }[]
    >`SELECT a.id ${from} WHERE ${where} AND ${beyond(filter.sort, place, true)} ORDER BY ${order(filter.sort, true)} LIMIT 1`,
  ]);
  return { previous: before[0]?.id ?? null, next: after[0]?.id ?? null };
}

/** What waits: all that the actor may know of, what they can decide, and that with what asks them for an answer. For the badge of the navigation. */
export async function countWaiting(actor: Actor): Promise<{ waiting: number; mine: number; forMe: number }> {
  if (!can(actor, "approvals:read") && !can(actor, "approvals:read:own")) return { waiting: 0, mine: 0, forMe: 0 };
  const [row] = await db.$queryRaw<{ waiting: bigint; mine: bigint; forMe: bigint }[]>`
    SELECT count(*) AS waiting, count(*) FILTER (WHERE ${decidable(actor)}) AS mine,
           count(*) FILTER (WHERE ${decidable(actor)} OR ${questions(actor)} > 0) AS "forMe" ${from} WHERE ${visible(actor)} AND ${isPending}`;
  return { waiting: Number(row?.waiting ?? 0), mine: Number(row?.mine ?? 0), forMe: Number(row?.forMe ?? 0) };
}

/** When each waiting request that the actor may know of was made and when it is due, oldest first; for the overview. */
export async function waitingSince(actor: Actor): Promise<{ requestedAt: Date; dueAt: Date | null }[]> {
  if (!can(actor, "approvals:read") && !can(actor, "approvals:read:own")) return [];
  return db.$queryRaw`SELECT a.requested_at AS "requestedAt", a.due_at AS "dueAt" ${from} WHERE ${visible(actor)} AND ${isPending} ORDER BY a.requested_at LIMIT 10000`;
}

/** What the filters of the inbox can be set to, from the requests the actor may know of. */
export async function inboxChoices(
  actor: Actor,
): Promise<{ agents: { id: string; name: string }[]; tools: string[]; groups: { key: string; title: string }[] }> {
  const [agents, tools, groups] = await Promise.all([
    db.$queryRaw<
      { id: string; name: string }[]
    >`SELECT DISTINCT g.id, g.name ${from} WHERE ${visible(actor)} ORDER BY g.name, g.id LIMIT 500`,
    db.$queryRaw<{ tool: string }[]>`SELECT DISTINCT a.tool ${from} WHERE ${visible(actor)} ORDER BY a.tool LIMIT 500`,
    db.group.findMany({ select: { key: true, title: true }, orderBy: { title: "asc" } }),
  ]);
  return { agents, tools: tools.map((row) => row.tool), groups };
}

/**
 * One request with its card. Reading the content is an entry of its own in the log.
 * @throws AppError `not_found` for what does not exist or may not be known
 */
export async function getApproval(actor: Actor, id: string): Promise<ApprovalDetail> {
  const content = await readContent(id);
  const approval = await readApproval(db, id, content);
  if (!approval || !maySee(actor, approval)) throw notFound();
  const readable = mayReadContent(actor, approval);
  const shown = readable ? await readCard(db, approval, content) : null;
  if (readable) await recordView(actor, approval);

  const cannotVote = cannotVoteReason(actor, approval);
  const progress = progressOf(approval, approval.votes);
  return {
    ...summaryOf(approval),
    canVote: cannotVote === null,
    ...(readable ? {} : { amount: null, recipient: null, resource: null }),
    decisionId: approval.decisionId,
    actionDigest: `sha256:${Buffer.from(approval.actionDigest).toString("hex")}`,
    policyHash: approval.policyHash,
    statusReason: approval.statusReason,
    consumedAt: approval.consumedAt?.toISOString() ?? null,
    redeemedBy:
      approval.consumedLane !== null && approval.consumedSeq !== null
        ? entryId("dec", approval.consumedLane, approval.consumedSeq)
        : null,
    missingGroups: progress.missingGroups,
    card: shown,
    seenDigest: shown ? cardDigest(shown) : null,
    cannotVote,
    cannotVoteBecause: cannotVote && sentenceFor(cannotVote),
    votes: approval.votes.map((vote) => ({
      person: { id: vote.personId, name: vote.name },
      verdict: vote.verdict,
      comment: vote.comment,
      groups: [...vote.groups],
      seenDigest: vote.seenDigest,
      via: vote.via,
      signed: vote.signed,
      at: vote.at.toISOString(),
    })),
    mayVote: statusAt(approval.state, approval.now) === "pending" ? await peopleWhoMayVote(approval) : [],
  };
}

function cannotVoteReason(actor: Actor, approval: StoredApproval): CannotVote | null {
  if (!can(actor, "approvals:vote")) return "no_permission";
  if (!actor.mayVote) return "token_cannot_vote";
  return refusalOf(approval.state, approval.votes, { personId: actor.personId, groups: actor.groups }, approval.now);
}

function sentenceFor(reason: CannotVote): string {
  if (reason === "no_permission") return "deciding needs the role `approver`";
  if (reason === "token_cannot_vote") return "this token cannot vote; only its own person can make one that does";
  return refusalSentence(reason);
}

/** Active approvers of the groups asked for who have no stake in it and have not voted. Whose role grants voting is the permission table's to say. */
async function peopleWhoMayVote(approval: StoredApproval): Promise<ApprovalDetail["mayVote"]> {
  const people = await db.person.findMany({
    where: {
      active: true,
      roles: { hasSome: votingRoles },
      id: {
        notIn: [
          ...approval.state.stakeholders.map((holder) => holder.personId),
          ...approval.votes.map((vote) => vote.personId),
        ],
      },
      ...(approval.groups.length > 0 ? { groups: { some: { group: { key: { in: approval.groups } } } } } : {}),
    },
    select: { id: true, name: true, groups: { select: { group: { select: { key: true } } } } },
    orderBy: [{ name: "asc" }, { id: "asc" }],
    take: 50,
  });
  return people.map(({ id, name, groups }) => ({
    id,
    name,
    groups: groups.map((member) => member.group.key).filter((key) => approval.groups.includes(key)),
  }));
}

// ── rows of the list ────────────────────────────────────────────────────────────────────────────────────────────

type ListRow = {
  id: string;
  status: ApprovalStatus;
  tool: string;
  effect: string;
  reversible: boolean;
  agentId: string;
  agentName: string;
  ownerId: string;
  ownerName: string;
  amount: string | null;
  currency: string | null;
  recipient: string | null;
  resource: string | null;
  codes: string[];
  groups: string[];
  stepUp: boolean;
  granted: number;
  quorum: number;
  requestedAt: Date;
  dueAt: Date | null;
  expiresAt: Date;
  decidedAt: Date | null;
  sample: boolean;
  canVote: boolean;
  questions: number;
  key: Prisma.Decimal;
};

const from = Prisma.sql`FROM approval a JOIN agent g ON g.id = a.agent_id JOIN person o ON o.id = g.owner_id`;

function listed(actor: Actor): Prisma.Sql {
  const content = readable(actor);
  return Prisma.sql`a.id, ${statusNow} AS status, a.tool, a.effect, a.reversible, g.id AS "agentId", g.name AS "agentName", o.id AS "ownerId", o.name AS "ownerName",
    CASE WHEN ${content} THEN a.amount END AS amount, CASE WHEN ${content} THEN a.currency END AS currency, CASE WHEN ${content} THEN a.recipient END AS recipient,
    CASE WHEN ${content} THEN a.resource END AS resource, a.codes, a.groups, a.step_up AS "stepUp", a.quorum,
    (SELECT count(*)::int FROM approval_vote v WHERE v.approval_id = a.id AND v.verdict = 'approve') AS granted,
    a.requested_at AS "requestedAt", a.due_at AS "dueAt", a.expires_at AS "expiresAt", a.decided_at AS "decidedAt", a.sample,
    (${isPending} AND ${decidable(actor)}) AS "canVote", CASE WHEN ${isPending} THEN ${questions(actor)} ELSE 0 END AS questions`;
}

function toSummary(row: ListRow): ApprovalSummary {
  return {
    id: row.id,
    status: row.status,
    tool: row.tool,
    effect: row.effect as EffectClass,
    reversible: row.reversible,
    agent: { id: row.agentId, name: row.agentName },
    owner: { id: row.ownerId, name: row.ownerName },
    amount: row.amount,
    currency: row.currency,
    recipient: row.recipient,
    resource: row.resource,
    codes: row.codes,
    groups: row.groups,
    stepUp: row.stepUp,
    granted: row.granted,
    required: row.quorum,
    requestedAt: row.requestedAt.toISOString(),
    dueAt: row.dueAt?.toISOString() ?? null,
    expiresAt: row.expiresAt.toISOString(),
    decidedAt: row.decidedAt?.toISOString() ?? null,
    sample: row.sample,
    canVote: row.canVote,
    questions: row.questions,
  };
}

function summaryOf(approval: StoredApproval): ApprovalSummary {
  return toSummary({
    ...approval,
    status: statusAt(approval.state, approval.now),
    agentName: approval.agent.name,
    ownerId: approval.owner.id,
    ownerName: approval.owner.name,
    granted: progressOf(approval, approval.votes).granted,
    canVote: false,
    questions: 0,
    key: new Prisma.Decimal(0),
  });
}

// ── who sees what, in SQL; the same rules as visible.ts and state.ts ────────────────────────────────────────────

const isPending = Prisma.sql`(a.status = 'pending' AND a.expires_at > clock_timestamp())`;
const statusNow = Prisma.sql`CASE WHEN a.status IN ('pending', 'approved') AND a.expires_at <= clock_timestamp() THEN 'expired' ELSE a.status END`;
const votingRoles = roles.filter((role) => permissionsOf([role]).has("approvals:vote"));

function own(actor: Actor): Prisma.Sql {
  return Prisma.sql`(a.owner_id = ${actor.personId} OR g.owner_id = ${actor.personId} OR g.backup_owner_id = ${actor.personId})`;
}

function asked(actor: Actor): Prisma.Sql {
  if (!can(actor, "approvals:vote")) return Prisma.sql`false`;
  return Prisma.sql`(cardinality(a.groups) = 0 OR a.groups && ${[...actor.groups]}::text[])`;
}

/** The same as `mayReadContent`. */
function readable(actor: Actor): Prisma.Sql {
  if (can(actor, "payload:read")) return Prisma.sql`true`;
  return can(actor, "payload:read:own") ? Prisma.sql`(${asked(actor)} OR ${own(actor)})` : asked(actor);
}

function visible(actor: Actor): Prisma.Sql {
  if (can(actor, "approvals:read")) return Prisma.sql`true`;
  return can(actor, "approvals:read:own") ? Prisma.sql`(${own(actor)} OR ${asked(actor)})` : Prisma.sql`false`;
}

/** Whether the actor could vote on a pending request, as far as rows can say: who asked for it is in its content. */
function decidable(actor: Actor): Prisma.Sql {
  if (!can(actor, "approvals:vote") || !actor.mayVote) return Prisma.sql`false`;
  const me = actor.personId;
  return Prisma.sql`(${asked(actor)} AND NOT ${own(actor)} IS TRUE
    AND NOT EXISTS (SELECT 1 FROM approval_vote v WHERE v.approval_id = a.id AND v.person_id = ${me})
    AND NOT EXISTS (SELECT 1 FROM credential c WHERE c.agent_id = a.agent_id AND c.created_by_id = ${me}
                     AND (c.revoked_at IS NULL OR c.revoked_at > a.requested_at) AND (c.expires_at IS NULL OR c.expires_at > a.requested_at))
    AND NOT EXISTS (SELECT 1 FROM policy_version p WHERE p.hash = a.policy_hash AND p.created_by_id = ${me}))`;
}

/** Comments of the other side since the actor's side wrote last; none for who is on neither. The sides are those of `sideOf`. */
function questions(actor: Actor): Prisma.Sql {
  const owns = can(actor, "approvals:read:own") ? Prisma.sql`coalesce(${own(actor)}, false)` : Prisma.sql`false`;
  const mine = Prisma.sql`CASE WHEN ${owns} THEN 'owner' WHEN ${asked(actor)} THEN 'approver' END`;
  return Prisma.sql`(SELECT count(*)::int FROM approval_comment c WHERE c.approval_id = a.id AND c.side <> ${mine}
    AND c.created_at > coalesce((SELECT max(m.created_at) FROM approval_comment m WHERE m.approval_id = a.id AND m.side = ${mine}), '-infinity'))`;
}

function matches(actor: Actor, filter: InboxFilter): Prisma.Sql {
  const parts = [Prisma.sql`true`];
  if (filter.status !== "all") parts.push(Prisma.sql`${statusNow} = ${filter.status}`);
  if (filter.q) {
    const looked = Prisma.sql`concat_ws(' ', a.tool, g.name, o.name, a.id, CASE WHEN ${readable(actor)} THEN a.recipient END)`;
    parts.push(Prisma.sql`position(lower(${filter.q}) IN lower(${looked})) > 0`);
  }
  if (filter.agent !== undefined) parts.push(Prisma.sql`a.agent_id = ${filter.agent}`);
  if (filter.tool !== undefined) parts.push(Prisma.sql`a.tool = ${filter.tool}`);
  if (filter.group !== undefined) parts.push(Prisma.sql`${filter.group} = ANY (a.groups)`);
  if (filter.mine) parts.push(Prisma.sql`${isPending} AND ${decidable(actor)}`);
  return Prisma.join(parts, " AND ");
}

// ── order and cursor ────────────────────────────────────────────────────────────────────────────────────────────

/** One number per order, always compared upward, so that one cursor fits all. */
const sortKey: Record<InboxSort, Prisma.Sql> = {
  deadline: Prisma.sql`extract(epoch FROM coalesce(a.due_at, a.expires_at))`,
  "-deadline": Prisma.sql`-extract(epoch FROM coalesce(a.due_at, a.expires_at))`,
  requestedAt: Prisma.sql`extract(epoch FROM a.requested_at)`,
  "-requestedAt": Prisma.sql`-extract(epoch FROM a.requested_at)`,
  risk: riskKey(Prisma.sql`1`),
  "-risk": riskKey(Prisma.sql`-1`),
  amount: amountKey(Prisma.sql`1`),
  "-amount": amountKey(Prisma.sql`-1`),
};

/** The sum of `risk.ts`. */
function riskKey(sign: Prisma.Sql): Prisma.Sql {
  const classes = Object.entries(effectWeight).map(
    ([effect, weight]) => Prisma.sql`WHEN ${effect} THEN ${weight}::int`,
  );
  return Prisma.sql`(${sign} * (CASE a.effect ${Prisma.join(classes, " ")} ELSE ${effectWeight.admin}::int END
    + CASE WHEN NOT a.reversible AND a.effect <> 'read' THEN ${riskMarks.irreversible}::int ELSE 0 END
    + CASE WHEN a.codes[1] = ANY (${[...ordinaryCodes]}::text[]) THEN 0 ELSE ${riskMarks.unordinary}::int END
    + CASE WHEN a.step_up OR a.quorum > 1 THEN ${riskMarks.grave}::int ELSE 0 END
    + CASE WHEN a.amount ~ '^[0-9]{1,18}([.][0-9]{1,4})?$' THEN ${riskMarks.digit}::int * length(split_part(a.amount, '.', 1)) ELSE 0 END)::numeric)`;
}

/** A request without an amount comes last either way. */
function amountKey(sign: Prisma.Sql): Prisma.Sql {
  return Prisma.sql`coalesce(CASE WHEN a.amount ~ '^[0-9]{1,18}([.][0-9]{1,4})?$' THEN a.amount::numeric * ${sign} END, 1e19)`;
}

function order(sort: InboxSort, backward = false): Prisma.Sql {
  return backward ? Prisma.sql`${sortKey[sort]} DESC, a.id DESC` : Prisma.sql`${sortKey[sort]}, a.id`;
}

type Place = { key: string; id: string };

function beyond(sort: InboxSort, place: Place, backward = false): Prisma.Sql {
  return backward
    ? Prisma.sql`(${sortKey[sort]}, a.id) < (${place.key}::numeric, ${place.id})`
    : Prisma.sql`(${sortKey[sort]}, a.id) > (${place.key}::numeric, ${place.id})`;
}

function encodeCursor(row: { key: Prisma.Decimal; id: string }): string {
  return Buffer.from(`${row.key.toString()} ${row.id}`).toString("base64url");
}

function decodeCursor(cursor: string): Place {
  const match = /^(-?\d{1,20}(?:\.\d{1,12})?) (apr_[0-9a-z]{18})$/.exec(Buffer.from(cursor, "base64url").toString());
  if (!match?.[1] || !match[2])
    throw new AppError("invalid_request", "`cursor` is not one this list gave", {
      fields: [{ path: "/cursor", message: "take it from `nextCursor`" }],
    });
  return { key: match[1], id: match[2] };
}
