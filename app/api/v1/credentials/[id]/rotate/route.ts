import { rotateCredential } from "@/lib/agents/rotate-credential";
import { credentialPath, issuedCredential, rotateInput } from "@/lib/agents/schema";
import { route } from "@/lib/auth/edge";

/** Answers the successor's secret, this once. */
export const POST = route(
  {
    permission: ["credentials:write", "credentials:write:own"],
    params: credentialPath,
    body: rotateInput,
    response: issuedCredential,
    status: 201,
  },
  ({ actor, params, body }) => rotateCredential(actor, params.id, body),
);
