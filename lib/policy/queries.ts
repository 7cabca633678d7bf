import "server-only";

import { decodeCursor, encodeCursor } from "@/lib/cursor";
import { db } from "@/lib/db";
import { AppError, notFound } from "@/lib/errors";
import { policySet } from "./schema";
import type { PolicyVersionFull, PolicyVersionRow } from "./version-schema";

/** What the console and the API ask of published policies. */

/** The policy in force. @throws AppError `unavailable` before the first one is published */
export async function currentPolicy(): Promise<PolicyVersionFull> {
  const row = await db.policyVersion.findFirst({ orderBy: { number: "desc" } });
  if (!row) throw new AppError("unavailable", "no policy was published yet");
  return full(row);
}

/** A published policy by its number. @throws AppError `not_found` */
export async function getPolicyVersion(number: number): Promise<PolicyVersionFull> {
  const row = await db.policyVersion.findUnique({ where: { number } });
  if (!row) throw notFound();
  return full(row);
}

/** The newest version that says what this hash names; null when none does. */
export async function versionNumberOf(hash: string): Promise<number | null> {
  const row = await db.policyVersion.findFirst({
    where: { hash },
    select: { number: true },
    orderBy: { number: "desc" },
  });
  return row?.number ?? null;
}

/** Published policies without their content, newest first. */
export async function listPolicyVersions(page: {
  limit: number;
  cursor?: string | undefined;
}): Promise<{ items: PolicyVersionRow[]; nextCursor: string | null }> {
  const [from] = page.cursor ? decodeCursor(page.cursor, 1) : [];
  const rows = await db.policyVersion.findMany({
    where: from ? { number: { lt: Number(from) || 0 } } : {},
    omit: { content: true },
    orderBy: { number: "desc" },
    take: page.limit + 1,
  });
  const shown = rows.slice(0, page.limit);
  const names = await personNames(shown.map((row) => row.createdById));
  const last = shown.at(-1);
  return {
    items: shown.map((row) => brief(row, names)),
    nextCursor: rows.length > page.limit && last ? encodeCursor([String(last.number)]) : null,
  };
}

type Row = { id: string; number: number; hash: string; note: string; createdAt: Date; createdById: string | null };

async function full(row: Row & { content: unknown }): Promise<PolicyVersionFull> {
  return { ...brief(row, await personNames([row.createdById])), content: policySet.parse(row.content) };
}

function brief(row: Row, names: Map<string, string>): PolicyVersionRow {
  const { id, number, hash, note, createdAt, createdById } = row;
  return {
    id,
    number,
    hash,
    note,
    createdAt: createdAt.toISOString(),
    createdBy: createdById ? (names.get(createdById) ?? "API token of the installation") : null,
  };
}

/** Names by person id. What is no person is not in it. */
export async function personNames(ids: (string | null)[]): Promise<Map<string, string>> {
  const people = await db.person.findMany({
    where: { id: { in: ids.filter((id) => id !== null) } },
    select: { id: true, name: true },
  });
  return new Map(people.map((person) => [person.id, person.name]));
}
