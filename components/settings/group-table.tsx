import { type GroupActions, GroupMenu } from "@/components/settings/group-menu";
import { NotSet } from "@/components/ui/description-list";
import type { Option } from "@/components/ui/select";
import { Table, TableBody, TableHead, Td, Th, Tr } from "@/components/ui/table";
import type { Group } from "@/lib/auth/schema";

/** Approver groups by key, with who is in them. */
export function GroupTable({
  groups,
  people,
  self,
  actions,
}: {
  groups: readonly Group[];
  people: readonly Option[];
  self: string;
  actions: GroupActions | null;
}) {
  return (
    <Table label="Groups">
      <TableHead>
        <Th>Group</Th>
        <Th>Members</Th>
        {actions && (
          <Th align="right">
            <span className="sr-only">Actions</span>
          </Th>
        )}
      </TableHead>
      <TableBody>
        {groups.map((group) => (
          <Tr key={group.id}>
            <Td className="max-w-44">
              <div className="truncate font-medium">{group.title}</div>
              <div className="truncate font-mono text-muted text-xs">{group.key}</div>
            </Td>
            <Td className="whitespace-normal">
              {group.members
                .map((member) => (member.active ? member.name : `${member.name} (deactivated)`))
                .join(", ") || <NotSet word="Nobody: requests to this group expire" />}
            </Td>
            {actions && (
              <Td align="right">
                <GroupMenu group={group} people={people} self={self} actions={actions} />
              </Td>
            )}
          </Tr>
        ))}
      </TableBody>
    </Table>
  );
}
