import type { Metadata } from "next";
import Link from "next/link";
import { notFound } from "next/navigation";
import { answerDefinition, block, change, remove, unblock } from "@/app/(console)/tools/actions";
import { ChangedDefinition } from "@/components/tools/changed-definition";
import { ToolActions } from "@/components/tools/tool-actions";
import { ToolFacts } from "@/components/tools/tool-facts";
import { EmptyState } from "@/components/ui/empty-state";
import { PageHeader } from "@/components/ui/page-header";
import { Panel } from "@/components/ui/panel";
import { EffectBadge, StatusBadge } from "@/components/ui/status-badge";
import { can } from "@/lib/auth/actor";
import { requireActor } from "@/lib/auth/session";
import { orNotFound } from "@/lib/http/or-not-found";
import { getToolChange } from "@/lib/tools/answer-change";
import { agentsWithTool, getTool } from "@/lib/tools/queries";
import { toolPath } from "@/lib/tools/schema";

export const metadata: Metadata = { title: "Tool" };

export default async function ToolPage({ params }: PageProps<"/tools/[...name]">) {
  const actor = await requireActor("tools:read");
  const path = toolPath.safeParse(await params);
  if (!path.success) notFound();
  const tool = await orNotFound(getTool(path.data.name));
  const [agents, changed] = await Promise.all([agentsWithTool(actor, tool.name), getToolChange(tool.name)]);
  return (
    <div className="flex flex-col gap-4">
      <PageHeader
        title={<span className="wrap-anywhere font-mono">{tool.name}</span>}
        breadcrumb={[{ label: "Tools", href: "/tools" }]}
        status={<StatusBadge kind="tool" value={tool.status} />}
        description={<EffectBadge effect={tool.effect} />}
        actions={
          can(actor, "tools:write") && (
            <ToolActions tool={tool} change={change} block={block} unblock={unblock} remove={remove} />
          )
        }
      />
      {changed && (
        <ChangedDefinition
          name={tool.name}
          source={tool.source}
          change={changed}
          answer={can(actor, "tools:write") ? answerDefinition : undefined}
        />
      )}
      <ToolFacts tool={tool} />
      <Panel title="Agents whose mandate names it">
        {agents.length === 0 ? (
          <EmptyState kind="nothing" title="None that you may see" />
        ) : (
          <ul className="flex flex-col gap-1">
            {agents.map((agent) => (
              <li key={agent.id} className="flex flex-wrap items-center gap-2">
                <Link href={`/agents/${agent.id}/mandate`} className="rounded-md font-medium hover:underline">
                  {agent.name}
                </Link>
                <span className="text-muted">{agent.tier}</span>
                <StatusBadge kind="agent" value={agent.status} />
              </li>
            ))}
          </ul>
        )}
      </Panel>
    </div>
  );
}
