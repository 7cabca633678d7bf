import { route } from "@/lib/auth/edge";
import { publicationAnswer, publicationPath } from "@/lib/policy/publication-schema";
import { approvePublication } from "@/lib/policy/publications";

export const POST = route(
  { permission: "policy:publish", params: publicationPath, response: publicationAnswer },
  async ({ actor, params }) => ({ publication: await approvePublication(actor, params.id) }),
);
