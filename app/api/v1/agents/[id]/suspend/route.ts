import { getAgent } from "@/lib/agents/queries";
import { agentDetail, agentPath, reasonInput } from "@/lib/agents/schema";
import { suspendAgent } from "@/lib/agents/suspend";
import { route } from "@/lib/auth/edge";

export const POST = route(
  { permission: ["agents:write", "agents:write:own"], params: agentPath, body: reasonInput, response: agentDetail },
  async ({ actor, params, body }) => {
    await suspendAgent(actor, params.id, body.reason);
    return getAgent(actor, params.id);
  },
);
