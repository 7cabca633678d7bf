import { ruleAnchor } from "@/components/audit/rule-href";
import { EmptyState } from "@/components/ui/empty-state";
import { StatusBadge } from "@/components/ui/status-badge";
import { Table, TableBody, TableHead, Td, Th, Tr } from "@/components/ui/table";
import { describeCondition } from "@/lib/policy/describe";
import { whoMustApprove } from "@/lib/policy/messages";
import type { Guardrail } from "@/lib/policy/schema";

/** Rules of the organization that no tier relaxes. */
export function GuardrailsList({ guardrails }: { guardrails: readonly Guardrail[] }) {
  if (guardrails.length === 0) {
    return (
      <EmptyState kind="nothing" title="No guardrails">
        Tiers and mandates alone decide.
      </EmptyState>
    );
  }
  return (
    <Table label="Guardrails" framed={false}>
      <TableHead>
        <Th>Guardrail</Th>
        <Th hideBelow="md">Mode</Th>
        <Th>Then</Th>
        <Th hideBelow="md">When</Th>
      </TableHead>
      <TableBody>
        {guardrails.map((guardrail) => (
          <Tr key={guardrail.id}>
            <th
              scope="row"
              id={ruleAnchor(guardrail.id)}
              className="max-w-80 scroll-mt-24 target:bg-surface-selected border-b px-3 py-2 text-left align-top font-normal"
            >
              <span className="font-medium">{guardrail.name}</span>
              {guardrail.description && <span className="block text-muted text-xs">{guardrail.description}</span>}
              <span className="block text-muted text-xs md:hidden">When {describeCondition(guardrail.when)}.</span>
              <code className="block font-mono text-muted text-xs">{guardrail.id}</code>
              <span className="mt-1 block md:hidden">
                <StatusBadge kind="mode" value={guardrail.mode} />
              </span>
            </th>
            <Td hideBelow="md" className="py-2 align-top">
              <StatusBadge kind="mode" value={guardrail.mode} />
            </Td>
            <Td className="py-2 align-top">
              {guardrail.effect === "deny" ? "Refused" : capital(whoMustApprove(guardrail.effect.approval))}
            </Td>
            <Td hideBelow="md" className="max-w-xl py-2 align-top">
              <span className="text-muted">{capital(describeCondition(guardrail.when))}</span>
            </Td>
          </Tr>
        ))}
      </TableBody>
    </Table>
  );
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
