import type { Metadata } from "next";
import { GuardrailsList } from "@/components/tiers/guardrails-list";
import { PublicationsPanel } from "@/components/tiers/publications-panel";
import { TierMatrix, ToolOverrides } from "@/components/tiers/tier-matrix";
import { VersionHistory } from "@/components/tiers/version-history";
import { Banner } from "@/components/ui/banner";
import { ButtonLink } from "@/components/ui/button-link";
import { Id } from "@/components/ui/id";
import { PageHeader } from "@/components/ui/page-header";
import { Pagination } from "@/components/ui/pagination";
import { Panel } from "@/components/ui/panel";
import { Time } from "@/components/ui/time";
import { can } from "@/lib/auth/actor";
import { requireActor } from "@/lib/auth/session";
import { fromUrl } from "@/lib/http/from-url";
import { orNotFound } from "@/lib/http/or-not-found";
import { readDraft } from "@/lib/policy/drafts";
import { listPublications } from "@/lib/policy/publication-queries";
import { currentPolicy, getPolicyVersion, listPolicyVersions } from "@/lib/policy/queries";
import { tiersQuery } from "@/lib/policy/version-schema";

export const metadata: Metadata = { title: "Tiers" };

export default async function TiersPage({ searchParams }: PageProps<"/tiers">) {
  const actor = await requireActor("policy:read");
  const raw = await searchParams;
  const { version, cursor } = fromUrl(tiersQuery, raw);
  const [inForce, versions, draft, publications] = await Promise.all([
    currentPolicy(),
    listPolicyVersions({ limit: 10, cursor }),
    readDraft(),
    listPublications(actor, { limit: 5 }),
  ]);
  const now = new Date().toISOString();
  const shown =
    version === undefined || version === inForce.number ? inForce : await orNotFound(getPolicyVersion(version));
  const { tiers, guardrails, tools } = shown.content;
  return (
    <div className="flex flex-col gap-4">
      <PageHeader
        title="Tiers"
        description={
          <span className="flex flex-wrap items-center gap-x-2">
            Policy version {shown.number}, published <Time value={shown.createdAt} />{" "}
            <Id value={shown.hash} noun="policy hash" keep={12} />
          </span>
        }
        actions={
          <>
            <ButtonLink href="/tiers/try">Try a request</ButtonLink>
            {can(actor, "policy:write") && (
              <ButtonLink href="/tiers/edit" variant="primary">
                {draft.changed ? "Go on with the draft" : "Edit policy"}
              </ButtonLink>
            )}
          </>
        }
      />
      {shown !== inForce && (
        <Banner
          tone="warning"
          title={`Version ${shown.number} is not in force`}
          action={
            <span className="flex flex-wrap gap-2">
              <ButtonLink href={`/tiers/versions/${shown.number}`}>Compare with version {inForce.number}</ButtonLink>
              <ButtonLink href="/tiers">Show version {inForce.number}</ButtonLink>
            </span>
          }
        >
          This is how the policy was. Decisions made under it name its hash.
        </Banner>
      )}
      {shown === inForce && draft.changed && can(actor, "policy:write") && (
        <Banner title="There is a draft" action={<ButtonLink href="/tiers/review">Review and publish</ButtonLink>}>
          {draft.updatedBy} saved it last
          {draft.updatedAt && (
            <>
              , <Time value={draft.updatedAt} now={now} />
            </>
          )}
          . It decides nothing until it is published.
        </Banner>
      )}
      {shown === inForce && <PublicationsPanel publications={publications.items} now={now} />}
      <TierMatrix tiers={tiers} />
      <p className="text-muted">
        Bands are tried from the top; the first that fits decides. Tools that cannot be undone are never used alone
        below T4. A mandate, a budget and every guardrail can only make the answer stricter. The catalogue of this
        version has {tools.length} tools.
      </p>
      <ToolOverrides tiers={tiers} />
      <Panel title="Guardrails" description="Rules of the organization that no tier relaxes." flush>
        <GuardrailsList guardrails={guardrails} />
      </Panel>
      <Panel title="Version history" flush>
        <VersionHistory versions={versions.items} inForce={inForce.number} now={now} />
        <div className="px-4 py-2">
          <Pagination
            shown={versions.items.length}
            noun="versions"
            searchParams={raw}
            nextCursor={versions.nextCursor}
          />
        </div>
      </Panel>
    </div>
  );
}
