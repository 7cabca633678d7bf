import { route } from "@/lib/auth/edge";
import { checkLane } from "@/lib/explorer/check-lane";
import { entryParams, laneCheck } from "@/lib/explorer/schema";

/** Reads a whole lane, so it is no GET: nothing may start it ahead. */
export const POST = route(
  { permission: ["audit:read", "audit:read:own"], params: entryParams, response: laneCheck },
  ({ actor, params }) => checkLane(actor, params.id),
);
