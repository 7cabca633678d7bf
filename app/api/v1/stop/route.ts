import { stopInput, stopResult } from "@/lib/agents/schema";
import { stopAgents } from "@/lib/agents/stop";
import { route } from "@/lib/auth/edge";

export const POST = route(
  { permission: ["stop:engage", "stop:engage:own"], body: stopInput, response: stopResult },
  ({ actor, body }) => stopAgents(actor, body),
);
