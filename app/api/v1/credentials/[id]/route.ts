import { getCredential } from "@/lib/agents/queries";
import { revokeCredential } from "@/lib/agents/revoke-credential";
import { created, credentialDto, credentialPath } from "@/lib/agents/schema";
import { route } from "@/lib/auth/edge";

export const GET = route(
  { permission: ["agents:read", "agents:read:own"], params: credentialPath, response: credentialDto },
  ({ actor, params }) => getCredential(actor, params.id, new Date()),
);

export const DELETE = route(
  {
    permission: ["credentials:write", "credentials:write:own"],
    params: credentialPath,
    response: created,
    status: 204,
  },
  ({ actor, params }) => revokeCredential(actor, params.id),
);
