import { authorityOf } from "@/lib/agents/authority";
import { authorityAnswer, authorityBody } from "@/lib/agents/mandate-schema";
import { agentPath } from "@/lib/agents/schema";
import { route } from "@/lib/auth/edge";

const permission = ["agents:read", "agents:read:own"] as const;

export const GET = route({ permission, params: agentPath, response: authorityAnswer }, ({ actor, params }) =>
  authorityOf(actor, params.id),
);

export const POST = route(
  { permission, params: agentPath, body: authorityBody, response: authorityAnswer },
  ({ actor, params, body }) => authorityOf(actor, params.id, body.mandate),
);
