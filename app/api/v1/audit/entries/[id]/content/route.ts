import { route } from "@/lib/auth/edge";
import { openContent } from "@/lib/explorer/open-content";
import { entryContent, entryParams } from "@/lib/explorer/schema";

/** Opening content is recorded, so it is no GET: nothing may fetch it ahead. */
export const POST = route(
  { permission: ["payload:read", "payload:read:own"], params: entryParams, response: entryContent },
  ({ actor, params }) => openContent(actor, params.id),
);
