import type { Metadata } from "next";
import { openContent } from "@/app/(console)/audit/actions";
import { tryPolicy } from "@/app/(console)/tiers/try/actions";
import { Playground } from "@/components/tiers/playground";
import { EmptyState } from "@/components/ui/empty-state";
import { PageHeader } from "@/components/ui/page-header";
import { listAgents } from "@/lib/agents/queries";
import { agentFilter } from "@/lib/agents/schema";
import { requireActor } from "@/lib/auth/session";
import { playgroundStart, playgroundUrl } from "@/lib/explorer/playground-start";
import { fromUrl } from "@/lib/http/from-url";
import { currentPolicy, listPolicyVersions } from "@/lib/policy/queries";
import { argumentOffers } from "@/lib/tools/argument-offers";

export const metadata: Metadata = { title: "Try a request" };

export default async function TryPage({ searchParams }: PageProps<"/tiers/try">) {
  const actor = await requireActor("policy:read");
  const asked = fromUrl(playgroundUrl, await searchParams);
  const [agents, policy, versions, start] = await Promise.all([
    listAgents(actor, agentFilter.parse({ limit: "200" })),
    currentPolicy(),
    listPolicyVersions({ limit: 50 }),
    playgroundStart(actor, asked),
  ]);
  const askable = agents.items.filter((agent) => agent.status !== "retired");
  return (
    <div className="flex flex-col gap-4">
      <PageHeader
        title="Try a request"
        breadcrumb={[{ label: "Tiers", href: "/tiers" }]}
        description="What would happen if an agent asked for this. Nothing is recorded, spent or charged."
      />
      {askable.length === 0 ? (
        <EmptyState kind="nothing" title="There is no agent you may ask for" />
      ) : (
        <Playground
          key={JSON.stringify(asked)}
          agents={askable.map(({ id, name, tier, status }) => ({ id, name, tier, status }))}
          tools={policy.content.tools.map((tool) => ({ name: tool.name, offers: argumentOffers(tool) }))}
          versions={versions.items.map(({ number, note }) => ({ number, note }))}
          inForce={policy.number}
          start={start}
          run={tryPolicy}
          openContent={openContent}
        />
      )}
    </div>
  );
}
