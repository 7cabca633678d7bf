import { getAgent } from "@/lib/agents/queries";
import { retireAgent } from "@/lib/agents/retire";
import { agentDetail, agentPath, reasonInput } from "@/lib/agents/schema";
import { route } from "@/lib/auth/edge";

export const POST = route(
  { permission: ["agents:write", "agents:write:own"], params: agentPath, body: reasonInput, response: agentDetail },
  async ({ actor, params, body }) => {
    await retireAgent(actor, params.id, body.reason);
    return getAgent(actor, params.id);
  },
);
