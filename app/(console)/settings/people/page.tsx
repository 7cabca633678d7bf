import type { Metadata } from "next";
import { InvitePerson } from "@/components/settings/invite-person";
import { PeopleTable } from "@/components/settings/people-table";
import { EmptyState } from "@/components/ui/empty-state";
import { FilterBar } from "@/components/ui/filter-bar";
import { PageHeader } from "@/components/ui/page-header";
import { Pagination } from "@/components/ui/pagination";
import { can } from "@/lib/auth/actor";
import { roles } from "@/lib/auth/permissions";
import { listGroups, listPeopleRows } from "@/lib/auth/queries";
import { peopleFilter } from "@/lib/auth/schema";
import { requireActor } from "@/lib/auth/session";
import { roleLabel } from "@/lib/auth/words";
import * as actions from "./actions";

export const metadata: Metadata = { title: "People" };

export default async function PeoplePage({ searchParams }: PageProps<"/settings/people">) {
  const actor = await requireActor("people:read");
  const raw = await searchParams;
  const filter = peopleFilter.parse(raw);
  const [page, groups] = await Promise.all([listPeopleRows(actor, filter), listGroups(actor, { limit: 200 })]);
  const mayWrite = can(actor, "people:write");
  const groupOptions = groups.items.map((group) => ({ value: group.key, label: group.title }));
  const filtered = Boolean(filter.q || filter.role || filter.group || filter.status || filter.cursor);
  return (
    <>
      <PageHeader
        title="People"
        description="Everyone who can sign in, what they may do, and what they answer for."
        actions={mayWrite && <InvitePerson groups={groupOptions} invite={actions.invite} />}
      />
      <FilterBar
        search={{ placeholder: "Search name or email" }}
        filters={[
          { name: "role", label: "Role", options: roles.map((role) => ({ value: role, label: roleLabel(role) })) },
          { name: "group", label: "Group", options: groupOptions },
          {
            name: "status",
            label: "Status",
            options: [
              { value: "active", label: "Active" },
              { value: "deactivated", label: "Deactivated" },
            ],
          },
        ]}
      />
      {page.items.length === 0 ? (
        filtered ? (
          <EmptyState kind="no-match" noun="people" clearHref="/settings/people" />
        ) : (
          <EmptyState kind="nothing" title="No people yet" />
        )
      ) : (
        <>
          <PeopleTable
            people={page.items}
            groups={groupOptions}
            self={actor.personId}
            now={new Date().toISOString()}
            actions={
              mayWrite
                ? {
                    change: actions.change,
                    deactivate: actions.deactivate,
                    reactivate: actions.reactivate,
                    renew: actions.renew,
                  }
                : null
            }
          />
          <Pagination
            shown={page.items.length}
            total={page.total}
            noun="people"
            searchParams={raw}
            nextCursor={page.nextCursor}
          />
        </>
      )}
    </>
  );
}
