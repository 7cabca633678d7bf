import type { Metadata } from "next";
import { block, guess, sanction } from "@/app/(console)/tools/actions";
import { DemandList } from "@/components/tools/demand-list";
import { SanctionDialog } from "@/components/tools/tool-dialog";
import { ToolsTable } from "@/components/tools/tools-table";
import { Banner } from "@/components/ui/banner";
import { Button } from "@/components/ui/button";
import { ButtonLink } from "@/components/ui/button-link";
import { EmptyState } from "@/components/ui/empty-state";
import { FilterBar } from "@/components/ui/filter-bar";
import { PageHeader } from "@/components/ui/page-header";
import { Pagination } from "@/components/ui/pagination";
import { statusWord } from "@/components/ui/status-badge";
import { can } from "@/lib/auth/actor";
import { requireActor } from "@/lib/auth/session";
import { fromUrl } from "@/lib/http/from-url";
import { effectClasses, toolStatuses } from "@/lib/policy/schema";
import { countHeldTools, listDemand, listTools } from "@/lib/tools/queries";
import { toolFilter } from "@/lib/tools/schema";

export const metadata: Metadata = { title: "Tools" };

export default async function ToolsPage({ searchParams }: PageProps<"/tools">) {
  const actor = await requireActor("tools:read");
  const raw = await searchParams;
  const filter = fromUrl(toolFilter, raw);
  const [page, demand, held] = await Promise.all([listTools(filter), listDemand(actor), countHeldTools()]);
  const mayWrite = can(actor, "tools:write");
  const filtered = Boolean(filter.q || filter.effect || filter.status);
  const add = mayWrite && (
    <>
      <ButtonLink href="/tools/import">Import tools</ButtonLink>
      <SanctionDialog trigger={<Button variant="primary">Add a tool…</Button>} save={sanction} />
    </>
  );
  return (
    <div className="flex flex-col gap-4">
      <PageHeader
        title="Tools"
        description="The catalogue of what agents may ask for. What is not here is refused."
        actions={(page.total > 0 || filtered) && add}
      />
      {held > 0 && filter.status !== "changed" && (
        <Banner
          tone="warning"
          title={held === 1 ? "One tool changed at its source" : `${held} tools changed at their source`}
          action={<ButtonLink href="/tools?status=changed">Look at {held === 1 ? "it" : "them"}</ButtonLink>}
        >
          Until somebody answers, every call of {held === 1 ? "it" : "them"} asks a person.
        </Banner>
      )}
      {demand.length > 0 && (
        <DemandList
          demand={demand}
          now={new Date().toISOString()}
          actions={mayWrite ? { sanction, guess, block } : undefined}
        />
      )}
      {(page.total > 0 || filtered) && (
        <FilterBar
          search={{ placeholder: "Search tools" }}
          filters={[
            {
              name: "effect",
              label: "Effect",
              options: effectClasses.map((value) => ({ value, label: value.charAt(0).toUpperCase() + value.slice(1) })),
            },
            {
              name: "status",
              label: "Status",
              options: toolStatuses.map((value) => ({ value, label: statusWord("tool", value) })),
            },
          ]}
        />
      )}
      {page.items.length > 0 ? (
        <>
          <ToolsTable tools={page.items} />
          <Pagination
            shown={page.items.length}
            total={page.total}
            noun="tools"
            searchParams={raw}
            nextCursor={page.nextCursor}
          />
        </>
      ) : filtered ? (
        <EmptyState kind="no-match" noun="tools" clearHref="/tools" />
      ) : (
        <EmptyState kind="nothing" title="The catalogue is empty" action={add}>
          {mayWrite
            ? "Add the tools your agents use, and say what each does to the world."
            : "An administrator adds the tools that agents may use."}
        </EmptyState>
      )}
    </div>
  );
}
