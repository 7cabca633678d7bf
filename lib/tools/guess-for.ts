import "server-only";

import { recordChange } from "@/lib/audit/append";
import { readPayload } from "@/lib/audit/read-payload";
import { type Actor, can, requirePermission } from "@/lib/auth/actor";
import { db } from "@/lib/db";
import { entryId } from "@/lib/ids";
import type { ArgumentRoles } from "@/lib/policy/schema";
import { guessRoles } from "./guess-roles";

/** Names only; no value of an argument leaves. */
export type RoleGuess = { /** Top-level argument names. */ names: string[]; roles: ArgumentRoles };

/**
 * What the latest recorded request for a tool suggests about its arguments. Looking into it is an entry of its own.
 * @returns null when there is no readable request, or the actor may not read contents
 */
export async function guessFor(actor: Actor, name: string): Promise<RoleGuess | null> {
  requirePermission(actor, "tools:write");
  if (!can(actor, "payload:read")) return null;
  const latest = await db.entryView.findFirst({
    where: { tool: name, kind: "decision" },
    orderBy: { at: "desc" },
    select: { lane: true, seq: true, agentId: true },
  });
  if (!latest) return null;
  const fields = await readPayload(latest.lane, latest.seq);
  const args = fields?.arguments;
  if (typeof args !== "object" || args === null || Array.isArray(args)) return null;
  await recordChange({ personId: actor.personId }, async () => ({
    result: null,
    events: [
      {
        kind: "payload_viewed",
        ref: entryId("dec", latest.lane, latest.seq),
        ...(latest.agentId ? { agent: latest.agentId } : {}),
      },
    ],
  }));
  return { names: Object.keys(args).slice(0, 50), roles: guessRoles(args) };
}
