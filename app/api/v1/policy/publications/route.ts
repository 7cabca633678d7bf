import { route } from "@/lib/auth/edge";
import { listPublications } from "@/lib/policy/publication-queries";
import { publicationPage, publicationsQuery } from "@/lib/policy/publication-schema";

export const GET = route(
  { permission: "policy:read", query: publicationsQuery, response: publicationPage },
  ({ actor, query }) => listPublications(actor, query),
);
