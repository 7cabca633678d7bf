"use client";

import Link from "next/link";
import { type GuessTool, SanctionDialog } from "@/components/tools/tool-dialog";
import type { SaveTool } from "@/components/tools/tool-form";
import { Button } from "@/components/ui/button";
import { ConfirmDialog } from "@/components/ui/confirm-dialog";
import { InertText } from "@/components/ui/inert-text";
import { formatCount } from "@/components/ui/money";
import { Panel } from "@/components/ui/panel";
import { Table, TableBody, TableHead, Td, Th, Tr } from "@/components/ui/table";
import { Time } from "@/components/ui/time";
import { toast } from "@/components/ui/toaster";
import type { ServerAction } from "@/lib/http/action";
import type { DemandDto } from "@/lib/tools/schema";

type DemandProps = {
  demand: readonly DemandDto[];
  now: string;
  /** Absent for who may only look. */
  actions?: { sanction: SaveTool; guess: GuessTool; block: ServerAction<{ name: string }, unknown> } | undefined;
};

/** Tools that agents asked for and nobody sanctioned. Every one of these requests was refused. */
export function DemandList({ demand, now, actions }: DemandProps) {
  return (
    <Panel title="Unsanctioned" description="Asked for and refused, because the catalogue does not have them." flush>
      <Table label="Unsanctioned tools" framed={false}>
        <TableHead>
          <Th>Tool</Th>
          <Th>Asked</Th>
          <Th hideBelow="sm">By</Th>
          <Th hideBelow="md">Last asked</Th>
          {actions && (
            <Th className="relative">
              <span className="sr-only">Actions</span>
            </Th>
          )}
        </TableHead>
        <TableBody>
          {demand.map((wanted) => (
            <Tr key={wanted.name}>
              <Td>
                <span className="font-mono text-xs">
                  <InertText text={wanted.name} />
                </span>
              </Td>
              <Td className="whitespace-nowrap">
                {formatCount(wanted.count)}
                <span className="max-sm:hidden"> {wanted.count === 1 ? "time" : "times"}</span>
              </Td>
              <Td hideBelow="sm">
                {wanted.agents.slice(0, 3).map((agent, index) => (
                  <span key={agent.id}>
                    {index > 0 && ", "}
                    <Link href={`/agents/${agent.id}`} className="rounded-md text-link hover:underline">
                      {agent.name}
                    </Link>
                  </span>
                ))}
                {wanted.agents.length > 3 && ` and ${wanted.agents.length - 3} more`}
              </Td>
              <Td hideBelow="md">
                <Time value={wanted.lastAt} now={now} />
              </Td>
              {actions && (
                <Td align="right">
                  {wanted.wellFormed && (
                    <span className="inline-flex gap-1 max-sm:flex-col max-sm:py-1">
                      <SanctionDialog
                        trigger={<Button size="sm">Sanction…</Button>}
                        name={wanted.name}
                        save={actions.sanction}
                        guess={actions.guess}
                      />
                      <ConfirmDialog
                        trigger={
                          <Button size="sm" variant="ghost">
                            Block…
                          </Button>
                        }
                        title="Block this tool?"
                        object={wanted.name}
                        confirmLabel="Block"
                        onConfirm={async () => {
                          const result = await actions.block({ name: wanted.name });
                          if (result.ok) toast.success(`${wanted.name} is blocked`);
                          return result;
                        }}
                      >
                        It enters the catalogue as blocked, is refused by name, and leaves this list.
                      </ConfirmDialog>
                    </span>
                  )}
                </Td>
              )}
            </Tr>
          ))}
        </TableBody>
      </Table>
    </Panel>
  );
}
