import { issueCredential } from "@/lib/agents/issue-credential";
import { listCredentials } from "@/lib/agents/queries";
import { agentPath, credentialInput, credentialPage, issuedCredential } from "@/lib/agents/schema";
import { route } from "@/lib/auth/edge";

export const GET = route(
  { permission: ["agents:read", "agents:read:own"], params: agentPath, response: credentialPage },
  async ({ actor, params }) => ({ items: await listCredentials(actor, params.id, new Date()), nextCursor: null }),
);

/** Answers the secret, this once. */
export const POST = route(
  {
    permission: ["credentials:write", "credentials:write:own"],
    params: agentPath,
    body: credentialInput,
    response: issuedCredential,
    status: 201,
  },
  ({ actor, params, body }) => issueCredential(actor, params.id, body),
);
