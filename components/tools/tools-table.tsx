import { EffectBadge, StatusBadge } from "@/components/ui/status-badge";
import { RowLink, Table, TableBody, TableHead, Td, Th, Tr } from "@/components/ui/table";
import type { ToolDto } from "@/lib/tools/schema";

/** The catalogue as a list. */
export function ToolsTable({ tools }: { tools: readonly ToolDto[] }) {
  return (
    <Table label="Tools">
      <TableHead>
        <Th>Tool</Th>
        <Th>Status</Th>
        <Th hideBelow="sm">Effect</Th>
        <Th hideBelow="sm">Can be undone</Th>
        <Th hideBelow="md">Known arguments</Th>
        <Th hideBelow="lg">Source</Th>
      </TableHead>
      <TableBody>
        {tools.map((tool) => (
          <Tr key={tool.name}>
            <RowLink href={`/tools/${tool.name}`} detail={tool.description.split("\n")[0]}>
              <span className="font-mono text-xs">{tool.name}</span>
            </RowLink>
            <Td>
              <StatusBadge kind="tool" value={tool.status} />
            </Td>
            <Td hideBelow="sm">
              <EffectBadge effect={tool.effect} />
            </Td>
            <Td hideBelow="sm">{tool.reversible ? "Yes" : "No"}</Td>
            <Td hideBelow="md">
              <span className="text-muted">{Object.keys(tool.argumentRoles).join(", ") || "None"}</span>
            </Td>
            <Td hideBelow="lg">
              <span className="text-muted">{tool.source}</span>
            </Td>
          </Tr>
        ))}
      </TableBody>
    </Table>
  );
}
