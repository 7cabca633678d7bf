import type { ComponentProps } from "react";
import { CardBudgets } from "@/components/approvals/card-budgets";
import { CardContent, CardReasons } from "@/components/approvals/card-content";
import { CardFacts } from "@/components/approvals/card-facts";
import { CardUnusual } from "@/components/approvals/card-unusual";
import { CommentThread } from "@/components/approvals/comment-thread";
import { SealPanel, VotePanel } from "@/components/approvals/vote-panel";
import { Badge } from "@/components/ui/badge";
import { Banner } from "@/components/ui/banner";
import { InertText } from "@/components/ui/inert-text";
import { PageHeader } from "@/components/ui/page-header";
import { sentence } from "@/components/ui/sentence";
import { StatusBadge, statusWord } from "@/components/ui/status-badge";
import type { BudgetPosition } from "@/lib/approvals/budget-line";
import type { ApprovalDetail, ApprovalThread } from "@/lib/approvals/schema";

/** One request, as much of it as the person may see. @param list path of the list it was opened from */
export function ApprovalCard({
  approval,
  budgets,
  thread,
  addComment,
  list,
  now,
}: {
  approval: ApprovalDetail;
  /** Null when there is nothing to be charged any more, or it may not be read. */
  budgets: BudgetPosition | null;
  thread: ApprovalThread;
  addComment: ComponentProps<typeof CommentThread>["addComment"];
  list: string;
  now: string;
}) {
  const { card } = approval;
  return (
    <article aria-label={`Request for ${approval.tool}`} className="flex flex-col gap-4">
      <PageHeader
        title={<code className="font-mono">{approval.tool}</code>}
        breadcrumb={[{ label: "Inbox", href: list }]}
        status={
          <>
            <StatusBadge kind="approval" value={approval.status} />
            {approval.sample && <Badge>Sample</Badge>}
          </>
        }
      />
      <CardFacts approval={approval} card={card} />
      {approval.statusReason && (approval.status === "expired" || approval.status === "voided") && (
        <Banner title={statusWord("approval", approval.status)}>
          <InertText text={sentence(approval.statusReason)} lines />
        </Banner>
      )}
      {approval.stepUp && approval.status === "pending" && (
        <Banner title="This rule asks for a passkey signature">
          Whoever approves it signs exactly this request. Denying needs no passkey.
        </Banner>
      )}
      <div className="grid items-start gap-4 lg:grid-cols-[minmax(0,2fr)_minmax(18rem,1fr)]">
        <div className="flex min-w-0 flex-col gap-4">
          {card ? (
            <>
              <CardUnusual card={card} />
              {budgets && <CardBudgets position={budgets} />}
              <CardReasons card={card} />
              <CardContent card={card} />
            </>
          ) : (
            <Banner title="You may know of this request, not read it">
              Its arguments and the agent's reasoning are shown to those who decide, to the agent's owner, and to
              compliance.
            </Banner>
          )}
        </div>
        <div className="flex min-w-0 flex-col gap-4">
          <VotePanel approval={approval} now={now} />
          <CommentThread id={approval.id} thread={thread} now={now} addComment={addComment} />
          <SealPanel approval={approval} />
        </div>
      </div>
    </article>
  );
}
