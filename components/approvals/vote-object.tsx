import { Amount } from "@/components/approvals/amount";
import { ClippedText } from "@/components/approvals/clipped-text";
import type { ApprovalDetail } from "@/lib/approvals/schema";

/** A request in one line: what, how much, to whom, for which agent. */
export function VoteObject({ approval }: { approval: ApprovalDetail }) {
  const { card, agent, tool } = approval;
  const { amount, currency } = card ?? approval;
  const recipients = card?.recipients ?? [];
  return (
    <>
      <code className="font-mono">{tool}</code>
      {amount !== null && (
        <>
          {" · "}
          <Amount amount={amount} currency={currency} />
        </>
      )}
      {recipients[0] !== undefined && (
        <>
          {" · to "}
          <ClippedText text={recipients[0]} most={60} />
          {recipients.length > 1 && ` and ${recipients.length - 1} more`}
        </>
      )}
      {" · "}
      {agent.name}
    </>
  );
}
