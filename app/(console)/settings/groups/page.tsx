import type { Metadata } from "next";
import { GroupDialog } from "@/components/settings/group-dialog";
import { GroupTable } from "@/components/settings/group-table";
import { EmptyState } from "@/components/ui/empty-state";
import { PageHeader } from "@/components/ui/page-header";
import { Pagination } from "@/components/ui/pagination";
import { can } from "@/lib/auth/actor";
import { listGroups, listPeople } from "@/lib/auth/queries";
import { pageFilter } from "@/lib/auth/schema";
import { requireActor } from "@/lib/auth/session";
import * as actions from "./actions";

export const metadata: Metadata = { title: "Groups" };

export default async function GroupsPage({ searchParams }: PageProps<"/settings/groups">) {
  const actor = await requireActor("people:read");
  const raw = await searchParams;
  const mayWrite = can(actor, "groups:write");
  const [page, people] = await Promise.all([
    listGroups(actor, pageFilter.parse(raw)),
    mayWrite ? listPeople(actor, { status: "active", limit: 200 }) : { items: [] },
  ]);
  const choices = people.items
    .filter((one) => one.id !== actor.personId)
    .map((one) => ({ value: one.id, label: one.name, hint: one.email }));
  const create = mayWrite && <GroupDialog people={choices} create={actions.create} />;
  return (
    <>
      <PageHeader
        title="Groups"
        description="Whom a rule asks for approval. Rules name a group by its key."
        actions={create}
      />
      {page.items.length === 0 ? (
        <EmptyState kind="nothing" title="No groups yet" action={create}>
          Without groups, anybody with the role Approver can vote on any request that is not their own.
        </EmptyState>
      ) : (
        <>
          <GroupTable
            groups={page.items}
            people={choices}
            self={actor.personId}
            actions={mayWrite ? { change: actions.change, remove: actions.remove } : null}
          />
          {(page.nextCursor || raw.cursor) && (
            <Pagination shown={page.items.length} noun="groups" searchParams={raw} nextCursor={page.nextCursor} />
          )}
        </>
      )}
    </>
  );
}
