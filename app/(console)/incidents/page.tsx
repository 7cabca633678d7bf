import type { Metadata } from "next";
import { IncidentTable } from "@/components/incidents/incident-table";
import { EmptyState } from "@/components/ui/empty-state";
import { FilterBar } from "@/components/ui/filter-bar";
import { PageHeader } from "@/components/ui/page-header";
import { Pagination } from "@/components/ui/pagination";
import { statusWord } from "@/components/ui/status-badge";
import { requireActor } from "@/lib/auth/session";
import { fromUrl } from "@/lib/http/from-url";
import { listIncidents } from "@/lib/incidents/queries";
import { incidentFilter, incidentKinds, severities } from "@/lib/incidents/schema";

export const metadata: Metadata = { title: "Incidents" };

export default async function IncidentsPage({ searchParams }: PageProps<"/incidents">) {
  const actor = await requireActor("incidents:read");
  const raw = await searchParams;
  const filter = fromUrl(incidentFilter, raw);
  const page = await listIncidents(actor, filter);
  const filtered = Boolean(filter.severity || filter.kind || filter.agent || filter.cursor) || filter.status !== "open";

  return (
    <div className="flex flex-col gap-4">
      <PageHeader title="Incidents" description="What should not have happened, and what was done about it." />
      <FilterBar
        filters={[
          {
            name: "status",
            label: "Status",
            whenUnset: "Status: open",
            options: [
              { value: "open", label: "Open" },
              { value: "closed", label: "Closed" },
              { value: "all", label: "All" },
            ],
          },
          {
            name: "severity",
            label: "Severity",
            options: severities.map((value) => ({ value, label: statusWord("severity", value) })),
          },
          {
            name: "kind",
            label: "Kind",
            options: Object.entries(incidentKinds).map(([value, { word }]) => ({ value, label: word })),
          },
        ]}
      />
      {page.items.length > 0 ? (
        <>
          <IncidentTable incidents={page.items} now={new Date().toISOString()} />
          <Pagination
            shown={page.items.length}
            total={page.total}
            noun={filter.status === "open" ? "open incidents" : "incidents"}
            searchParams={raw}
            nextCursor={page.nextCursor}
          />
        </>
      ) : filtered ? (
        <EmptyState kind="no-match" noun="incidents" clearHref="/incidents" />
      ) : (
        <EmptyState kind="nothing" title="No open incidents">
          One opens by itself when a key is used in two places, when the log lost entries, or when something else was
          carried out than was allowed.
        </EmptyState>
      )}
    </div>
  );
}
