import { listAgents } from "@/lib/agents/queries";
import { registerAgent } from "@/lib/agents/register";
import { agentFilter, agentPage, created, registerInput } from "@/lib/agents/schema";
import { route } from "@/lib/auth/edge";

export const GET = route(
  { permission: ["agents:read", "agents:read:own"], query: agentFilter, response: agentPage },
  ({ actor, query }) => listAgents(actor, query),
);

export const POST = route(
  { permission: ["agents:write", "agents:write:own"], body: registerInput, response: created, status: 201 },
  ({ actor, body }) => registerAgent(actor, body),
);
