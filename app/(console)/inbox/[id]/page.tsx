import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { castVote } from "@/app/(console)/inbox/actions";
import { ApprovalCard } from "@/components/approvals/approval-card";
import { DecideBar } from "@/components/approvals/decide-bar";
import { VoteObject } from "@/components/approvals/vote-object";
import { getApproval, neighborsOf } from "@/lib/approvals/queries";
import { approvalId, inboxFromUrl, inboxToUrl } from "@/lib/approvals/schema";
import { requireActor } from "@/lib/auth/session";
import { AppError } from "@/lib/errors";

export const metadata: Metadata = { title: "Request for approval" };

export default async function ApprovalPage({ params, searchParams }: PageProps<"/inbox/[id]">) {
  const actor = await requireActor("approvals:read", "approvals:read:own");
  const { id } = await params;
  const { cursor, limit, ...filter } = inboxFromUrl(await searchParams);
  if (!approvalId.safeParse(id).success) notFound();
  const [approval, { previous, next }] = await Promise.all([
    getApproval(actor, id).catch(missing),
    neighborsOf(actor, filter, id),
  ]);

  const search = inboxToUrl(filter);
  const path = (to: string | null) => to && `/inbox/${to}${search && `?${search}`}`;
  return (
    <div className="flex flex-col gap-4">
      <ApprovalCard approval={approval} list={`/inbox${search && `?${search}`}`} now={new Date().toISOString()} />
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
        castVote={castVote}
      />
    </div>
  );
}

/** What one may not see is the same page as what does not exist. */
function missing(error: unknown): never {
  if (error instanceof AppError && error.code === "not_found") notFound();
  throw error;
}
