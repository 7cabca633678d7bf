"use server";

import { refresh } from "next/cache";
import { action } from "@/lib/auth/edge";
import { closeIncident as close } from "@/lib/incidents/close";
import { closeInput, incidentParams } from "@/lib/incidents/schema";

export const closeIncident = action(
  { permission: "incidents:write", input: incidentParams.extend(closeInput.shape) },
  async (actor, { id, comment }) => {
    const closed = await close(actor, id, { comment });
    refresh();
    return closed;
  },
);
