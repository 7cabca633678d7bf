import { route } from "@/lib/auth/edge";
import { declineInput, publicationAnswer, publicationPath } from "@/lib/policy/publication-schema";
import { declinePublication } from "@/lib/policy/publications";

export const POST = route(
  { permission: "policy:publish", params: publicationPath, body: declineInput, response: publicationAnswer },
  async ({ actor, params, body }) => ({ publication: await declinePublication(actor, params.id, body) }),
);
