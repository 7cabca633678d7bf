"use client";

import { zodResolver } from "@hookform/resolvers/zod";
import { useState } from "react";
import { useForm } from "react-hook-form";
import type { z } from "zod";
import { VersionFields } from "@/components/agents/version-fields";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { ConfirmDialog } from "@/components/ui/confirm-dialog";
import { NotSet } from "@/components/ui/description-list";
import { Dialog } from "@/components/ui/dialog";
import { EmptyState } from "@/components/ui/empty-state";
import { setFieldErrors } from "@/components/ui/form-field";
import { Id } from "@/components/ui/id";
import { Panel } from "@/components/ui/panel";
import { ProblemBanner } from "@/components/ui/problem-banner";
import { Table, TableBody, TableHead, Td, Th, Tr } from "@/components/ui/table";
import { Time } from "@/components/ui/time";
import { toast } from "@/components/ui/toaster";
import { type VersionDto, versionInput } from "@/lib/agents/schema";
import type { Problem } from "@/lib/errors";
import type { ServerAction } from "@/lib/http/action";

type VersionForm = z.input<typeof versionInput>;
type AddVersion = ServerAction<{ id: string; version: VersionForm }, { number: number }>;
type Promote = ServerAction<{ id: string; version: string }, unknown>;

/** Every version that ever ran or may run under the agent's name. */
export function VersionsTable({
  agent,
  versions,
  mayChange,
  now,
  add,
  promote,
}: {
  agent: { id: string; name: string };
  versions: readonly VersionDto[];
  mayChange: boolean;
  now: string;
  add: AddVersion;
  promote: Promote;
}) {
  return (
    <Panel
      title="Versions"
      description="A version never changes. One is current."
      flush
      actions={mayChange && <NewVersion agent={agent} latest={versions[0]} add={add} />}
    >
      {versions.length === 0 ? (
        <EmptyState kind="nothing" title="No version yet">
          An agent needs a current version before it can be activated.
        </EmptyState>
      ) : (
        <Table label="Versions" framed={false}>
          <TableHead>
            <Th>Version</Th>
            <Th>Model</Th>
            <Th hideBelow="md">Code</Th>
            <Th hideBelow="lg">Prompt hash</Th>
            <Th hideBelow="sm">Made</Th>
            <Th className="relative">
              <span className="sr-only">Actions</span>
            </Th>
          </TableHead>
          <TableBody>
            {versions.map((version) => (
              <Tr key={version.id}>
                <Td>
                  <span className="flex flex-wrap items-center gap-2">
                    <span className="tabular text-muted">{version.number}</span>
                    <span className="font-medium">{version.label}</span>
                    {version.current && <Badge>Current</Badge>}
                  </span>
                </Td>
                <Td>
                  {version.model} <span className="text-muted">{version.provider}</span>
                </Td>
                <Td hideBelow="md">{version.codeVersion ?? <NotSet />}</Td>
                <Td hideBelow="lg">
                  {version.promptHash ? <Id value={version.promptHash} noun="prompt hash" /> : <NotSet />}
                </Td>
                <Td hideBelow="sm">
                  <Time value={version.createdAt} now={now} />
                </Td>
                <Td align="right">
                  {mayChange && !version.current && (
                    <ConfirmDialog
                      trigger={
                        <Button size="sm" variant="ghost">
                          Promote…
                        </Button>
                      }
                      title="Make this the current version?"
                      object={`${agent.name}: ${version.label}`}
                      confirmLabel="Promote"
                      onConfirm={async () => {
                        const result = await promote({ id: agent.id, version: version.id });
                        if (result.ok) toast.success(`${version.label} is current`);
                        return result;
                      }}
                    >
                      A runtime that says it runs another version is refused from then on.
                    </ConfirmDialog>
                  )}
                </Td>
              </Tr>
            ))}
          </TableBody>
        </Table>
      )}
    </Panel>
  );
}

function NewVersion({
  agent,
  latest,
  add,
}: {
  agent: { id: string; name: string };
  latest: VersionDto | undefined;
  add: AddVersion;
}) {
  const [open, setOpen] = useState(false);
  const [problem, setProblem] = useState<Problem>();
  const form = useForm<VersionForm>({
    resolver: zodResolver(versionInput, undefined, { raw: true }),
    defaultValues: { label: "", model: latest?.model ?? "", provider: latest?.provider ?? "" },
  });
  const submit = form.handleSubmit(async (version) => {
    const result = await add({ id: agent.id, version });
    if (!result.ok) return setProblem(setFieldErrors(form, result.error));
    toast.success(`Version ${result.data.number} made`, { description: "Promote it to make it the current one." });
    form.reset();
    setOpen(false);
  });
  return (
    <Dialog
      trigger={<Button>New version…</Button>}
      title={`New version of ${agent.name}`}
      open={open}
      onOpenChange={setOpen}
    >
      <form
        noValidate
        onSubmit={(event) => {
          event.stopPropagation();
          void submit(event);
        }}
        className="flex flex-col gap-4"
      >
        <VersionFields control={form.control} />
        <ProblemBanner problem={problem} />
        <Button type="submit" variant="primary" busy={form.formState.isSubmitting} className="self-end">
          Make version
        </Button>
      </form>
    </Dialog>
  );
}
