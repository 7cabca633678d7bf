import { Deadline } from "@/components/approvals/deadline";
import { Checkbox } from "@/components/ui/checkbox";
import { effectWord } from "@/components/ui/status-badge";
import { RowToggle, Td, Tr } from "@/components/ui/table";
import type { ApprovalSummary } from "@/lib/approvals/schema";

type InboxGroupProps = {
  /** Two or more, alike by `groupSimilar`. */
  items: readonly [ApprovalSummary, ...ApprovalSummary[]];
  now: string;
  open: boolean;
  onToggle: () => void;
  /** Undefined in a list in which nothing can be chosen. `ids` are those of the group that can be. */
  choice: { ids: readonly string[]; chosen: number; toggle: () => void } | undefined;
};

/** The row above similar requests: how many of this page they are, and the deadline that comes first. */
export function InboxGroup({ items, now, open, onToggle, choice }: InboxGroupProps) {
  const [first] = items;
  const until = (item: ApprovalSummary) => item.dueAt ?? item.expiresAt;
  const urgent = items.reduce((soonest, item) => (until(item) < until(soonest) ? item : soonest));
  return (
    <Tr>
      {choice && (
        <Td className="w-8 pr-0">
          {choice.ids.length > 0 && (
            <span data-choose={choice.ids.join(" ")}>
              <Checkbox
                label={`Select ${choice.ids.length} of ${first.tool}, ${first.agent.name}`}
                labelHidden
                checked={choice.chosen === choice.ids.length}
                indeterminate={choice.chosen > 0 && choice.chosen < choice.ids.length}
                onChange={choice.toggle}
              />
            </span>
          )}
        </Td>
      )}
      <RowToggle open={open} onToggle={onToggle} detail={<span className="sm:hidden">{first.agent.name}</span>}>
        <span className="font-normal text-muted">{items.length} ×</span> {first.tool}
      </RowToggle>
      <Td>{first.status === "pending" && <Deadline dueAt={urgent.dueAt} expiresAt={urgent.expiresAt} now={now} />}</Td>
      <Td hideBelow="xl" className="whitespace-nowrap">
        {effectWord(first.effect)}
        {items.some((item) => !item.reversible) && <span className="text-status-warning">, irreversible</span>}
      </Td>
      <Td hideBelow="sm" className="max-w-48 truncate">
        {first.agent.name}
      </Td>
      <Td hideBelow="sm" />
      <Td hideBelow="md" className="text-muted">
        {recipientsOf(items)}
      </Td>
      <Td hideBelow="lg" className="max-w-40 truncate">
        {first.owner.name}
      </Td>
      <Td hideBelow="sm" />
      <Td hideBelow="md" />
    </Tr>
  );
}

function recipientsOf(items: readonly ApprovalSummary[]): string {
  const different = new Set(items.flatMap((item) => item.recipient ?? [])).size;
  return different === 0 ? "" : `${different} ${different === 1 ? "recipient" : "recipients"}`;
}
