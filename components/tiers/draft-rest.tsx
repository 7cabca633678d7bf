"use client";

import { Plus } from "lucide-react";
import { useState } from "react";
import { cellWords } from "@/components/tiers/cell-words";
import { type Cell, cellPath, type DraftContent, readCell } from "@/components/tiers/cells";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Panel } from "@/components/ui/panel";

/** What tiers and guardrails refer to: who is asked by default, named lists, exchange rates. */
export function DraftRest({
  content,
  changed,
  open,
  addList,
}: {
  content: DraftContent;
  changed: ReadonlySet<string>;
  open: (cell: Cell) => void;
  addList: (name: string) => void;
}) {
  const lists = Object.keys(content.lists ?? {});
  const rows: { cell: Cell; title: string }[] = [
    { cell: { kind: "escalation" }, title: "Escalation" },
    { cell: { kind: "rates" }, title: "Exchange rates" },
    ...lists.map((name) => ({ cell: { kind: "list" as const, name }, title: `List ${name}` })),
  ];
  return (
    <Panel
      title="Escalation, lists and rates"
      description="What rules refer to."
      actions={<AddList taken={lists} add={addList} />}
      flush
    >
      <ul aria-label="Escalation, lists and rates" className="divide-y">
        {rows.map(({ cell, title }) => (
          <li key={cellPath(cell)}>
            <button
              type="button"
              onClick={() => open(cell)}
              className="grid w-full gap-x-4 px-4 py-2 text-left hover:bg-surface-hover focus-visible:-outline-offset-2 md:grid-cols-[minmax(0,20rem)_minmax(0,1fr)]"
            >
              <span className="wrap-anywhere font-medium">
                {title}
                {changed.has(cellPath(cell)) && <span className="ml-2 font-normal text-xs">Changed</span>}
              </span>
              <span className="wrap-anywhere min-w-0 text-muted">{cellWords(cell, readCell(content, cell))}</span>
            </button>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function AddList({ taken, add }: { taken: readonly string[]; add: (name: string) => void }) {
  const [open, setOpen] = useState(false);
  const [name, setName] = useState("");
  const [asked, setAsked] = useState(false);
  const problem = !/^[a-z0-9][a-z0-9_-]{0,63}$/.test(name)
    ? "Use 1 to 64 of a-z, 0-9, `_` and `-`, starting with a letter or digit."
    : taken.includes(name)
      ? "There is a list of this name."
      : undefined;
  const submit = () => {
    setAsked(true);
    if (problem) return;
    setOpen(false);
    setName("");
    setAsked(false);
    add(name);
  };
  return (
    <Dialog
      open={open}
      onOpenChange={setOpen}
      size="sm"
      title="Add a list"
      description="Values that conditions refer to by the name of the list."
      trigger={
        <Button size="sm">
          <Plus aria-hidden />
          Add a list…
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
        <Field label="Name" required error={asked ? problem : undefined}>
          <Input
            value={name}
            placeholder="blocked-suppliers"
            onChange={(event) => setName(event.target.value.trim())}
          />
        </Field>
      </form>
    </Dialog>
  );
}
