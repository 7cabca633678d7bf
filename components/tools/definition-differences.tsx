import { InertText } from "@/components/ui/inert-text";
import { Table, TableBody, TableHead, Td, Th, Tr } from "@/components/ui/table";
import type { DefinitionDifference } from "@/lib/tools/definition";

/** Where a tool's definition differs from the one that was sanctioned, place by place. */
export function DefinitionDifferences({ differences }: { differences: readonly DefinitionDifference[] }) {
  return (
    <Table label="Differences of the definition">
      <TableHead>
        <Th>Where</Th>
        <Th>Sanctioned</Th>
        <Th>Now</Th>
      </TableHead>
      <TableBody>
        {differences.map((one) => (
          <Tr key={one.at}>
            <Td className="align-top">
              <code className="wrap-anywhere font-mono text-xs">
                <InertText text={one.at} />
              </code>
            </Td>
            <Value text={one.before} />
            <Value text={one.after} />
          </Tr>
        ))}
      </TableBody>
    </Table>
  );
}

function Value({ text }: { text: string | null }) {
  return (
    <Td className="w-2/5 align-top">
      {text === null ? (
        <span className="text-muted">Not there</span>
      ) : (
        <code className="wrap-anywhere font-mono text-xs">
          <InertText text={text} />
        </code>
      )}
    </Td>
  );
}
