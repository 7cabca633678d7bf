import type { Metadata } from "next";
import { AgentFacts } from "@/components/agents/agent-facts";
import { DecisionsTable } from "@/components/agents/decisions-table";
import { formatCount } from "@/components/ui/money";
import { Panel } from "@/components/ui/panel";
import { StatRow, StatTile } from "@/components/ui/stat-tile";
import { decisionsToday, latestDecisions } from "@/lib/agents/queries";
import { requireActor } from "@/lib/auth/session";
import { describeTier } from "@/lib/policy/describe";
import { currentPolicy } from "@/lib/policy/queries";
import { readAgent } from "./read-agent";

export const metadata: Metadata = { title: "Agent" };

export default async function AgentPage({ params }: PageProps<"/agents/[id]">) {
  const actor = await requireActor("agents:read", "agents:read:own");
  const now = new Date();
  const agent = await readAgent(actor, (await params).id);
  const [today, decisions, policy] = await Promise.all([
    decisionsToday(actor, agent.id, now),
    latestDecisions(actor, agent.id, 8),
    currentPolicy(),
  ]);
  const tier = policy.content.tiers.find((one) => one.key === agent.tier);
  return (
    <div className="flex flex-col gap-4">
      <StatRow>
        <StatTile label="Allowed" value={formatCount(today.allow)} detail="today, UTC" />
        <StatTile label="Denied" value={formatCount(today.deny)} detail="today, UTC" />
        <StatTile label="Approval required" value={formatCount(today.approval_required)} detail="today, UTC" />
        <StatTile label="Open approvals" value={formatCount(agent.openApprovals)} href={`/inbox?agent=${agent.id}`} />
      </StatRow>
      <AgentFacts agent={agent} tierSentence={tier && describeTier(tier)} />
      <Panel title="Last decisions" flush>
        <DecisionsTable decisions={decisions} now={now.toISOString()} framed={false} />
      </Panel>
    </div>
  );
}
