import { promoteVersion } from "@/lib/agents/promote-version";
import { versionCreated, versionPath } from "@/lib/agents/schema";
import { route } from "@/lib/auth/edge";

export const POST = route(
  { permission: ["agents:write", "agents:write:own"], params: versionPath, response: versionCreated },
  ({ actor, params }) => promoteVersion(actor, params.id, params.version),
);
