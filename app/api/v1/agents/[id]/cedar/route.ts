import { cedarOf } from "@/lib/agents/cedar";
import { cedarAnswer } from "@/lib/agents/cedar-schema";
import { agentPath } from "@/lib/agents/schema";
import { route } from "@/lib/auth/edge";

export const GET = route(
  { permission: ["agents:read", "agents:read:own"], params: agentPath, response: cedarAnswer },
  ({ actor, params }) => cedarOf(actor, params.id),
);
