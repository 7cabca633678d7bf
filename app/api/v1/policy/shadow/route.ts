import { route } from "@/lib/auth/edge";
import { shadowReport } from "@/lib/policy/shadow-report";
import { shadowQuery, shadowReportShape } from "@/lib/policy/shadow-schema";

export const GET = route(
  {
    permission: ["policy:write", "policy:publish", "audit:read"],
    query: shadowQuery,
    response: shadowReportShape,
  },
  ({ query }) => shadowReport({ days: query.days, now: new Date() }),
);
