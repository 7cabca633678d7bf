import { route } from "@/lib/auth/edge";
import { listIncidents } from "@/lib/incidents/queries";
import { incidentFilter, incidentPage } from "@/lib/incidents/schema";

export const GET = route(
  { permission: "incidents:read", query: incidentFilter, response: incidentPage },
  ({ actor, query }) => listIncidents(actor, query),
);
