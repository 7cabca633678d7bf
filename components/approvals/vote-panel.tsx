import { CircleCheck, CircleX, KeyRound } from "lucide-react";
import Link from "next/link";
import { Deadline } from "@/components/approvals/deadline";
import { Person } from "@/components/ui/avatar";
import { Badge } from "@/components/ui/badge";
import { Description, DescriptionList } from "@/components/ui/description-list";
import { Id } from "@/components/ui/id";
import { InertText } from "@/components/ui/inert-text";
import { Panel } from "@/components/ui/panel";
import { Time } from "@/components/ui/time";
import type { ApprovalDetail } from "@/lib/approvals/schema";

/** Who has decided, who still may, and until when. */
export function VotePanel({ approval, now }: { approval: ApprovalDetail; now: string }) {
  const { votes, mayVote, required, granted, groups, missingGroups } = approval;
  return (
    <Panel title="Votes">
      <div className="flex flex-col gap-4">
        <DescriptionList>
          <Description term="Needed">
            {required === 1 ? "1 person" : `${required} different people`}
            {groups.length > 0 && `, ${groups.length === 1 ? "of" : "each represented:"} ${groups.join(", ")}`}
          </Description>
          <Description term="So far">
            {granted} of {required}
            {missingGroups.length > 0 && granted > 0 && `, nobody yet of ${missingGroups.join(", ")}`}
          </Description>
          {approval.status === "pending" && (
            <Description term="Clock">
              <Deadline dueAt={approval.dueAt} expiresAt={approval.expiresAt} now={now} />
            </Description>
          )}
        </DescriptionList>
        {votes.length > 0 && (
          <ul className="flex flex-col gap-3">
            {votes.map((vote) => (
              <li key={vote.person.id} className="flex flex-col gap-1">
                <span className="flex flex-wrap items-center gap-2">
                  <Person name={vote.person.name} />
                  {vote.verdict === "approve" ? (
                    <Badge tone="allow" icon={<CircleCheck aria-hidden />}>
                      Approved
                    </Badge>
                  ) : (
                    <Badge tone="deny" icon={<CircleX aria-hidden />}>
                      Denied
                    </Badge>
                  )}
                  {vote.signed && <Badge icon={<KeyRound aria-hidden />}>Signed with a passkey</Badge>}
                  <span className="text-muted">
                    <Time value={vote.at} now={now} />
                    {vote.groups.length > 0 && ` · ${vote.groups.join(", ")}`}
                    {approval.card && (
                      <>
                        {" · "}
                        <Link
                          href={`/inbox/${approval.id}/shown/${vote.seenDigest.replace("sha256:", "")}`}
                          className="rounded-md text-link underline"
                          prefetch={false}
                        >
                          what was shown
                        </Link>
                      </>
                    )}
                  </span>
                </span>
                {vote.comment && (
                  <p className="wrap-anywhere border-l-2 pl-2">
                    <InertText text={vote.comment} lines />
                  </p>
                )}
              </li>
            ))}
          </ul>
        )}
        {approval.status === "pending" && (
          <div>
            <h3 className="font-medium text-muted text-xs">Who may still decide</h3>
            {mayVote.length === 0 ? (
              <p>Nobody. Ask an administrator to add a person to the groups this rule names.</p>
            ) : (
              <ul className="mt-1 flex flex-col gap-1">
                {mayVote.slice(0, 8).map((person) => (
                  <li key={person.id}>
                    <Person name={person.name} detail={person.groups.join(", ")} />
                  </li>
                ))}
                {mayVote.length > 8 && <li className="text-muted">and {mayVote.length - 8} more</li>}
              </ul>
            )}
          </div>
        )}
      </div>
    </Panel>
  );
}

/** What proves later what was asked and what was shown. */
export function SealPanel({ approval }: { approval: ApprovalDetail }) {
  return (
    <Panel title="Seal">
      <DescriptionList>
        <Description term="Request">
          <Id value={approval.id} noun="request id" />
        </Description>
        <Description term="Decision">
          <Id value={approval.decisionId} href={`/decisions/${approval.decisionId}`} noun="decision id" />
        </Description>
        {approval.redeemedBy && (
          <Description term="Redeemed by">
            <Id value={approval.redeemedBy} href={`/decisions/${approval.redeemedBy}`} noun="decision id" />
          </Description>
        )}
        <Description term="Asked">
          <Time value={approval.requestedAt} />
        </Description>
        <Description term="Expires">
          <Time value={approval.expiresAt} />
        </Description>
        <Description term="Action digest">
          <Id value={approval.actionDigest} noun="action digest" />
        </Description>
        <Description term="Policy hash">
          <Id value={approval.policyHash} noun="policy hash" />
        </Description>
        {approval.seenDigest && (
          <Description term="This card">
            <Id value={approval.seenDigest} noun="card digest" />
          </Description>
        )}
      </DescriptionList>
    </Panel>
  );
}
