import { acceptTransfer } from "@/lib/agents/answer-transfer";
import { pendingTransferOf } from "@/lib/agents/queries";
import { agentPath, answered } from "@/lib/agents/schema";
import { route } from "@/lib/auth/edge";

export const POST = route(
  { permission: ["agents:write", "agents:write:own"], params: agentPath, response: answered },
  async ({ actor, params }) => acceptTransfer(actor, await pendingTransferOf(actor, params.id)),
);
