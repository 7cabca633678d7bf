import { stream } from "@/lib/auth/edge";
import { forecastQuery } from "@/lib/policy/forecast-schema";
import { streamForecast } from "@/lib/policy/stream-forecast";

export const GET = stream(
  { permission: ["policy:write", "policy:publish", "audit:read"], query: forecastQuery },
  ({ query, request }) => streamForecast(query, request),
);
