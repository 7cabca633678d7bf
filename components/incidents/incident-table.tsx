import Link from "next/link";
import { IncidentStatus } from "@/components/incidents/incident-status";
import { NotSet } from "@/components/ui/description-list";
import { InertText } from "@/components/ui/inert-text";
import { StatusBadge } from "@/components/ui/status-badge";
import { RowLink, Table, TableBody, TableHead, Td, Th, Tr } from "@/components/ui/table";
import { Time } from "@/components/ui/time";
import { type IncidentSummary, incidentWord } from "@/lib/incidents/schema";

/** Incidents, newest first. */
export function IncidentTable({ incidents, now }: { incidents: readonly IncidentSummary[]; now: string }) {
  return (
    <Table label="Incidents">
      <TableHead>
        <Th>Incident</Th>
        <Th>Severity</Th>
        <Th hideBelow="sm">Status</Th>
        <Th hideBelow="md">Agent</Th>
        <Th aria-sort="descending" hideBelow="sm">
          Opened
        </Th>
      </TableHead>
      <TableBody>
        {incidents.map((incident) => (
          <Tr key={incident.id}>
            <RowLink
              href={`/incidents/${incident.id}`}
              detail={
                <>
                  {incidentWord(incident.kind)}
                  <span className="sm:hidden">, {incident.status}</span>
                </>
              }
            >
              <InertText text={incident.title} />
            </RowLink>
            <Td>
              <StatusBadge kind="severity" value={incident.severity} />
            </Td>
            <Td hideBelow="sm">
              <IncidentStatus status={incident.status} />
            </Td>
            <Td hideBelow="md">
              {incident.agent ? (
                <Link href={`/agents/${incident.agent.id}`} className="rounded-md hover:underline">
                  {incident.agent.name}
                </Link>
              ) : (
                <NotSet word="None" />
              )}
            </Td>
            <Td hideBelow="sm">
              <Time value={incident.openedAt} now={now} />
            </Td>
          </Tr>
        ))}
      </TableBody>
    </Table>
  );
}
