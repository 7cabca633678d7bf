import { route } from "@/lib/auth/edge";
import { readEntry } from "@/lib/explorer/read-entry";
import { entryDetail, entryParams } from "@/lib/explorer/schema";

export const GET = route(
  { permission: ["audit:read", "audit:read:own"], params: entryParams, response: entryDetail },
  ({ actor, params }) => readEntry(actor, params.id),
);
