import Link from "next/link";
import { Badge } from "@/components/ui/badge";
import { Id } from "@/components/ui/id";
import { Table, TableBody, TableHead, Td, Th, Tr } from "@/components/ui/table";
import { Time } from "@/components/ui/time";
import type { PolicyVersionRow } from "@/lib/policy/version-schema";

/** Published policies, newest first. */
export function VersionHistory({
  versions,
  inForce,
  now,
}: {
  versions: readonly PolicyVersionRow[];
  inForce: number;
  now: string;
}) {
  return (
    <Table label="Policy versions" framed={false}>
      <TableHead>
        <Th>Version</Th>
        <Th>What changed</Th>
        <Th hideBelow="md">By</Th>
        <Th hideBelow="sm">Hash</Th>
        <Th>Published</Th>
      </TableHead>
      <TableBody>
        {versions.map((version) => (
          <Tr key={version.id}>
            <Td>
              <span className="inline-flex items-center gap-2">
                <Link
                  href={version.number === inForce ? "/tiers" : `/tiers?version=${version.number}`}
                  className="tabular rounded-md font-medium hover:underline"
                >
                  {version.number}
                </Link>
                {version.number === inForce && <Badge>In force</Badge>}
              </span>
            </Td>
            <Td>
              <span className="wrap-anywhere">{version.note}</span>
              {version.number !== inForce && (
                <Link
                  href={`/tiers/versions/${version.number}`}
                  className="block w-fit rounded-md text-link text-xs hover:underline"
                >
                  Compare with the policy in force<span className="sr-only">: version {version.number}</span>
                </Link>
              )}
            </Td>
            <Td hideBelow="md">{version.createdBy ?? <span className="text-muted">Countersign</span>}</Td>
            <Td hideBelow="sm">
              <Id value={version.hash} noun="policy hash" />
            </Td>
            <Td>
              <Time value={version.createdAt} now={now} />
            </Td>
          </Tr>
        ))}
      </TableBody>
    </Table>
  );
}
