import { NotSet } from "@/components/ui/description-list";
import { EmptyState } from "@/components/ui/empty-state";
import { EffectBadge, StatusBadge } from "@/components/ui/status-badge";
import { RowLink, Table, TableBody, TableHead, Td, Th, Tr } from "@/components/ui/table";
import { Time } from "@/components/ui/time";
import type { AgentDecision } from "@/lib/agents/schema";
import type { EffectClass } from "@/lib/policy/schema";
import type { Outcome } from "@/lib/policy/types";

/** The latest decisions about one agent. */
export function DecisionsTable({
  decisions,
  now,
  framed = true,
}: {
  decisions: readonly AgentDecision[];
  now: string;
  framed?: boolean;
}) {
  if (decisions.length === 0) {
    return (
      <EmptyState kind="nothing" title="No decisions yet">
        They appear here when the agent asks for the first time.
      </EmptyState>
    );
  }
  return (
    <Table label="Decisions" framed={framed}>
      <TableHead>
        <Th>Tool</Th>
        <Th>Outcome</Th>
        <Th hideBelow="sm">Effect</Th>
        <Th hideBelow="md">Reason</Th>
        <Th>When</Th>
      </TableHead>
      <TableBody>
        {decisions.map((decision) => (
          <Tr key={decision.id}>
            <RowLink href={`/audit/${decision.id}`}>
              <span className="font-mono text-xs">{decision.tool ?? "not a tool name"}</span>
            </RowLink>
            <Td>
              <StatusBadge kind="outcome" value={decision.outcome as Outcome} />
            </Td>
            <Td hideBelow="sm">
              {decision.effect ? <EffectBadge effect={decision.effect as EffectClass} /> : <NotSet word="Unknown" />}
            </Td>
            <Td hideBelow="md">
              <code className="font-mono text-muted text-xs">{decision.codes[0]}</code>
            </Td>
            <Td>
              <Time value={decision.at} now={now} />
            </Td>
          </Tr>
        ))}
      </TableBody>
    </Table>
  );
}
