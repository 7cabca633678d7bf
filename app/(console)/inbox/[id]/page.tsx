import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { askPasskey, castVote, comment } from "@/app/(console)/inbox/actions";
import { ApprovalCard } from "@/components/approvals/approval-card";
import { DecideBar } from "@/components/approvals/decide-bar";
import { VoteObject } from "@/components/approvals/vote-object";
import { readThread } from "@/lib/approvals/comments";
import { getApproval, neighborsOf } from "@/lib/approvals/queries";
import { approvalId, inboxFilter, inboxToUrl } from "@/lib/approvals/schema";
import { knownPasskeys } from "@/lib/auth/passkeys";
import { requireActor } from "@/lib/auth/session";
import { budgetPosition } from "@/lib/decisions/budget-position";
import { fromUrl } from "@/lib/http/from-url";
import { orNotFound } from "@/lib/http/or-not-found";

export const metadata: Metadata = { title: "Request for approval" };

export default async function ApprovalPage({ params, searchParams }: PageProps<"/inbox/[id]">) {
  const actor = await requireActor("approvals:read", "approvals:read:own");
  const { id } = await params;
  const filter = fromUrl(inboxFilter, await searchParams);
  if (!approvalId.safeParse(id).success) notFound();
  const [approval, { previous, next }] = await Promise.all([
    orNotFound(getApproval(actor, id)),
    neighborsOf(actor, filter, id),
  ]);

  const signs = approval.stepUp && approval.canVote;
  const stepUp = signs ? { hasPasskey: (await knownPasskeys(actor)).length > 0, ask: askPasskey } : null;
  const search = inboxToUrl(filter);
  const path = (to: string | null) => to && `/inbox/${to}${search && `?${search}`}`;
  return (
    <div className="flex flex-col gap-4">
      <ApprovalCard
        approval={approval}
        budgets={approval.card && (await budgetPosition(actor, id))}
        thread={await readThread(actor, id)}
        addComment={comment}
        list={`/inbox${search && `?${search}`}`}
        now={new Date().toISOString()}
      />
      <DecideBar
        key={id}
        id={id}
        object={<VoteObject approval={approval} />}
        tool={approval.tool}
        seenDigest={approval.seenDigest}
        cannotVoteBecause={approval.cannotVoteBecause}
        previous={path(previous)}
        next={path(next)}
        list={`/inbox${search && `?${search}`}`}
        stepUp={stepUp}
        castVote={castVote}
      />
    </div>
  );
}
