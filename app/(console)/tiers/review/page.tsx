import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { publishDraft } from "@/app/(console)/tiers/actions";
import { ChangeList } from "@/components/tiers/change-list";
import { ForecastPanel } from "@/components/tiers/forecast-panel";
import { PublishForm } from "@/components/tiers/publish-form";
import { Banner } from "@/components/ui/banner";
import { ButtonLink } from "@/components/ui/button-link";
import { PageHeader } from "@/components/ui/page-header";
import { Panel } from "@/components/ui/panel";
import { sentence } from "@/components/ui/sentence";
import { agentNames } from "@/lib/agents/agent-names";
import { can } from "@/lib/auth/actor";
import { requireActor } from "@/lib/auth/session";
import { readDraft } from "@/lib/policy/drafts";
import { planOrRefusal } from "@/lib/policy/plan-or-refusal";

export const metadata: Metadata = { title: "Review policy" };

export default async function ReviewPage() {
  const actor = await requireActor("policy:write");
  const draft = await readDraft();
  if (!draft.changed) redirect("/tiers/edit");
  const { plan, refusal } = await planOrRefusal(draft);
  const agents = await agentNames(actor, plan?.changes.flatMap(({ affects }) => affects) ?? []);
  return (
    <div className="flex flex-col gap-4">
      <PageHeader
        title="Review and publish"
        breadcrumb={[
          { label: "Tiers", href: "/tiers" },
          { label: "Edit policy", href: "/tiers/edit" },
        ]}
        description={`What the draft changes about the policy in force. ${draft.updatedBy} saved it last.`}
      />
      {refusal && (
        <Banner
          tone="deny"
          title="The draft cannot be published as it is"
          action={<ButtonLink href="/tiers/edit">Back to the draft</ButtonLink>}
        >
          <ul>
            {refusal.map((message) => (
              <li key={message}>{sentence(message)}</li>
            ))}
          </ul>
        </Banner>
      )}
      {plan && (
        <>
          <Panel title="What changes">
            <ChangeList changes={plan.changes} agents={agents} />
          </Panel>
          <ForecastPanel revision={draft.revision} />
          <Panel title="Publish">
            {can(actor, "policy:publish") ? (
              <PublishForm
                loosening={plan.loosening}
                verb="Publish"
                subject={{ revision: draft.revision }}
                publish={publishDraft}
              />
            ) : (
              <p className="text-muted">Only who may publish policy does this. The draft is saved.</p>
            )}
          </Panel>
        </>
      )}
    </div>
  );
}
