import { activateAgent } from "@/lib/agents/activate";
import { getAgent } from "@/lib/agents/queries";
import { agentDetail, agentPath, reasonInput } from "@/lib/agents/schema";
import { route } from "@/lib/auth/edge";

export const POST = route(
  { permission: ["agents:write", "agents:write:own"], params: agentPath, body: reasonInput, response: agentDetail },
  async ({ actor, params, body }) => {
    await activateAgent(actor, params.id, body.reason);
    return getAgent(actor, params.id);
  },
);
