"use client";

import { Plus } from "lucide-react";
import { useState } from "react";
import { CedarImport, type ReadCedar } from "@/components/tiers/cedar-import";
import { type Cell, cellPath, type DraftContent } from "@/components/tiers/cells";
import { guardrailWords, ruleIdFor } from "@/components/tiers/guardrail-words";
import { type DraftProblem, SeverityIcon } from "@/components/tiers/problem-list";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { formatCount } from "@/components/ui/money";
import { Panel } from "@/components/ui/panel";
import { StatusBadge } from "@/components/ui/status-badge";
import type { Guardrail } from "@/lib/policy/schema";

const mostShown = 100;

/** The rules of the organization, each opened by its name. */
export function DraftGuardrails({
  content,
  changed,
  problems,
  open,
  add,
  readCedar,
  take,
}: {
  content: DraftContent;
  changed: ReadonlySet<string>;
  problems: readonly DraftProblem[];
  open: (cell: Cell) => void;
  add: (guardrail: Guardrail) => void;
  readCedar: ReadCedar;
  /** Puts several at once into the draft; one with an id that is there replaces it. */
  take: (guardrails: Guardrail[]) => void;
}) {
  const [query, setQuery] = useState("");
  const words = query.trim().toLowerCase();
  const found = content.guardrails.filter(({ id, name }) => !words || `${id} ${name}`.toLowerCase().includes(words));
  return (
    <Panel
      title="Guardrails"
      description="Rules of the organization that no tier relaxes."
      actions={
        <>
          <CedarImport read={readCedar} take={take} />
          <AddGuardrail content={content} add={add} />
        </>
      }
      flush
      {...(found.length > mostShown
        ? { footer: `${mostShown} of ${formatCount(found.length)} shown. Find the others by name.` }
        : {})}
    >
      {content.guardrails.length > 20 && (
        <div className="border-b p-3">
          <Input
            type="search"
            aria-label="Find guardrails"
            placeholder="Find guardrails"
            value={query}
            onChange={(event) => setQuery(event.target.value)}
            className="sm:max-w-72"
          />
        </div>
      )}
      {content.guardrails.length === 0 && (
        <p className="px-4 py-3 text-muted">No guardrails. Tiers and mandates alone decide.</p>
      )}
      <ul aria-label="Guardrails" className="divide-y">
        {found.slice(0, mostShown).map((guardrail) => {
          const cell: Cell = { kind: "guardrail", id: guardrail.id };
          const path = cellPath(cell);
          const worst = problems.find((problem) => problem.cell && cellPath(problem.cell) === path);
          return (
            <li key={guardrail.id}>
              <button
                type="button"
                onClick={() => open(cell)}
                className="grid w-full gap-x-4 gap-y-1 px-4 py-2 text-left hover:bg-surface-hover focus-visible:-outline-offset-2 md:grid-cols-[minmax(0,20rem)_minmax(0,1fr)]"
              >
                <span className="min-w-0">
                  <span className="font-medium">{guardrail.name}</span>
                  <span className="mt-1 flex flex-wrap items-center gap-x-2 gap-y-1">
                    <StatusBadge kind="mode" value={guardrail.mode} />
                    {changed.has(path) && <span className="text-xs">Changed</span>}
                    {worst && (
                      <span className="inline-flex items-center gap-1 text-xs">
                        <SeverityIcon severity={worst.severity} />
                        {worst.severity === "error" ? "Error" : "Warning"}
                      </span>
                    )}
                  </span>
                </span>
                <span className="min-w-0 text-muted">{guardrailWords({ ...guardrail, mode: "enforce" })}</span>
              </button>
            </li>
          );
        })}
      </ul>
    </Panel>
  );
}

function AddGuardrail({ content, add }: { content: DraftContent; add: (guardrail: Guardrail) => void }) {
  const [open, setOpen] = useState(false);
  const [name, setName] = useState("");
  const [missing, setMissing] = useState(false);
  const submit = () => {
    const given = name.trim();
    setMissing(!given);
    if (!given) return;
    setOpen(false);
    setName("");
    add({
      id: ruleIdFor(
        given,
        content.guardrails.map(({ id }) => id),
      ),
      name: given,
      when: { attribute: "action.effect", operator: "eq", value: "admin" },
      effect: { approval: content.escalation },
      mode: "shadow",
      message: given.charAt(0).toLowerCase() + given.slice(1),
    });
  };
  return (
    <Dialog
      open={open}
      onOpenChange={setOpen}
      size="sm"
      title="Add a guardrail"
      description="It begins in shadow: it records what it would have done and decides nothing until you enforce it."
      trigger={
        <Button size="sm">
          <Plus aria-hidden />
          Add a guardrail…
        </Button>
      }
      footer={
        <Button variant="primary" onClick={submit}>
          Add and edit
        </Button>
      }
    >
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <Field label="Name" required error={missing ? "Give it a name." : undefined}>
          <Input
            value={name}
            maxLength={120}
            placeholder="Payments at night ask Finance"
            onChange={(event) => setName(event.target.value)}
          />
        </Field>
      </form>
    </Dialog>
  );
}
