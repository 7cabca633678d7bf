"use client";

import { useRouter } from "next/navigation";
import { type ReactElement, type ReactNode, useState, useTransition } from "react";
import type { z } from "zod";
import type { IssueCredential } from "@/components/agents/first-key";
import { SecretOnce } from "@/components/agents/secret-once";
import { Button } from "@/components/ui/button";
import { ConfirmDialog } from "@/components/ui/confirm-dialog";
import { NotSet } from "@/components/ui/description-list";
import { Dialog } from "@/components/ui/dialog";
import { EmptyState } from "@/components/ui/empty-state";
import { Field } from "@/components/ui/field";
import { Id } from "@/components/ui/id";
import { formatCount } from "@/components/ui/money";
import { Panel } from "@/components/ui/panel";
import { ProblemBanner } from "@/components/ui/problem-banner";
import { Select } from "@/components/ui/select";
import { StatusBadge } from "@/components/ui/status-badge";
import { Table, TableBody, TableHead, Td, Th, Tr } from "@/components/ui/table";
import { Time } from "@/components/ui/time";
import { toast } from "@/components/ui/toaster";
import type { CredentialDto, IssuedCredential, rotateInput } from "@/lib/agents/schema";
import type { Problem } from "@/lib/errors";
import type { ServerAction } from "@/lib/http/action";

type CredentialsProps = {
  agent: { id: string; name: string };
  credentials: readonly CredentialDto[];
  mayChange: boolean;
  publicUrl: string;
  tool: string | undefined;
  now: string;
  issue: IssueCredential;
  rotate: ServerAction<{ id: string; rotation: z.input<typeof rotateInput> }, IssuedCredential>;
  revoke: ServerAction<{ id: string }, unknown>;
};

