import "server-only";

import { recordChange } from "@/lib/audit/append";
import type { Actor } from "@/lib/auth/actor";

/** Opening a payload is an entry of its own: once per person, request and hour in each process is enough to know who read what, and when. */
const seen = new Map<string, number>();
const hour = 3_600_000;

type Viewed = { id: string; agentId: string; ownerId: string; tool: string; effect: string; sample: boolean };

export async function recordView(actor: Actor, approval: Viewed, now: number = Date.now()): Promise<void> {
  const look = `${actor.personId} ${approval.id}`;
  const last = seen.get(look);
  if (last !== undefined && now - last < hour) return;
  await recordChange({ personId: actor.personId }, async () => ({
    result: undefined,
    events: [
      {
        kind: "payload_viewed",
        agent: approval.agentId,
        tool: approval.tool,
        effect: approval.effect,
        approvalId: approval.id,
        ref: approval.id,
      },
    ],
  }));
  for (const [other, at] of seen) {
    if (now - at < hour && seen.size < 10_000) break; // oldest first
    seen.delete(other);
  }
  seen.delete(look);
  seen.set(look, now);
}
