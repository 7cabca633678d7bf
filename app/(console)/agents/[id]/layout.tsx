import { activate, stop, suspend } from "@/app/(console)/agents/actions";
import { AgentControls } from "@/components/agents/agent-controls";
import { Banner } from "@/components/ui/banner";
import { PageHeader } from "@/components/ui/page-header";
import { StatusBadge } from "@/components/ui/status-badge";
import { TabLinks } from "@/components/ui/tab-links";
import { requireActor } from "@/lib/auth/session";
import { readAgent } from "./read-agent";

export default async function AgentLayout({ params, children }: LayoutProps<"/agents/[id]">) {
  const actor = await requireActor("agents:read", "agents:read:own");
  const agent = await readAgent(actor, (await params).id);
  const tab = (path: string) => `/agents/${agent.id}${path}`;
  return (
    <div className="flex flex-col gap-4">
      <PageHeader
        title={agent.name}
        breadcrumb={[{ label: "Agents", href: "/agents" }]}
        status={<StatusBadge kind="agent" value={agent.status} />}
        description={`${agent.tier}, owned by ${agent.owner.name}`}
        actions={<AgentControls agent={agent} activate={activate} suspend={suspend} stop={stop} />}
      />
      {agent.status === "suspended" && (
        <Banner tone="warning" title={agent.stopped ? "Stopped" : "Suspended"}>
          {agent.statusReason}
          {agent.stopped && !agent.may.resume && " An administrator resumes it."}
        </Banner>
      )}
      {agent.status === "draft" && <Banner title="A draft">It can do nothing before it is activated.</Banner>}
      {!agent.owner.active && agent.status !== "retired" && (
        <Banner tone="warning" title="The owner is no longer active">
          Everything this agent wants to do is asked. Hand it over under Settings.
        </Banner>
      )}
      <TabLinks
        label="Agent"
        items={[
          { href: tab(""), label: "Overview" },
          { href: tab("/mandate"), label: "Mandate" },
          { href: tab("/credentials"), label: "Credentials" },
          { href: tab("/versions"), label: "Versions" },
          { href: tab("/activity"), label: "Activity" },
          { href: tab("/cedar"), label: "Cedar" },
          ...(agent.may.change ? [{ href: tab("/settings"), label: "Settings" }] : []),
        ]}
      />
      {children}
    </div>
  );
}
