import Link from "next/link";
import { CloseIncident } from "@/components/incidents/close-incident";
import { IncidentStatus } from "@/components/incidents/incident-status";
import { Banner } from "@/components/ui/banner";
import { Description, DescriptionList, NotSet } from "@/components/ui/description-list";
import { Id } from "@/components/ui/id";
import { InertText } from "@/components/ui/inert-text";
import { JsonView } from "@/components/ui/json-view";
import { PageHeader } from "@/components/ui/page-header";
import { Panel } from "@/components/ui/panel";
import { StatusBadge } from "@/components/ui/status-badge";
import { Time } from "@/components/ui/time";
import { kindWord } from "@/lib/audit/kind-words";
import type { ActionResult } from "@/lib/http/action";
import { type IncidentDetail, incidentWord } from "@/lib/incidents/schema";
import { canonicalize } from "@/lib/json";

type IncidentViewProps = {
  incident: IncidentDetail;
  mayClose: boolean;
  close: (input: { id: string; comment: string }) => Promise<ActionResult<{ id: string }>>;
};

/** One incident: what was found, about whom, and how it ended. */
export function IncidentView({ incident, mayClose, close }: IncidentViewProps) {
  const { agent } = incident;
  return (
    <article className="flex flex-col gap-4">
      <PageHeader
        title={<InertText text={incident.title} />}
        breadcrumb={[{ label: "Incidents", href: "/incidents" }]}
        status={
          <>
            <StatusBadge kind="severity" value={incident.severity} />
            <IncidentStatus status={incident.status} />
          </>
        }
        description={incidentWord(incident.kind)}
        actions={
          mayClose && incident.status === "open" ? (
            <CloseIncident id={incident.id} title={incident.title} close={close} />
          ) : undefined
        }
      />
      {agent?.status === "suspended" && (
        <Banner tone="warning" title={`${agent.name} is suspended.`}>
          Everything it asks is refused. Closing the incident does not resume it.
        </Banner>
      )}
      {incident.closeComment !== null && (
        <Panel title="How it ended">
          <InertText text={incident.closeComment} lines />
        </Panel>
      )}
      <div className="grid items-start gap-4 lg:grid-cols-[minmax(0,2fr)_minmax(20rem,1fr)]">
        <Panel title="What was found">
          <JsonView json={canonicalize(incident.details)} label="Details" full />
        </Panel>
        <Panel title="Facts">
          <DescriptionList>
            <Description term="Incident">
              <Id value={incident.id} noun="incident id" />
            </Description>
            <Description term="Agent">
              {agent ? (
                <Link
                  href={`/agents/${agent.id}`}
                  className="inline-flex min-h-6 items-center rounded-md text-link hover:underline"
                >
                  {agent.name}
                </Link>
              ) : (
                <NotSet word="None" />
              )}
            </Description>
            <Description term="Opened">
              <Time value={incident.openedAt} />
            </Description>
            {incident.closedAt && (
              <Description term="Closed">
                <Time value={incident.closedAt} /> {incident.closedBy && `by ${incident.closedBy.name}`}
              </Description>
            )}
            {incident.entryId && (
              <Description term="About">
                <Id value={incident.entryId} href={`/audit/${incident.entryId}`} noun="entry id" />
              </Description>
            )}
            {incident.records.map((record) => (
              <Description key={record.id} term={kindWord(record.kind)}>
                <Id value={record.id} href={`/audit/${record.id}`} noun="entry id" />
              </Description>
            ))}
          </DescriptionList>
        </Panel>
      </div>
    </article>
  );
}
