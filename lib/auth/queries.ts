import "server-only";

import { decodeCursor, encodeCursor } from "@/lib/cursor";
import { db } from "@/lib/db";
import { notFound } from "@/lib/errors";
import type { Prisma } from "@/lib/generated/prisma/client";
import { type Actor, requirePermission } from "./actor";
import type { ApiToken, Group, PeopleQuery, Person } from "./schema";
import { idleHours } from "./session-limits";

/** What the screens and the API read about people, groups, tokens and sessions. */

type Page<Item> = { items: Item[]; nextCursor: string | null };

const personFields = {
  id: true,
  email: true,
  name: true,
  roles: true,
  active: true,
  groups: { select: { group: { select: { key: true } } } },
} as const;

function toPerson(row: {
  id: string;
  email: string;
  name: string;
  roles: string[];
  active: boolean;
  groups: { group: { key: string } }[];
}): Person {
  return {
    id: row.id,
    email: row.email,
    name: row.name,
    roles: row.roles,
    active: row.active,
    groups: row.groups.map(({ group }) => group.key).sort(),
  };
}

function peopleWhere(query: PeopleQuery): Prisma.PersonWhereInput {
  return {
    ...(query.q
      ? {
          OR: [
            { name: { contains: query.q, mode: "insensitive" } },
            { email: { contains: query.q, mode: "insensitive" } },
          ],
        }
      : {}),
    ...(query.role ? { roles: { has: query.role } } : {}),
    ...(query.group ? { groups: { some: { group: { key: query.group } } } } : {}),
    ...(query.status ? { active: query.status === "active" } : {}),
  };
}

function after(cursor: string | undefined): { AND?: Prisma.PersonWhereInput } {
  if (!cursor) return {};
  const [name = "", id = ""] = decodeCursor(cursor, 2);
  return { AND: { OR: [{ name: { gt: name } }, { name, id: { gt: id } }] } };
}

/** People by name. */
export async function listPeople(actor: Actor, query: PeopleQuery): Promise<Page<Person>> {
  requirePermission(actor, "people:read");
  const rows = await db.person.findMany({
    where: { ...peopleWhere(query), ...after(query.cursor) },
    orderBy: [{ name: "asc" }, { id: "asc" }],
    take: query.limit + 1,
    select: personFields,
  });
  return toPage(rows.map(toPerson), query.limit, (one) => [one.name, one.id]);
}

/** @throws AppError `not_found` */
export async function readPerson(actor: Actor, id: string): Promise<Person> {
  requirePermission(actor, "people:read");
  const row = await db.person.findUnique({ where: { id }, select: personFields });
  if (!row) throw notFound();
  return toPerson(row);
}

export type PersonRow = Person & {
  signIn: "password" | "single sign-on" | "sample" | "not yet";
  lastSeenAt: Date | null;
  invitedUntil: Date | null;
  agents: number;
};

/** The people screen: who may do what, how they come in, when they were last here, and what they answer for. */
export async function listPeopleRows(actor: Actor, query: PeopleQuery): Promise<Page<PersonRow> & { total: number }> {
  requirePermission(actor, "people:read");
  const where = peopleWhere(query);
  const [total, rows] = await Promise.all([
    db.person.count({ where }),
    db.person.findMany({
      where: { ...where, ...after(query.cursor) },
      orderBy: [{ name: "asc" }, { id: "asc" }],
      take: query.limit + 1,
      select: {
        ...personFields,
        passwordHash: true,
        oidcSubject: true,
        sample: true,
        sessions: { select: { lastSeenAt: true }, orderBy: { lastSeenAt: "desc" }, take: 1 },
        signInLinks: {
          where: { usedAt: null, expiresAt: { gt: new Date() } },
          select: { expiresAt: true },
          orderBy: { expiresAt: "desc" },
          take: 1,
        },
        _count: { select: { ownedAgents: { where: { status: { not: "retired" } } } } },
      },
    }),
  ]);
  const items = rows.map(
    (row): PersonRow => ({
      ...toPerson(row),
      signIn: row.oidcSubject ? "single sign-on" : row.passwordHash ? "password" : row.sample ? "sample" : "not yet",
      lastSeenAt: row.sessions[0]?.lastSeenAt ?? null,
      invitedUntil: row.signInLinks[0]?.expiresAt ?? null,
      agents: row._count.ownedAgents,
    }),
  );
  return { ...toPage(items, query.limit, (one) => [one.name, one.id]), total };
}

/** Approver groups by key, with their members by name. */
export async function listGroups(
  actor: Actor,
  query: { limit: number; cursor?: string | undefined },
): Promise<Page<Group>> {
  requirePermission(actor, "people:read");
  const rows = await db.group.findMany({
    where: query.cursor ? { key: { gt: decodeCursor(query.cursor, 2)[0] ?? "" } } : {},
    orderBy: { key: "asc" },
    take: query.limit + 1,
    select: groupFields,
  });
  return toPage(rows.map(toGroup), query.limit, (one) => [one.key, one.id]);
}

