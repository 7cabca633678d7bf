import { environmentWords, riskWords } from "@/components/agents/words";
import { Person } from "@/components/ui/avatar";
import { Badge } from "@/components/ui/badge";
import { NotSet } from "@/components/ui/description-list";
import type { Sort } from "@/components/ui/sort";
import { SortHeader } from "@/components/ui/sort-header";
import { StatusBadge } from "@/components/ui/status-badge";
import { RowLink, Table, TableBody, TableHead, Td, Th, Tr } from "@/components/ui/table";
import { Time } from "@/components/ui/time";
import type { AgentRow } from "@/lib/agents/schema";
import type { Outcome } from "@/lib/policy/types";

/** The registry as a list. */
export function AgentsTable({ agents, sort, now }: { agents: readonly AgentRow[]; sort: Sort; now: string }) {
  return (
    <Table label="Agents">
      <TableHead>
        <SortHeader by="name" sort={sort}>
          Agent
        </SortHeader>
        <Th>Status</Th>
        <Th>Tier</Th>
        <Th hideBelow="md">Owner</Th>
        <Th hideBelow="lg">Environment</Th>
        <Th hideBelow="lg">Risk</Th>
        <Th hideBelow="sm">Last decision</Th>
        <Th align="right" hideBelow="sm">
          Open approvals
        </Th>
      </TableHead>
      <TableBody>
        {agents.map((agent) => (
          <Tr key={agent.id}>
            <RowLink href={`/agents/${agent.id}`}>{agent.name}</RowLink>
            <Td>
              <StatusBadge kind="agent" value={agent.status} />
            </Td>
            <Td>
              <span className="tabular">{agent.tier}</span>
            </Td>
            <Td hideBelow="md">
              <span className="flex items-center gap-2">
                <Person name={agent.owner.name} />
                {!agent.owner.active && <Badge tone="warning">Left</Badge>}
              </span>
            </Td>
            <Td hideBelow="lg">{environmentWords[agent.environment]}</Td>
            <Td hideBelow="lg">{riskWords[agent.riskClass]}</Td>
            <Td hideBelow="sm">
              {agent.lastDecision ? (
                <span className="flex flex-wrap items-center gap-2">
                  <StatusBadge kind="outcome" value={agent.lastDecision.outcome as Outcome} />
                  <Time value={agent.lastDecision.at} now={now} className="text-muted" />
                </span>
              ) : (
                <NotSet word="None yet" />
              )}
            </Td>
            <Td align="right" hideBelow="sm">
              <span className="tabular">{agent.openApprovals}</span>
            </Td>
          </Tr>
        ))}
      </TableBody>
    </Table>
  );
}
