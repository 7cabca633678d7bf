import { route } from "@/lib/auth/edge";
import { forecast, forecastInput } from "@/lib/policy/forecast-schema";
import { requestForecast } from "@/lib/policy/request-forecast";

export const POST = route(
  { permission: ["policy:write", "policy:publish", "audit:read"], body: forecastInput, response: forecast },
  ({ body, request }) => requestForecast(body, { signal: request.signal }),
);
