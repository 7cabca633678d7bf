// Who may know of a request, and who may read its content. Pure; the same filter in SQL is in `queries.ts`.
import { type Actor, can } from "@/lib/auth/actor";

type Seen = { ownerId: string; backupOwnerId: string | null; owner: { id: string }; groups: readonly string[] };

/** Whether the actor may know of the request: all of them, those of their own agents, and those they are asked to judge. */
export function maySee(actor: Actor, approval: Seen): boolean {
  if (can(actor, "approvals:read")) return true;
  return can(actor, "approvals:read:own") && (isOwn(actor, approval) || isAsked(actor, approval));
}

/** Whether the actor may read arguments and reasoning. Who is asked to judge reads what they judge. */
export function mayReadContent(actor: Actor, approval: Seen): boolean {
  if (can(actor, "payload:read") || isAsked(actor, approval)) return true;
  return can(actor, "payload:read:own") && isOwn(actor, approval);
}

/** On whose side the actor may comment, or null: the owners of the agent answer, those asked to judge ask. Who is both stands for the agent. */
export function sideOf(actor: Actor, approval: Seen): "owner" | "approver" | null {
  if (can(actor, "approvals:read:own") && isOwn(actor, approval)) return "owner";
  return isAsked(actor, approval) ? "approver" : null;
}

function isOwn(actor: Actor, { ownerId, owner, backupOwnerId }: Seen): boolean {
  return [ownerId, owner.id, backupOwnerId].includes(actor.personId);
}

/** A rule without groups asks every approver. */
function isAsked(actor: Actor, { groups }: Seen): boolean {
  return can(actor, "approvals:vote") && (groups.length === 0 || groups.some((group) => actor.groups.includes(group)));
}
