import { clsx } from "clsx";
import { Lock } from "lucide-react";
import { Deadline } from "@/components/approvals/deadline";
import { VoteProgress } from "@/components/approvals/vote-progress";
import { Badge } from "@/components/ui/badge";
import { Checkbox } from "@/components/ui/checkbox";
import { InertText } from "@/components/ui/inert-text";
import { Money } from "@/components/ui/money";
import { effectWord, StatusBadge } from "@/components/ui/status-badge";
import { RowLink, Td, Tr } from "@/components/ui/table";
import { Time } from "@/components/ui/time";
import type { ApprovalSummary } from "@/lib/approvals/schema";

/**
 * One request of the inbox.
 * @param gone it no longer belongs to this view; it stays until the list is refreshed
 */
export function InboxRow({
  item,
  href,
  now,
  gone,
  choice,
  nested,
}: {
  item: ApprovalSummary;
  href: string;
  now: string;
  gone: boolean;
  /** Undefined in a list in which nothing can be chosen. */
  choice: { chosen: boolean; toggle: () => void } | undefined;
  /** Whether it stands below the row of its group. */
  nested: boolean;
}) {
  const amount = item.amount !== null && (
    <Money amount={item.amount} {...(item.currency ? { currency: item.currency } : {})} />
  );
  return (
    <Tr>
      {choice && (
        <Td className="w-8 pr-0">
          {item.canVote && !gone && (
            <span data-choose={item.id}>
              <Checkbox
                label={`Select ${item.tool}, ${[item.amount, item.currency].filter(Boolean).join(" ")}, ${item.agent.name}`}
                labelHidden
                checked={choice.chosen}
                onChange={choice.toggle}
              />
            </span>
          )}
        </Td>
      )}
      <RowLink
        href={href}
        detail={
          <span className="sm:hidden">
            <VoteProgress granted={item.granted} required={item.required} /> · {amount && <>{amount} · </>}
            {item.agent.name}
          </span>
        }
      >
        <span className={clsx(gone && "text-muted", nested && "pl-5")}>{item.tool}</span>
        {item.questions > 0 && !gone && (
          <Badge tone="info" className="ml-2">
            {item.questions} {item.canVote ? "answer" : "question"}
            {item.questions > 1 && "s"}
          </Badge>
        )}
      </RowLink>
      <Td>
        {gone ? (
          <Badge tone="neutral">No longer here</Badge>
        ) : item.status === "pending" ? (
          <Deadline dueAt={item.dueAt} expiresAt={item.expiresAt} now={now} />
        ) : (
          <StatusBadge kind="approval" value={item.status} />
        )}
      </Td>
      <Td hideBelow="xl" className="whitespace-nowrap">
        {effectWord(item.effect)}
        {!item.reversible && <span className="text-status-warning">, irreversible</span>}
      </Td>
      <Td hideBelow="sm" className="max-w-48 truncate">
        {item.agent.name}
      </Td>
      <Td align="right" hideBelow="sm">
        {amount}
      </Td>
      <Td hideBelow="md" className="max-w-56 truncate">
        {item.recipient !== null && <InertText text={item.recipient} />}
      </Td>
      <Td hideBelow="lg" className="max-w-40 truncate">
        {item.owner.name}
      </Td>
      <Td align="right" hideBelow="sm">
        <span className="relative inline-flex items-center gap-1">
          {item.status === "pending" && !item.canVote && !gone && (
            <>
              <Lock aria-hidden className="size-3.5 text-muted" />
              <span className="sr-only">You cannot decide this one.</span>
            </>
          )}
          <VoteProgress granted={item.granted} required={item.required} />
        </span>
      </Td>
      <Td align="right" hideBelow="md">
        <Time value={item.requestedAt} now={now} />
      </Td>
    </Tr>
  );
}
