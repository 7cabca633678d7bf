import { RevokeToken } from "@/components/settings/revoke-token";
import { NotSet } from "@/components/ui/description-list";
import { Id } from "@/components/ui/id";
import { StatusBadge } from "@/components/ui/status-badge";
import { Table, TableBody, TableHead, Td, Th, Tr } from "@/components/ui/table";
import { Time } from "@/components/ui/time";
import type { ApiToken } from "@/lib/auth/schema";
import type { ActionResult } from "@/lib/http/action";

/** One's own tokens, newest first. */
export function TokenTable({
  tokens,
  now,
  revoke,
}: {
  tokens: readonly ApiToken[];
  now: string;
  revoke: (input: { id: string }) => Promise<ActionResult<null>>;
}) {
  return (
    <Table label="API tokens">
      <TableHead>
        <Th>Token</Th>
        <Th hideBelow="md">May</Th>
        <Th hideBelow="sm">Last used</Th>
        <Th hideBelow="sm">Ends</Th>
        <Th hideBelow="sm">Status</Th>
        <Th align="right">
          <span className="sr-only">Actions</span>
        </Th>
      </TableHead>
      <TableBody>
        {tokens.map((token) => (
          <Tr key={token.id}>
            <Td className="max-w-44">
              <div className="truncate font-medium">{token.name}</div>
              <Id value={token.id} noun="token id" />
            </Td>
            <Td hideBelow="md" className="max-w-80 whitespace-normal text-muted text-xs">
              {token.scopes.join(", ")}
            </Td>
            <Td hideBelow="sm">
              {token.lastUsedAt ? <Time value={token.lastUsedAt} now={now} /> : <NotSet word="Never" />}
            </Td>
            <Td hideBelow="sm">
              <Time value={token.expiresAt} now={now} />
            </Td>
            <Td hideBelow="sm">
              <StatusBadge kind="credential" value={token.status} />
            </Td>
            <Td align="right">
              {token.status === "active" && <RevokeToken id={token.id} name={token.name} revoke={revoke} />}
            </Td>
          </Tr>
        ))}
      </TableBody>
    </Table>
  );
}
