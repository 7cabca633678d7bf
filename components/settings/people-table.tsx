import { type PersonActions, PersonMenu } from "@/components/settings/person-menu";
import { Badge } from "@/components/ui/badge";
import { NotSet } from "@/components/ui/description-list";
import type { Option } from "@/components/ui/select";
import { StatusBadge } from "@/components/ui/status-badge";
import { Table, TableBody, TableHead, Td, Th, Tr } from "@/components/ui/table";
import { Time } from "@/components/ui/time";
import type { PersonRow } from "@/lib/auth/queries";
import { roleLabel } from "@/lib/auth/words";

type Props = {
  people: readonly PersonRow[];
  groups: readonly Option[];
  self: string;
  now: string;
  actions: PersonActions | null;
};

/** Everyone, by name. */
export function PeopleTable({ people, groups, self, now, actions }: Props) {
  return (
    <Table label="People">
      <TableHead>
        <Th>Person</Th>
        <Th>Roles</Th>
        <Th hideBelow="lg">Groups</Th>
        <Th hideBelow="md" align="right">
          Agents
        </Th>
        <Th hideBelow="md">Last seen</Th>
        <Th hideBelow="sm">Status</Th>
        {actions && (
          <Th align="right">
            <span className="sr-only">Actions</span>
          </Th>
        )}
      </TableHead>
      <TableBody>
        {people.map((person) => (
          <Tr key={person.id}>
            <Td className="max-w-44 sm:max-w-64">
              <div className="truncate font-medium">
                {person.name}
                {person.id === self && <span className="font-normal text-muted"> (you)</span>}
              </div>
              <div className="truncate text-muted text-xs">{person.email}</div>
            </Td>
            <Td className="max-w-40">{person.roles.map(roleLabel).join(", ") || <NotSet word="None" />}</Td>
            <Td hideBelow="lg">{person.groups.join(", ") || <NotSet word="None" />}</Td>
            <Td hideBelow="md" align="right">
              {person.agents}
            </Td>
            <Td hideBelow="md">
              {person.lastSeenAt ? <Time value={person.lastSeenAt.toISOString()} now={now} /> : <NotSet word="Never" />}
            </Td>
            <Td hideBelow="sm">
              {!person.active ? (
                <StatusBadge kind="account" value="inactive" />
              ) : person.signIn === "not yet" ? (
                <Badge>{person.invitedUntil ? "Invited" : "Link expired"}</Badge>
              ) : (
                <StatusBadge kind="account" value="active" />
              )}
            </Td>
            {actions && (
              <Td align="right">
                <PersonMenu
                  person={{ ...menuPerson(person), sample: person.signIn === "sample" }}
                  isSelf={person.id === self}
                  groups={groups}
                  actions={actions}
                />
              </Td>
            )}
          </Tr>
        ))}
      </TableBody>
    </Table>
  );
}

function menuPerson({ id, name, email, roles, groups, active, agents }: PersonRow) {
  return { id, name, email, roles, groups, active, agents };
}
