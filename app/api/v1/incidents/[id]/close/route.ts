import { route } from "@/lib/auth/edge";
import { closeIncident } from "@/lib/incidents/close";
import { readIncident } from "@/lib/incidents/queries";
import { closeInput, incidentDetail, incidentParams } from "@/lib/incidents/schema";

export const POST = route(
  { permission: "incidents:write", params: incidentParams, body: closeInput, response: incidentDetail },
  async ({ actor, params, body }) => {
    await closeIncident(actor, params.id, body);
    return readIncident(actor, params.id);
  },
);
