import { FindingList } from "@/components/audit/finding-list";
import { Banner } from "@/components/ui/banner";
import { Description, DescriptionList, NotSet } from "@/components/ui/description-list";
import { Id } from "@/components/ui/id";
import { Panel } from "@/components/ui/panel";
import { sentence } from "@/components/ui/sentence";
import { StatusBadge, statusWord } from "@/components/ui/status-badge";
import type { Trial } from "@/lib/decisions/try-schema";

/** What one policy says of a request that was tried. */
export function TrialResult({ trial, agentId, tool }: { trial: Trial; agentId: string; tool: string }) {
  const { policy } = trial;
  const title =
    policy.choice === "draft"
      ? "The draft"
      : policy.choice === "live"
        ? `In force, version ${policy.number}`
        : `Version ${policy.number}`;
  return (
    <Panel title={title} actions={<StatusBadge kind="outcome" value={trial.outcome} />}>
      <div className="flex flex-col gap-4">
        {trial.wouldBe && (
          <Banner title={`With the rules in shadow: ${statusWord("outcome", trial.wouldBe).toLowerCase()}`} />
        )}
        <FindingList
          findings={trial.findings}
          at={{ policyNumber: policy.choice === "draft" ? null : policy.number, agentId, tool }}
        />
        <DescriptionList>
          {trial.who && (
            <Description term="Who must approve">
              {sentence(trial.who)}
              <div className="text-muted text-xs">
                {trial.approvers.length > 0 ? trial.approvers.join(", ") : "Nobody there is could approve this."}
              </div>
            </Description>
          )}
          <Description term="Obligations">
            {trial.obligations.length === 0 ? <NotSet word="None" /> : trial.obligations.map(obligationText).join(". ")}
          </Description>
          {trial.charges.length > 0 && (
            <Description term="Charged to">
              {trial.charges.map(({ ruleId, window, scope }) => `${ruleId} (per ${window}, ${scope})`).join(", ")}
            </Description>
          )}
          <Description term="Policy hash">
            <Id value={policy.hash} noun="policy hash" />
          </Description>
        </DescriptionList>
      </div>
    </Panel>
  );
}

function obligationText(obligation: Record<string, unknown>): string {
  if (obligation.kind === "report_outcome")
    return `Report the outcome within ${Number(obligation.withinSeconds)} seconds`;
  if (obligation.kind === "redact" && Array.isArray(obligation.pointers))
    return `Redact ${obligation.pointers.join(", ")}`;
  return JSON.stringify(obligation);
}
