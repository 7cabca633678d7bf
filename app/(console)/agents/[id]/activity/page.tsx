import type { Metadata } from "next";
import { DecisionsTable } from "@/components/agents/decisions-table";
import { ButtonLink } from "@/components/ui/button-link";
import { latestDecisions } from "@/lib/agents/queries";
import { can } from "@/lib/auth/actor";
import { requireActor } from "@/lib/auth/session";
import { readAgent } from "../read-agent";

export const metadata: Metadata = { title: "Activity" };

export default async function ActivityPage({ params }: PageProps<"/agents/[id]/activity">) {
  const actor = await requireActor("agents:read", "agents:read:own");
  const agent = await readAgent(actor, (await params).id);
  const decisions = await latestDecisions(actor, agent.id, 50);
  const mayExplore = can(actor, "audit:read") || can(actor, "audit:read:own");
  return (
    <div className="flex flex-col gap-4">
      <div className="flex flex-wrap items-center justify-between gap-2">
        <p className="text-muted">The last {decisions.length} decisions, newest first.</p>
        {mayExplore && <ButtonLink href={`/audit?agent=${agent.id}`}>Everything in the audit log</ButtonLink>}
      </div>
      <DecisionsTable decisions={decisions} now={new Date().toISOString()} />
    </div>
  );
}
