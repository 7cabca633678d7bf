import { route } from "@/lib/auth/edge";
import { readIncident } from "@/lib/incidents/queries";
import { incidentDetail, incidentParams } from "@/lib/incidents/schema";

export const GET = route(
  { permission: "incidents:read", params: incidentParams, response: incidentDetail },
  ({ actor, params }) => readIncident(actor, params.id),
);
