import { echoWords, environmentWords, riskWords } from "@/components/agents/words";
import { Person } from "@/components/ui/avatar";
import { Badge } from "@/components/ui/badge";
import { Description, DescriptionList, NotSet } from "@/components/ui/description-list";
import { Id } from "@/components/ui/id";
import { Panel } from "@/components/ui/panel";
import { Time } from "@/components/ui/time";
import type { AgentDetail } from "@/lib/agents/schema";

/** What is written about an agent. */
export function AgentFacts({ agent, tierSentence }: { agent: AgentDetail; tierSentence: string | undefined }) {
  return (
    <Panel title="Facts">
      <DescriptionList columns={2}>
        <Description term="Purpose">
          <span className="whitespace-pre-line">{agent.purpose}</span>
        </Description>
        <Description term="Tier">
          {agent.tier}
          {tierSentence && <span className="block text-muted">{tierSentence}</span>}
        </Description>
        <Description term="Owner">
          <span className="flex flex-wrap items-center gap-2">
            <Person name={agent.owner.name} detail={agent.owner.email} />
            {!agent.owner.active && <Badge tone="warning">No longer active</Badge>}
          </span>
        </Description>
        <Description term="Backup owner">
          {agent.backupOwner ? (
            <Person name={agent.backupOwner.name} detail={agent.backupOwner.email} />
          ) : (
            <NotSet word="Nobody" />
          )}
        </Description>
        <Description term="Environment">{environmentWords[agent.environment]}</Description>
        <Description term="Risk class">{riskWords[agent.riskClass]}</Description>
        <Description term="Version">
          {agent.version ? (
            `${agent.version.label} (${agent.version.provider}, ${agent.version.model})`
          ) : (
            <NotSet word="None promoted" />
          )}
        </Description>
        <Description term="Clone check">{echoWords[agent.echoMode]}</Description>
        <Description term="Registered">
          <Time value={agent.createdAt} />
        </Description>
        <Description term="Activated">
          {agent.activatedAt ? <Time value={agent.activatedAt} /> : <NotSet word="Not yet" />}
        </Description>
        <Description term="Agent id">
          <Id value={agent.id} noun="agent id" keep={0} />
        </Description>
      </DescriptionList>
    </Panel>
  );
}
