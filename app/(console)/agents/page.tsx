import type { Metadata } from "next";
import { answer, stop } from "@/app/(console)/agents/actions";
import { AgentsTable } from "@/components/agents/agents-table";
import { IncomingTransfers } from "@/components/agents/incoming-transfers";
import { StopDialog } from "@/components/agents/stop-dialog";
import { environmentWords, optionsOf, riskWords } from "@/components/agents/words";
import { ButtonLink } from "@/components/ui/button-link";
import { EmptyState } from "@/components/ui/empty-state";
import { FilterBar } from "@/components/ui/filter-bar";
import { PageHeader } from "@/components/ui/page-header";
import { Pagination } from "@/components/ui/pagination";
import { parseSort } from "@/components/ui/sort";
import { statusWord } from "@/components/ui/status-badge";
import { listAgents, listOwners, listTransfersTo } from "@/lib/agents/queries";
import { agentFilter } from "@/lib/agents/schema";
import { can } from "@/lib/auth/actor";
import { requireActor } from "@/lib/auth/session";
import { fromUrl } from "@/lib/http/from-url";
import { agentStatuses, tierKeys } from "@/lib/policy/schema";

export const metadata: Metadata = { title: "Agents" };

export default async function AgentsPage({ searchParams }: PageProps<"/agents">) {
  const actor = await requireActor("agents:read", "agents:read:own");
  const raw = await searchParams;
  const filter = fromUrl(agentFilter, raw);
  const [page, owners, transfers] = await Promise.all([
    listAgents(actor, filter),
    listOwners(actor),
    listTransfersTo(actor),
  ]);
  const mayRegister = can(actor, "agents:write") || can(actor, "agents:write:own");
  const filtered = Boolean(
    filter.q || filter.status || filter.tier || filter.environment || filter.riskClass || filter.owner,
  );
  const stopping = can(actor, "stop:engage") ? (
    <StopDialog stop={stop} scope="fleet" word="all agents" />
  ) : can(actor, "stop:engage:own") ? (
    <StopDialog stop={stop} scope="owner" id={actor.personId} word="my agents" />
  ) : null;
  return (
    <div className="flex flex-col gap-4">
      <PageHeader
        title="Agents"
        description="Every agent has an owner, a key of its own, a tier and a written mandate."
        actions={
          <>
            {page.total > 0 && stopping}
            {mayRegister && (page.total > 0 || filtered) && (
              <ButtonLink variant="primary" href="/agents/new">
                Register an agent
              </ButtonLink>
            )}
          </>
        }
      />
      <IncomingTransfers transfers={transfers} answer={answer} />
      {(page.total > 0 || filtered) && (
        <FilterBar
          search={{ placeholder: "Search agents" }}
          filters={[
            {
              name: "status",
              label: "Status",
              options: agentStatuses.map((value) => ({ value, label: statusWord("agent", value) })),
            },
            { name: "tier", label: "Tier", options: tierKeys.map((value) => ({ value, label: value })) },
            { name: "environment", label: "Environment", options: optionsOf(environmentWords) },
            { name: "riskClass", label: "Risk", options: optionsOf(riskWords) },
            { name: "owner", label: "Owner", options: owners.map((owner) => ({ value: owner.id, label: owner.name })) },
          ]}
        />
      )}
      {page.items.length > 0 ? (
        <>
          <AgentsTable
            agents={page.items}
            sort={parseSort(filter.sort, ["name", "createdAt"], { by: "name", direction: "asc" })}
            now={new Date().toISOString()}
          />
          <Pagination
            shown={page.items.length}
            total={page.total}
            noun="agents"
            searchParams={raw}
            nextCursor={page.nextCursor}
          />
        </>
      ) : filtered ? (
        <EmptyState kind="no-match" noun="agents" clearHref="/agents" />
      ) : (
        <EmptyState
          kind="nothing"
          title="No agents yet"
          action={
            mayRegister && (
              <ButtonLink variant="primary" href="/agents/new">
                Register an agent
              </ButtonLink>
            )
          }
        >
          {mayRegister
            ? "An agent gets its own key, a mandate that says what it is for, and a record of everything it asks."
            : "There is no agent that you may see. An owner registers agents."}
        </EmptyState>
      )}
    </div>
  );
}
