import type { Metadata } from "next";
import { activate, issue, register } from "@/app/(console)/agents/actions";
import { RegisterWizard } from "@/components/agents/register-wizard";
import { PageHeader } from "@/components/ui/page-header";
import { listPossibleOwners } from "@/lib/agents/queries";
import { can } from "@/lib/auth/actor";
import { requireActor } from "@/lib/auth/session";
import { env } from "@/lib/env";
import { describeTier, tierReach } from "@/lib/policy/describe";
import { currentPolicy } from "@/lib/policy/queries";
import { listToolChoices } from "@/lib/tools/queries";

export const metadata: Metadata = { title: "Register an agent" };

export default async function RegisterAgentPage() {
  const actor = await requireActor("agents:write", "agents:write:own");
  const [people, tools, policy] = await Promise.all([listPossibleOwners(), listToolChoices(), currentPolicy()]);
  return (
    <div className="flex flex-col gap-6">
      <PageHeader title="Register an agent" breadcrumb={[{ label: "Agents", href: "/agents" }]} />
      <RegisterWizard
        people={people.map(({ email, name }) => ({ email, name }))}
        self={actor.email}
        maySetOwner={can(actor, "agents:write")}
        tiers={policy.content.tiers.map((tier) => ({
          key: tier.key,
          name: tier.name,
          sentence: describeTier(tier),
          reach: tierReach(tier),
        }))}
        tools={tools}
        publicUrl={env().publicUrl}
        register={register}
        issue={issue}
        activate={activate}
      />
    </div>
  );
}
