import { usedAnswer, usedQuery } from "@/lib/agents/mandate-schema";
import { agentPath } from "@/lib/agents/schema";
import { usedBy } from "@/lib/agents/used-by";
import { route } from "@/lib/auth/edge";

export const GET = route(
  { permission: ["agents:read", "agents:read:own"], params: agentPath, query: usedQuery, response: usedAnswer },
  ({ actor, params, query }) => usedBy(actor, params.id, query.days, new Date()),
);
