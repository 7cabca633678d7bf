import type { Metadata } from "next";
import { closeIncident } from "@/app/(console)/incidents/actions";
import { IncidentView } from "@/components/incidents/incident-view";
import { can } from "@/lib/auth/actor";
import { requireActor } from "@/lib/auth/session";
import { orNotFound } from "@/lib/http/or-not-found";
import { readIncident } from "@/lib/incidents/queries";

export const metadata: Metadata = { title: "Incident" };

export default async function IncidentPage({ params }: PageProps<"/incidents/[id]">) {
  const actor = await requireActor("incidents:read");
  const { id } = await params;
  const incident = await orNotFound(readIncident(actor, id));
  return <IncidentView incident={incident} mayClose={can(actor, "incidents:write")} close={closeIncident} />;
}
