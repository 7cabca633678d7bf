import type { Metadata } from "next";
import { CedarView } from "@/components/agents/cedar-view";
import { cedarOf } from "@/lib/agents/cedar";
import { requireActor } from "@/lib/auth/session";
import { readAgent } from "../read-agent";

export const metadata: Metadata = { title: "Cedar" };

export default async function CedarPage({ params }: PageProps<"/agents/[id]/cedar">) {
  const actor = await requireActor("agents:read", "agents:read:own");
  const agent = await readAgent(actor, (await params).id);
  return <CedarView agentId={agent.id} cedar={await cedarOf(actor, agent.id)} />;
}
