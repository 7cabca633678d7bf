import { EndOtherSessions, EndSession } from "@/components/settings/end-session";
import { Badge } from "@/components/ui/badge";
import { Panel } from "@/components/ui/panel";
import { Table, TableBody, TableHead, Td, Th, Tr } from "@/components/ui/table";
import { Time } from "@/components/ui/time";
import type { OwnSession } from "@/lib/auth/queries";
import { browserName } from "@/lib/auth/words";
import type { ActionResult } from "@/lib/http/action";

type Props = {
  sessions: readonly OwnSession[];
  now: string;
  limits: string;
  end: (input: { id: string }) => Promise<ActionResult<null>>;
  endOthers: (input: Record<string, never>) => Promise<ActionResult<{ ended: number }>>;
};

/** Where one is signed in. */
export function SessionList({ sessions, now, limits, end, endOthers }: Props) {
  return (
    <Panel
      title="Where you are signed in"
      flush
      footer={limits}
      actions={sessions.length > 1 && <EndOtherSessions count={sessions.length - 1} end={endOthers} />}
    >
      <Table label="Sessions" framed={false}>
        <TableHead>
          <Th>Browser</Th>
          <Th>Last used</Th>
          <Th hideBelow="sm">Signed in</Th>
          <Th align="right">
            <span className="sr-only">Actions</span>
          </Th>
        </TableHead>
        <TableBody>
          {sessions.map((session) => (
            <Tr key={session.id}>
              <Td title={session.userAgent ?? undefined}>
                <span className="flex flex-wrap items-center gap-2">
                  {browserName(session.userAgent)}
                  {session.current && <Badge>This session</Badge>}
                </span>
              </Td>
              <Td>
                <Time value={session.lastSeenAt.toISOString()} now={now} />
              </Td>
              <Td hideBelow="sm">
                <Time value={session.createdAt.toISOString()} now={now} />
              </Td>
              <Td align="right">
                {!session.current && <EndSession id={session.id} browser={browserName(session.userAgent)} end={end} />}
              </Td>
            </Tr>
          ))}
        </TableBody>
      </Table>
    </Panel>
  );
}
