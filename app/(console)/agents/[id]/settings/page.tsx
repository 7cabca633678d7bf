import type { Metadata } from "next";
import { forbidden } from "next/navigation";
import { answer, edit, handOver, retire } from "@/app/(console)/agents/actions";
import { HandOver } from "@/components/agents/hand-over";
import { Retire } from "@/components/agents/retire";
import { SettingsForm } from "@/components/agents/settings-form";
import { listPossibleOwners } from "@/lib/agents/queries";
import { requireActor } from "@/lib/auth/session";
import { describeTier, tierReach } from "@/lib/policy/describe";
import { currentPolicy } from "@/lib/policy/queries";
import { readAgent } from "../read-agent";

export const metadata: Metadata = { title: "Agent settings" };

export default async function AgentSettingsPage({ params }: PageProps<"/agents/[id]/settings">) {
  const actor = await requireActor("agents:write", "agents:write:own");
  const agent = await readAgent(actor, (await params).id);
  if (!agent.may.change) forbidden();
  const [people, policy] = await Promise.all([listPossibleOwners(), currentPolicy()]);
  const tiers = policy.content.tiers.map((tier) => ({
    key: tier.key,
    name: tier.name,
    sentence: describeTier(tier),
    reach: tierReach(tier),
  }));
  return (
    <div className="flex flex-col gap-4">
      <SettingsForm agent={agent} people={people} tiers={tiers} edit={edit} />
      <HandOver agent={agent} people={people} request={handOver} answer={answer} />
      <Retire agent={agent} retire={retire} />
    </div>
  );
}
