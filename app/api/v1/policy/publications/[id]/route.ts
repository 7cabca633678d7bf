import { route } from "@/lib/auth/edge";
import { getPublication } from "@/lib/policy/publication-queries";
import { publicationFull, publicationPath } from "@/lib/policy/publication-schema";

export const GET = route(
  { permission: "policy:read", params: publicationPath, response: publicationFull },
  ({ actor, params }) => getPublication(actor, params.id),
);
