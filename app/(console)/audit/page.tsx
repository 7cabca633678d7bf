import type { Metadata } from "next";
import { EntryTable } from "@/components/audit/entry-table";
import { ExportLink } from "@/components/audit/export-link";
import { explorerFilters } from "@/components/audit/filters";
import { NarrowedTo } from "@/components/audit/narrowed-to";
import { EmptyState } from "@/components/ui/empty-state";
import { FilterBar } from "@/components/ui/filter-bar";
import { PageHeader } from "@/components/ui/page-header";
import { Pagination } from "@/components/ui/pagination";
import { requireActor } from "@/lib/auth/session";
import { explorerChoices } from "@/lib/explorer/choices";
import { listEntries } from "@/lib/explorer/list-entries";
import { entryQuery } from "@/lib/explorer/schema";
import { fromUrl } from "@/lib/http/from-url";

export const metadata: Metadata = { title: "Audit log" };

export default async function AuditPage({ searchParams }: PageProps<"/audit">) {
  const actor = await requireActor("audit:read", "audit:read:own");
  const raw = await searchParams;
  const choices = await explorerChoices(actor);
  const { q, ...rest } = fromUrl(entryQuery, raw);
  const query = choices.mayQuery ? { ...rest, q } : rest;
  const page = await listEntries(actor, query);
  const { limit, cursor, ...filter } = query;
  const filtered = Object.values(filter).some((value) => value !== undefined);

  return (
    <div className="flex flex-col gap-4">
      <PageHeader
        title="Audit log"
        description="Every decision, and everything people changed. Nothing in it can be edited."
        actions={<ExportLink searchParams={raw} />}
      />
      <FilterBar
        {...(choices.mayQuery ? { search: { placeholder: "Search in content" } } : {})}
        filters={explorerFilters(choices)}
      />
      <NarrowedTo filter={filter} searchParams={raw} />
      {page.items.length > 0 ? (
        <>
          <EntryTable entries={page.items} />
          <Pagination
            shown={page.items.length}
            total={page.total}
            more={page.more}
            noun="entries"
            searchParams={raw}
            nextCursor={page.nextCursor}
          />
        </>
      ) : filtered || cursor ? (
        <EmptyState kind="no-match" noun="entries" clearHref="/audit" />
      ) : (
        <EmptyState kind="nothing" title="No entries yet">
          Entries appear here within a second of what they record: a decision, a vote, a change of an agent.
        </EmptyState>
      )}
    </div>
  );
}
