import "server-only";

import { permissionsOf } from "@/lib/auth/permissions";
import { db } from "@/lib/db";

/**
 * Who may be the second person of a publication, by name: active people who may publish policy, who neither requested nor wrote it, and who
 * do not answer for an agent that gains by it. For showing whom to ask; whether somebody may is checked again when they answer.
 */
export async function secondPeople(publicationId: string): Promise<string[]> {
  const publication = await db.policyPublication.findUnique({
    where: { id: publicationId },
    select: { requestedById: true, authors: true, gainingAgents: true },
  });
  if (!publication) return [];
  const [people, gaining] = await Promise.all([
    db.person.findMany({
      where: { active: true },
      select: { id: true, name: true, roles: true },
      orderBy: { name: "asc" },
    }),
    db.agent.findMany({
      where: { id: { in: publication.gainingAgents } },
      select: { ownerId: true, backupOwnerId: true },
    }),
  ]);
  const barred = new Set([
    publication.requestedById,
    ...publication.authors,
    ...gaining.flatMap(({ ownerId, backupOwnerId }) => [ownerId, backupOwnerId]),
  ]);
  return people
    .filter(({ id, roles }) => !barred.has(id) && permissionsOf(roles).has("policy:publish"))
    .map(({ name }) => name);
}
