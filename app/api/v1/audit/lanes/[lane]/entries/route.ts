import { laneEntries, laneEntriesQuery, lanePath, listLaneEntries } from "@/lib/audit/lane-entries";
import { route } from "@/lib/auth/edge";

export const GET = route(
  { permission: "audit:read", params: lanePath, query: laneEntriesQuery, response: laneEntries },
  ({ params, query }) => listLaneEntries(params.lane, query),
);
