import "server-only";

import { type Event, recordChange } from "@/lib/audit/append";
import type { Tx } from "@/lib/db";
import { newId } from "@/lib/ids";
import type { Json } from "@/lib/json";
import { sampleTime } from "@/lib/sample-time";
import { type IncidentKind, incidentKinds, type Severity } from "./schema";

/** What was found. `details` are facts for the person who looks into it; they also go to the log, encrypted. */
export type Incident = {
  kind: IncidentKind;
  title: string;
  details: { [name: string]: Json };
  /** Of the kind, unless this case is graver or less grave. */
  severity?: Severity;
  agentId?: string;
  /** The log entry it is about. */
  entry?: { lane: bigint; seq: bigint };
};

/**
 * Opens an incident inside a change of the caller's, which adds the returned entry to its own.
 * @returns the entry; its `ref` is the incident's id
 */
export async function openIncident(tx: Tx, incident: Incident): Promise<Event & { ref: string }> {
  const { kind, title, details, agentId, entry } = incident;
  const id = newId("inc");
  const severity = incident.severity ?? incidentKinds[kind].severity;
  await tx.incident.create({
    data: {
      id,
      openedAt: sampleTime(),
      kind,
      severity,
      title,
      details,
      agentId: agentId ?? null,
      lane: entry?.lane ?? null,
      seq: entry?.seq ?? null,
    },
  });
  const agent = agentId ? await tx.agent.findUnique({ where: { id: agentId }, select: { ownerId: true } }) : null;
  return {
    kind: "incident",
    ref: id,
    codes: [`incident.${kind}`],
    payload: { title, severity, details },
    ...(agentId ? { agent: agentId } : {}),
    ...(agent ? { scope: agent.ownerId } : {}),
  };
}

/**
 * Opens an incident by itself, for what was found after something else had been committed.
 * @returns its id
 */
export async function recordIncident(incident: Incident): Promise<string> {
  return recordChange("system", async (tx) => {
    const event = await openIncident(tx, incident);
    return { result: event.ref, events: [event] };
  });
}
