import { route } from "@/lib/auth/edge";
import { publicationAnswer, publishInput } from "@/lib/policy/publication-schema";
import { publishDraft } from "@/lib/policy/publications";

export const POST = route(
  { permission: "policy:publish", body: publishInput, response: publicationAnswer, status: 201 },
  async ({ actor, body }) => ({ publication: await publishDraft(actor, body) }),
);
