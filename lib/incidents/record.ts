import "server-only";

import { type Event, recordChange } from "@/lib/audit/append";
import type { Tx } from "@/lib/db";
import { newId } from "@/lib/ids";
import type { Json } from "@/lib/json";

export type NewIncident = {
  kind: "clone" | "log_rolled_back" | "outcome_mismatch" | "identity_mismatch";
  severity: "low" | "medium" | "high";
  agentId: string | null;
  title: string;
  details: { [name: string]: Json };
  /** The entry it is about. */
  lane?: bigint;
  seq?: bigint;
};

/** Opens an incident inside a transaction; the caller appends the event. */
export async function openIncident(tx: Tx, incident: NewIncident): Promise<Event> {
  const id = newId("inc");
  await tx.incident.create({ data: { ...incident, id } });
  return {
    kind: "incident",
    agent: incident.agentId ?? undefined,
    codes: [`incident.${incident.kind}`],
    ref: id,
    payload: { title: incident.title, severity: incident.severity, details: incident.details },
  };
}

/** Opens an incident on its own. Returns its id. */
export function recordIncident(incident: NewIncident): Promise<string> {
  return recordChange("system", async (tx) => {
    const event = await openIncident(tx, incident);
    return { result: event.ref as string, events: [event] };
  });
}
