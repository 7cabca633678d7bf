import { RemovePasskey } from "@/components/passkeys/remove-passkey";
import { NotSet } from "@/components/ui/description-list";
import { Table, TableBody, TableHead, Td, Th, Tr } from "@/components/ui/table";
import { Time } from "@/components/ui/time";
import type { Passkey } from "@/lib/auth/schema";
import type { ActionResult } from "@/lib/http/action";

/** One's own passkeys, oldest first. */
export function PasskeyTable({
  passkeys,
  now,
  remove,
}: {
  passkeys: readonly Passkey[];
  now: string;
  remove: (input: { id: string }) => Promise<ActionResult<null>>;
}) {
  return (
    <Table label="Passkeys">
      <TableHead>
        <Th>Passkey</Th>
        <Th hideBelow="sm">Added</Th>
        <Th hideBelow="sm">Last used</Th>
        <Th align="right">
          <span className="sr-only">Actions</span>
        </Th>
      </TableHead>
      <TableBody>
        {passkeys.map((passkey) => (
          <Tr key={passkey.id}>
            <Td className="max-w-44">
              <div className="truncate font-medium">{passkey.name}</div>
            </Td>
            <Td hideBelow="sm">
              <Time value={passkey.createdAt} now={now} />
            </Td>
            <Td hideBelow="sm">
              {passkey.lastUsedAt ? <Time value={passkey.lastUsedAt} now={now} /> : <NotSet word="Never" />}
            </Td>
            <Td align="right">
              <RemovePasskey id={passkey.id} name={passkey.name} remove={remove} />
            </Td>
          </Tr>
        ))}
      </TableBody>
    </Table>
  );
}
