"use client";

import { Plus } from "lucide-react";
import { useState } from "react";
import { addBand } from "@/components/tiers/band-edits";
import type { BandsCell, Cell, DraftContent } from "@/components/tiers/cells";
import { CellButton } from "@/components/tiers/draft-matrix";
import { useEditor } from "@/components/tiers/editor-context";
import type { DraftProblem } from "@/components/tiers/problem-list";
import { Button } from "@/components/ui/button";
import { Combobox } from "@/components/ui/combobox";
import { Dialog } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { Panel } from "@/components/ui/panel";
import { Select } from "@/components/ui/select";
import type { Band, TierKey } from "@/lib/policy/schema";

/** Tools that have bands of their own in a tier, instead of those of their effect class. */
export function DraftTools({
  content,
  changed,
  problems,
  open,
  add,
}: {
  content: DraftContent;
  changed: ReadonlySet<string>;
  problems: readonly DraftProblem[];
  open: (cell: Cell) => void;
  /** Puts bands into a cell that has none, and opens it. */
  add: (cell: BandsCell, bands: readonly Band[]) => void;
}) {
  const rows = content.tiers.flatMap((tier) =>
    Object.entries(tier.tools ?? {}).map(([tool, bands]) => ({ tier: tier.key, tool, bands })),
  );
  return (
    <Panel
      title="Rules of single tools"
      description="They replace the bands of the tool's effect class in one tier."
      actions={<AddTool content={content} add={add} open={open} />}
      flush
    >
      {rows.length === 0 ? (
        <p className="px-4 py-3 text-muted">Every tool follows its effect class.</p>
      ) : (
        <ul aria-label="Rules of single tools" className="divide-y">
          {rows.map(({ tier, tool, bands }) => (
            <li key={`${tier} ${tool}`} className="grid gap-x-4 px-4 py-1 sm:grid-cols-[16rem_minmax(0,1fr)]">
              <span className="wrap-anywhere py-2">
                {tier} <span className="font-mono text-xs">{tool}</span>
              </span>
              <CellButton
                cell={{ kind: "tool", tier, tool }}
                bands={bands}
                label={`${tier}, ${tool}`}
                changed={changed}
                problems={problems}
                open={open}
              />
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}

function AddTool({
  content,
  add,
  open: openCell,
}: {
  content: DraftContent;
  add: (cell: BandsCell, bands: readonly Band[]) => void;
  open: (cell: Cell) => void;
}) {
  const { tools } = useEditor();
  const [open, setOpen] = useState(false);
  const [tier, setTier] = useState<TierKey>(content.tiers[3]?.key ?? content.tiers[0]?.key ?? "T3");
  const [name, setName] = useState<string>();
  const tool = tools.find((one) => one.name === name);
  const submit = () => {
    if (!tool) return;
    const cell = { kind: "tool" as const, tier, tool: tool.name };
    const held = content.tiers.find(({ key }) => key === tier);
    setOpen(false);
    if (held?.tools?.[tool.name]) return openCell(cell);
    const inherited = held?.effects[tool.effect];
    add(cell, inherited?.length ? inherited : addBand([], tool.currency ?? "EUR", content.escalation).slice(-1));
  };
  return (
    <Dialog
      open={open}
      onOpenChange={setOpen}
      size="sm"
      title="Bands of one tool"
      description="They begin as those of the tool's effect class."
      trigger={
        <Button size="sm">
          <Plus aria-hidden />
          Add a tool…
        </Button>
      }
      footer={
        <Button variant="primary" aria-disabled={!tool} onClick={submit}>
          Edit its bands
        </Button>
      }
    >
      <div className="flex flex-col gap-3">
        <Field label="Tier">
          <Select
            options={content.tiers.map(({ key, name: title }) => ({ value: key, label: `${key} ${title}` }))}
            value={tier}
            onChange={(event) => setTier(event.target.value as TierKey)}
          />
        </Field>
        <Field label="Tool" hint={tools.length === 0 ? "The catalogue is empty." : undefined}>
          <Combobox
            noun="tools"
            placeholder="Choose a tool"
            options={tools.map((one) => ({ value: one.name, label: one.name, hint: one.effect }))}
            value={name}
            onValueChange={setName}
          />
        </Field>
      </div>
    </Dialog>
  );
}