/** The keys of an agent: when they were last used and when they end, never what they are. */
export function CredentialsTable({
  agent,
  credentials,
  mayChange,
  publicUrl,
  tool,
  now,
  issue,
  rotate,
  revoke,
}: CredentialsProps) {
  const once = { publicUrl, tool };
  return (
    <Panel
      title="Credentials"
      description="Each key belongs to this agent alone and is kept as a digest."
      flush
      actions={
        mayChange && (
          <MakeKey
            {...once}
            trigger={<Button>Issue credential…</Button>}
            title={`Issue a credential for ${agent.name}`}
            verb="Issue credential"
            choice={{ label: "Expires after", options: lives, initial: "90" }}
            make={(days) => issue({ id: agent.id, credential: { expiresAt: daysFrom(Number(days)) } })}
          />
        )
      }
    >
      {credentials.length === 0 ? (
        <EmptyState kind="nothing" title="No credential yet">
          Without one the agent cannot ask. Issue one and copy the key into its runtime.
        </EmptyState>
      ) : (
        <Table label="Credentials" framed={false}>
          <TableHead>
            <Th>Credential</Th>
            <Th>State</Th>
            <Th hideBelow="sm">Last used</Th>
            <Th align="right" hideBelow="md">
              Calls
            </Th>
            <Th>Expires</Th>
            <Th hideBelow="lg">Issued</Th>
            <Th className="relative">
              <span className="sr-only">Actions</span>
            </Th>
          </TableHead>
          <TableBody>
            {credentials.map((credential) => (
              <Tr key={credential.id}>
                <Td>
                  <Id value={credential.id} noun="credential id" />
                </Td>
                <Td>
                  <StatusBadge kind="credential" value={badgeOf(credential, now)} />
                </Td>
                <Td hideBelow="sm">
                  {credential.lastUsedAt ? <Time value={credential.lastUsedAt} now={now} /> : <NotSet word="Never" />}
                </Td>
                <Td align="right" hideBelow="md">
                  {formatCount(credential.calls)}
                </Td>
                <Td>
                  {credential.expiresAt ? <Time value={credential.expiresAt} now={now} /> : <NotSet word="Never" />}
                </Td>
                <Td hideBelow="lg">
                  <Time value={credential.createdAt} now={now} />
                </Td>
                <Td align="right">
                  {mayChange && (
                    <span className="inline-flex gap-1">
                      {credential.state === "active" && (
                        <MakeKey
                          {...once}
                          trigger={
                            <Button size="sm" variant="ghost">
                              Rotate…
                            </Button>
                          }
                          title={`Rotate a credential of ${agent.name}`}
                          verb="Rotate"
                          choice={{ label: "The old key still works for", options: overlaps, initial: "86400" }}
                          make={(seconds) =>
                            rotate({ id: credential.id, rotation: { overlapSeconds: Number(seconds) } })
                          }
                        />
                      )}
                      {(credential.state === "active" || credential.state === "overlap") && (
                        <ConfirmDialog
                          trigger={
                            <Button size="sm" variant="ghost">
                              Revoke…
                            </Button>
                          }
                          title="Revoke credential?"
                          object={`${credential.id} of ${agent.name}`}
                          confirmLabel="Revoke"
                          onConfirm={async () => {
                            const result = await revoke({ id: credential.id });
                            if (result.ok) toast.success("Credential revoked");
                            return result;
                          }}
                        >
                          Whoever uses this key is refused from the moment this returns. It cannot be undone.
                        </ConfirmDialog>
                      )}
                    </span>
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

const lives = [
  { value: "1", label: "1 day" },
  { value: "30", label: "30 days" },
  { value: "90", label: "90 days" },
  { value: "365", label: "365 days" },
];
const overlaps = [
  { value: "0", label: "not at all" },
  { value: "3600", label: "1 hour" },
  { value: "86400", label: "1 day" },
  { value: "604800", label: "7 days" },
];

/** Asks one thing, makes a key, and shows it until the dialog is closed; only then is the list read again. */
function MakeKey({
  trigger,
  title,
  verb,
  choice,
  make,
  publicUrl,
  tool,
}: {
  trigger: ReactElement;
  title: string;
  verb: string;
  choice: { label: string; options: readonly { value: string; label: string }[]; initial: string };
  make: (chosen: string) => Promise<{ ok: true; data: IssuedCredential } | { ok: false; error: Problem }>;
  publicUrl: string;
  tool: string | undefined;
}): ReactNode {
  const router = useRouter();
  const [chosen, setChosen] = useState(choice.initial);
  const [made, setMade] = useState<IssuedCredential>();
  const [problem, setProblem] = useState<Problem>();
  const [busy, start] = useTransition();
  return (
    <Dialog
      trigger={trigger}
      title={title}
      size="lg"
      onOpenChange={(open) => {
        if (open) return;
        setProblem(undefined);
        if (made) router.refresh();
        setMade(undefined);
      }}
    >
      {made ? (
        <SecretOnce credential={made} publicUrl={publicUrl} tool={tool} />
      ) : (
        <div className="flex flex-col items-start gap-4">
          <Field label={choice.label}>
            <Select options={choice.options} value={chosen} onChange={(event) => setChosen(event.target.value)} />
          </Field>
          <ProblemBanner problem={problem} />
          <Button
            variant="primary"
            busy={busy}
            onClick={() =>
              start(async () => {
                const result = await make(chosen);
                if (result.ok) setMade(result.data);
                else setProblem(result.error);
              })
            }
          >
            {verb}
          </Button>
        </div>
      )}
    </Dialog>
  );
}

/** A minute short of the whole days, so that a clock that runs ahead asks for no more than is allowed. */
function daysFrom(days: number): string {
  return new Date(Date.now() + days * 86_400_000 - 60_000).toISOString();
}

function badgeOf(credential: CredentialDto, now: string): "active" | "rotating" | "expiring" | "expired" | "revoked" {
  if (credential.state === "overlap") return "rotating";
  if (credential.state !== "active") return credential.state;
  const left = credential.expiresAt ? Date.parse(credential.expiresAt) - Date.parse(now) : Number.POSITIVE_INFINITY;
  return left < 14 * 86_400_000 ? "expiring" : "active";
}
