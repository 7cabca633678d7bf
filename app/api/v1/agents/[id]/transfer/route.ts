import { requestTransfer } from "@/lib/agents/request-transfer";
import { agentPath, created, transferInput } from "@/lib/agents/schema";
import { route } from "@/lib/auth/edge";

export const POST = route(
  {
    permission: ["agents:write", "agents:write:own"],
    params: agentPath,
    body: transferInput,
    response: created,
    status: 201,
  },
  ({ actor, params, body }) => requestTransfer(actor, params.id, body),
);