/** @throws AppError `not_found` */
export async function readGroup(actor: Actor, id: string): Promise<Group> {
  requirePermission(actor, "people:read");
  const row = await db.group.findUnique({ where: { id }, select: groupFields });
  if (!row) throw notFound();
  return toGroup(row);
}

const groupFields = {
  id: true,
  key: true,
  title: true,
  members: {
    select: { person: { select: { id: true, name: true, email: true, active: true } } },
    orderBy: { person: { name: "asc" } },
  },
} as const;

function toGroup(row: {
  id: string;
  key: string;
  title: string;
  members: { person: Group["members"][number] }[];
}): Group {
  return { id: row.id, key: row.key, title: row.title, members: row.members.map(({ person }) => person) };
}

/** One's own tokens, newest first. */
export async function listTokens(
  actor: Actor,
  query: { limit: number; cursor?: string | undefined },
): Promise<Page<ApiToken>> {
  requirePermission(actor, "tokens:write:own");
  const rows = await db.apiToken.findMany({
    where: {
      personId: actor.personId,
      ...(query.cursor ? { id: { lt: decodeCursor(query.cursor, 2)[1] ?? "" } } : {}),
    },
    orderBy: { id: "desc" },
    take: query.limit + 1,
    select: tokenFields,
  });
  const now = new Date();
  return toPage(
    rows.map((row) => toToken(row, now)),
    query.limit,
    (one) => [one.createdAt, one.id],
  );
}

export const tokenFields = {
  id: true,
  name: true,
  scopes: true,
  mayVote: true,
  createdAt: true,
  expiresAt: true,
  lastUsedAt: true,
  revokedAt: true,
} as const;

type TokenRow = {
  id: string;
  name: string;
  scopes: string[];
  mayVote: boolean;
  createdAt: Date;
  expiresAt: Date;
  lastUsedAt: Date | null;
  revokedAt: Date | null;
};

export function toToken(row: TokenRow, now: Date): ApiToken {
  return {
    id: row.id,
    name: row.name,
    scopes: row.scopes,
    mayVote: row.mayVote,
    createdAt: row.createdAt.toISOString(),
    expiresAt: row.expiresAt.toISOString(),
    lastUsedAt: row.lastUsedAt?.toISOString() ?? null,
    status: row.revokedAt ? "revoked" : row.expiresAt <= now ? "expired" : "active",
  };
}

export type OwnSession = {
  id: string;
  createdAt: Date;
  lastSeenAt: Date;
  expiresAt: Date;
  userAgent: string | null;
  current: boolean;
};

/** One's own sessions that still open something, the one asking first. */
export async function listOwnSessions(actor: Actor, currentDigest: Uint8Array | null): Promise<OwnSession[]> {
  const rows = await db.$queryRaw<(Omit<OwnSession, "current"> & { digest: Uint8Array })[]>`
    SELECT id, digest, created_at AS "createdAt", last_seen_at AS "lastSeenAt", expires_at AS "expiresAt", user_agent AS "userAgent" FROM session
     WHERE person_id = ${actor.personId} AND revoked_at IS NULL AND expires_at > clock_timestamp() AND last_seen_at > clock_timestamp() - make_interval(hours => ${idleHours}::int)
     ORDER BY last_seen_at DESC, id LIMIT 100`;
  return rows
    .map(({ digest, ...session }) => ({
      ...session,
      current: currentDigest !== null && Buffer.from(digest).equals(currentDigest),
    }))
    .sort((one, other) => Number(other.current) - Number(one.current));
}

export type SamplePerson = {
  id: string;
  name: string;
  email: string;
  roles: string[];
  groups: string[];
  agents: number;
};

/** The people an evaluation offers to come in as. Read before anyone is signed in; the caller checks the mode. */
export async function listSamplePeople(): Promise<SamplePerson[]> {
  const rows = await db.person.findMany({
    where: { sample: true, active: true },
    orderBy: { name: "asc" },
    take: 50,
    select: { ...personFields, _count: { select: { ownedAgents: { where: { status: { not: "retired" } } } } } },
  });
  return rows.map(({ _count, ...row }) => {
    const { active: _, ...rest } = toPerson(row);
    return { ...rest, agents: _count.ownedAgents };
  });
}

function toPage<Item>(rows: Item[], limit: number, key: (item: Item) => [string, string]): Page<Item> {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return { items, nextCursor: rows.length > limit && last ? encodeCursor(key(last)) : null };
}

/** How one signs in oneself. */
export async function readOwnAccount(actor: Actor): Promise<{ signIn: string; hasPassword: boolean }> {
  const row = await db.person.findUniqueOrThrow({
    where: { id: actor.personId },
    select: { passwordHash: true, oidcSubject: true, sample: true },
  });
  const ways = [
    row.oidcSubject && "single sign-on",
    row.passwordHash && "password",
    row.sample && "one click, in evaluation mode",
  ].filter(Boolean);
  return { signIn: ways.join(", "), hasPassword: row.passwordHash !== null };
}
