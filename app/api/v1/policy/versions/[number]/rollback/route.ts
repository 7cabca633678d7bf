import { route } from "@/lib/auth/edge";
import { publicationAnswer, rollbackInput } from "@/lib/policy/publication-schema";
import { rollBack } from "@/lib/policy/publications";
import { versionPath } from "@/lib/policy/version-schema";

export const POST = route(
  { permission: "policy:publish", params: versionPath, body: rollbackInput, response: publicationAnswer, status: 201 },
  async ({ actor, params, body }) => ({ publication: await rollBack(actor, params.number, body) }),
);
