import { editAgent } from "@/lib/agents/edit";
import { getAgent } from "@/lib/agents/queries";
import { agentDetail, agentPath, editInput } from "@/lib/agents/schema";
import { route } from "@/lib/auth/edge";

export const GET = route(
  { permission: ["agents:read", "agents:read:own"], params: agentPath, response: agentDetail },
  ({ actor, params }) => getAgent(actor, params.id),
);

export const PATCH = route(
  { permission: ["agents:write", "agents:write:own"], params: agentPath, body: editInput, response: agentDetail },
  async ({ actor, params, body }) => {
    await editAgent(actor, params.id, body);
    return getAgent(actor, params.id);
  },
);
