import type { Metadata } from "next";
import { approvePublication, declinePublication, withdrawPublication } from "@/app/(console)/tiers/actions";
import { ChangeList } from "@/components/tiers/change-list";
import { PublicationFacts } from "@/components/tiers/publication-facts";
import { PublicationVerdict } from "@/components/tiers/publication-verdict";
import { PageHeader } from "@/components/ui/page-header";
import { Panel } from "@/components/ui/panel";
import { agentNames } from "@/lib/agents/agent-names";
import { requireActor } from "@/lib/auth/session";
import { orNotFound } from "@/lib/http/or-not-found";
import { publicationView } from "@/lib/policy/publication-queries";
import { secondPeople } from "@/lib/policy/second-people";

export const metadata: Metadata = { title: "Publication" };

export default async function PublicationPage({ params }: PageProps<"/tiers/publications/[id]">) {
  const actor = await requireActor("policy:read");
  const publication = await orNotFound(publicationView(actor, (await params).id));
  const waiting = publication.status === "awaiting_second_person";
  const [agents, people] = await Promise.all([
    agentNames(
      actor,
      publication.changes.flatMap(({ affects }) => affects),
    ),
    waiting ? secondPeople(publication.id) : [],
  ]);
  return (
    <div className="flex flex-col gap-4">
      <PageHeader title={publication.note} breadcrumb={[{ label: "Tiers", href: "/tiers" }]} />
      <PublicationVerdict
        publication={publication}
        people={people}
        actions={{ approve: approvePublication, decline: declinePublication, withdraw: withdrawPublication }}
      />
      <Panel title="Publication">
        <PublicationFacts publication={publication} />
      </Panel>
      <Panel title="What changes">
        <ChangeList changes={publication.changes} agents={agents} />
      </Panel>
    </div>
  );
}
