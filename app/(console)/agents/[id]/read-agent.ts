import "server-only";

import { notFound } from "next/navigation";
import { cache } from "react";
import { getAgent } from "@/lib/agents/queries";
import { agentId } from "@/lib/agents/schema";
import type { Actor } from "@/lib/auth/actor";
import { orNotFound } from "@/lib/http/or-not-found";

/** The agent of this page; layout and page of one request share the read. */
export const readAgent = cache(async (actor: Actor, id: string) => {
  if (!agentId.safeParse(id).success) notFound();
  return orNotFound(getAgent(actor, id));
});
