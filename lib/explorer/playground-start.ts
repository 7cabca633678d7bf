import "server-only";

import { z } from "zod";
import { type Actor, can } from "@/lib/auth/actor";
import { AppError } from "@/lib/errors";
import { readEntry } from "./read-entry";
import { entryParams } from "./schema";

/** Address of the playground: a decision to begin from, or an agent and a tool. */
export const playgroundUrl = z.object({
  from: entryParams.shape.id.optional(),
  agent: z.string().max(64).optional(),
  tool: z.string().max(128).optional(),
});

export type PlaygroundStart = {
  agentId: string | null;
  tool: string | null;
  /** The decision it begins from; its content is filled in when the person opens it, which is recorded. */
  decision: { id: string; at: string; outcome: string | null; policyNumber: number | null; mayOpen: boolean } | null;
};

/** What the playground begins with. A decision that is not there, or that the actor may not see, is as if it were not named. */
export async function playgroundStart(
  actor: Actor,
  { from, agent, tool }: z.output<typeof playgroundUrl>,
): Promise<PlaygroundStart> {
  const plain = { agentId: agent ?? null, tool: tool ?? null, decision: null };
  if (!from || !(can(actor, "audit:read") || can(actor, "audit:read:own"))) return plain;
  try {
    const entry = await readEntry(actor, from);
    if (entry.kind !== "decision") return plain;
    const { id, at, outcome, policyNumber, mayOpen } = entry;
    return { agentId: entry.agent?.id ?? null, tool: entry.tool, decision: { id, at, outcome, policyNumber, mayOpen } };
  } catch (error) {
    if (error instanceof AppError && error.code === "not_found") return plain;
    throw error;
  }
}
