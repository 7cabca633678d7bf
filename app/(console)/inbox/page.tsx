import type { Metadata } from "next";
import { castVotes, readCards } from "@/app/(console)/inbox/actions";
import { InboxList } from "@/components/approvals/inbox-list";
import { FilterBar } from "@/components/ui/filter-bar";
import { PageHeader } from "@/components/ui/page-header";
import { parseSort } from "@/components/ui/sort";
import { statusWord } from "@/components/ui/status-badge";
import { inboxChoices, listInbox } from "@/lib/approvals/queries";
import { inboxQuery, inboxToUrl } from "@/lib/approvals/schema";
import { approvalStatuses } from "@/lib/approvals/state";
import { can } from "@/lib/auth/actor";
import { requireActor } from "@/lib/auth/session";
import { fromUrl } from "@/lib/http/from-url";

export const metadata: Metadata = { title: "Inbox" };

export default async function InboxPage({ searchParams }: PageProps<"/inbox">) {
  const actor = await requireActor("approvals:read", "approvals:read:own");
  const query = fromUrl(inboxQuery, await searchParams);
  const [page, choices] = await Promise.all([listInbox(actor, query), inboxChoices(actor)]);
  const search = inboxToUrl(query);
  const { sort, cursor, limit, ...filter } = query;

  return (
    <div className="flex flex-col gap-4">
      <PageHeader title="Inbox" description="What agents may do only when a person agrees." />
      <FilterBar
        search={{ placeholder: "Search requests" }}
        filters={[
          {
            name: "status",
            label: "Status",
            whenUnset: "Status: waiting",
            options: [...closed, { value: "all", label: "All" }],
          },
          ...(can(actor, "approvals:vote")
            ? [
                {
                  name: "mine",
                  label: "Who decides",
                  whenUnset: "Anyone decides",
                  options: [{ value: "true", label: "I can decide" }],
                },
              ]
            : []),
          {
            name: "agent",
            label: "Agent",
            options: choices.agents.map(({ id, name }) => ({ value: id, label: name })),
          },
          { name: "tool", label: "Tool", options: choices.tools.map((tool) => ({ value: tool, label: tool })) },
          {
            name: "group",
            label: "Group",
            options: choices.groups.map(({ key, title }) => ({ value: key, label: title })),
          },
        ]}
      />
      <InboxList
        key={search}
        search={search}
        initial={page}
        sort={parseSort(sort, ["deadline", "risk", "amount", "requestedAt"], { by: "deadline", direction: "asc" })}
        filtered={inboxToUrl(filter) !== ""}
        now={new Date().toISOString()}
        batch={can(actor, "approvals:vote") && actor.mayVote ? { readCards, castVotes } : undefined}
      />
    </div>
  );
}

const closed = approvalStatuses
  .filter((status) => status !== "pending")
  .map((value) => ({ value, label: statusWord("approval", value) }));
