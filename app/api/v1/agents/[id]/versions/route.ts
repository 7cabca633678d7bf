import { createVersion } from "@/lib/agents/create-version";
import { listVersions } from "@/lib/agents/queries";
import { agentPath, versionCreated, versionInput, versionPage } from "@/lib/agents/schema";
import { route } from "@/lib/auth/edge";

export const GET = route(
  { permission: ["agents:read", "agents:read:own"], params: agentPath, response: versionPage },
  async ({ actor, params }) => ({ items: await listVersions(actor, params.id), nextCursor: null }),
);

export const POST = route(
  {
    permission: ["agents:write", "agents:write:own"],
    params: agentPath,
    body: versionInput,
    response: versionCreated,
    status: 201,
  },
  ({ actor, params, body }) => createVersion(actor, params.id, body),
);
