import { route } from "@/lib/auth/edge";
import { listEntries } from "@/lib/explorer/list-entries";
import { entryPage, entryQuery } from "@/lib/explorer/schema";

export const GET = route(
  { permission: ["audit:read", "audit:read:own"], query: entryQuery, response: entryPage },
  ({ actor, query }) => listEntries(actor, query),
);
