import Link from "next/link";
import { EntryName } from "@/components/audit/entry-name";
import { OutcomeBadge } from "@/components/audit/outcome-badge";
import { ReasonCodes } from "@/components/audit/reason-codes";
import { Badge } from "@/components/ui/badge";
import { NotSet } from "@/components/ui/description-list";
import { RowLink, Table, TableBody, TableHead, Td, Th, Tr } from "@/components/ui/table";
import { Time } from "@/components/ui/time";
import type { EntryRow } from "@/lib/explorer/schema";

/** Entries of the log, newest first. */
export function EntryTable({ entries }: { entries: readonly EntryRow[] }) {
  return (
    <Table label="Entries">
      <TableHead>
        <Th>Entry</Th>
        <Th hideBelow="sm">Outcome</Th>
        <Th hideBelow="md">Agent</Th>
        <Th hideBelow="lg">By</Th>
        <Th hideBelow="lg">Reasons</Th>
        <Th aria-sort="descending" hideBelow="sm">
          Time
        </Th>
      </TableHead>
      <TableBody>
        {entries.map((entry) => (
          <Tr key={entry.id}>
            <RowLink
              href={pathOf(entry)}
              detail={
                <div className="sm:hidden">
                  <Time value={entry.at} />
                  {entry.outcome && (
                    <div className="py-1">
                      <OutcomeBadge outcome={entry.outcome} />
                    </div>
                  )}
                </div>
              }
            >
              <EntryName entry={entry} />
            </RowLink>
            <Td hideBelow="sm">{entry.outcome && <OutcomeBadge outcome={entry.outcome} />}</Td>
            <Td hideBelow="md" className="max-w-40 truncate">
              {entry.agent && (
                <Link href={`/agents/${entry.agent.id}`} className="rounded-md hover:underline">
                  {entry.agent.name}
                </Link>
              )}
            </Td>
            <Td hideBelow="lg" className="max-w-36 truncate">
              {entry.actor?.name ?? (entry.agent && <NotSet word="The agent" />)}
            </Td>
            <Td hideBelow="lg" className="max-w-64 truncate">
              <ReasonCodes codes={entry.codes} />
            </Td>
            <Td hideBelow="sm" className="whitespace-nowrap">
              <Time value={entry.at} /> {entry.sample && <Badge>Sample</Badge>}
            </Td>
          </Tr>
        ))}
      </TableBody>
    </Table>
  );
}

/** Where an entry is shown: decisions have a page of their own. */
export function pathOf({ id }: { id: string }): string {
  return id.startsWith("dec_") ? `/decisions/${id}` : `/audit/${id}`;
}
