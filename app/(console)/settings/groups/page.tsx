import type { Metadata } from "next";
import { GroupDialog } from "@/components/settings/group-dialog";
import { GroupTable } from "@/components/settings/group-table";
import { Banner } from "@/components/ui/banner";
import { EmptyState } from "@/components/ui/empty-state";
import { PageHeader } from "@/components/ui/page-header";
import { Pagination } from "@/components/ui/pagination";
import { can } from "@/lib/auth/actor";
import { listGroups, listPeople } from "@/lib/auth/queries";
import { pageFilter } from "@/lib/auth/schema";
import { requireActor } from "@/lib/auth/session";
import { list } from "@/lib/policy/messages";
import { namedGroups } from "@/lib/policy/named-groups";
import { currentPolicy } from "@/lib/policy/queries";
import * as actions from "./actions";

export const metadata: Metadata = { title: "Groups" };

export default async function GroupsPage({ searchParams }: PageProps<"/settings/groups">) {
  const actor = await requireActor("people:read");
  const raw = await searchParams;
  const mayWrite = can(actor, "groups:write");
  const [page, policy, people] = await Promise.all([
    listGroups(actor, pageFilter.parse(raw)),
    currentPolicy(),
    mayWrite ? listPeople(actor, { status: "active", limit: 200 }) : { items: [] },
  ]);
  const choices = people.items
    .filter((one) => one.id !== actor.personId)
    .map((one) => ({ value: one.id, label: one.name, hint: one.email }));
  // Only a complete list can tell that a group is missing from it.
  const able = page.items.filter((group) => group.members.some((member) => member.active)).map((group) => group.key);
  const complete = page.nextCursor === null && raw.cursor === undefined;
  const absent = complete ? namedGroups(policy.content).filter((key) => !able.includes(key)) : [];
  const create = mayWrite && <GroupDialog people={choices} create={actions.create} />;
  return (
    <>
      <PageHeader
        title="Groups"
        description="Whom a rule asks for approval. Rules name a group by its key."
        actions={page.items.length > 0 && create}
      />
      {absent.length > 0 && (
        <Banner tone="warning" title={`The policy in force asks ${list(absent)}`}>
          {absent.length === 1
            ? "That group is not here or has no active member"
            : "These groups are not here or have no active member"}
          , so nobody can decide what {absent.length === 1 ? "it is" : "they are"} asked.
        </Banner>
      )}
      {page.items.length === 0 ? (
        <EmptyState kind="nothing" title="No groups yet" action={create}>
          Rules ask groups to approve. Until a group exists and has members, nobody can decide what it is asked.
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
