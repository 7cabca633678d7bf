import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { rollBack } from "@/app/(console)/tiers/actions";
import { ChangeList } from "@/components/tiers/change-list";
import { PublishForm } from "@/components/tiers/publish-form";
import { Banner } from "@/components/ui/banner";
import { ButtonLink } from "@/components/ui/button-link";
import { EmptyState } from "@/components/ui/empty-state";
import { PageHeader } from "@/components/ui/page-header";
import { Panel } from "@/components/ui/panel";
import { Time } from "@/components/ui/time";
import { agentNames } from "@/lib/agents/agent-names";
import { can } from "@/lib/auth/actor";
import { requireActor } from "@/lib/auth/session";
import { orNotFound } from "@/lib/http/or-not-found";
import { changesTo } from "@/lib/policy/changes-to";
import { loosens } from "@/lib/policy/diff";
import { contentOf } from "@/lib/policy/draft-content";
import { currentPolicy, getPolicyVersion } from "@/lib/policy/queries";
import { versionPath } from "@/lib/policy/version-schema";

export const metadata: Metadata = { title: "Compare versions" };

export default async function VersionPage({ params }: PageProps<"/tiers/versions/[number]">) {
  const actor = await requireActor("policy:read");
  const path = versionPath.safeParse(await params);
  if (!path.success) notFound();
  const [version, inForce] = await Promise.all([orNotFound(getPolicyVersion(path.data.number)), currentPolicy()]);
  const changes = await changesTo(contentOf(version.content));
  const agents = await agentNames(
    actor,
    changes.flatMap(({ affects }) => affects),
  );
  const mayRollBack = can(actor, "policy:publish") && changes.length > 0;
  return (
    <div className="flex flex-col gap-4">
      <PageHeader
        title={`Version ${version.number} and the policy in force`}
        breadcrumb={[{ label: "Tiers", href: "/tiers" }]}
        description={
          <>
            {version.note}, published <Time value={version.createdAt} />
          </>
        }
        actions={<ButtonLink href={`/tiers?version=${version.number}`}>Show version {version.number}</ButtonLink>}
      />
      <Panel
        title="What would change"
        description={`If version ${version.number} were in force again instead of version ${inForce.number}. The catalogue of tools stays.`}
      >
        {changes.length === 0 ? (
          <EmptyState kind="nothing" title="Nothing would change">
            The rules of version {version.number} are those in force.
          </EmptyState>
        ) : (
          <ChangeList changes={changes} agents={agents} />
        )}
      </Panel>
      {mayRollBack && (
        <Panel title="Roll back">
          <div className="flex flex-col gap-4">
            <Banner>
              Version {version.number} is published again as a new version. Decisions made since keep naming the policy
              they were made under.
            </Banner>
            <PublishForm
              loosening={loosens(changes)}
              verb="Roll back"
              subject={{ number: String(version.number) }}
              publish={rollBack}
            />
          </div>
        </Panel>
      )}
    </div>
  );
}
