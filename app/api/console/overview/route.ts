import { route } from "@/lib/auth/edge";
import { readOverview } from "@/lib/metrics/queries";
import { overview, overviewQuery } from "@/lib/metrics/schema";

export const GET = route(
  { permission: "overview:read", query: overviewQuery, response: overview },
  ({ actor, query }) => readOverview(actor, query.range, new Date()),
);
