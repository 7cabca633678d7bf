"use client";

import type { Dispatch } from "react";
import { ApprovalFields } from "@/components/tiers/approval-fields";
import { AuthorityPanel } from "@/components/tiers/authority-panel";
import { BandEditor } from "@/components/tiers/band-editor";
import { cellName, cellWords } from "@/components/tiers/cell-words";
import { type Cell, type CellValue, cellPath, type DraftContent, readCell } from "@/components/tiers/cells";
import type { DraftAction, DraftState } from "@/components/tiers/draft-state";
import { GuardrailEditor } from "@/components/tiers/guardrail-editor";
import { GuardrailShadow } from "@/components/tiers/guardrail-shadow";
import { ListEditor } from "@/components/tiers/list-editor";
import { type DraftProblem, ProblemLines } from "@/components/tiers/problem-list";
import { RatesEditor } from "@/components/tiers/rates-editor";
import { TierWordsEditor } from "@/components/tiers/tier-words-editor";
import { UndoButtons } from "@/components/tiers/undo-buttons";
import { Button } from "@/components/ui/button";
import { DialogClose } from "@/components/ui/dialog";
import { Drawer } from "@/components/ui/drawer";
import { sameValue } from "@/lib/policy/cells";
import type { ApprovalSpec, Band, Guardrail, NamedList, RateTable } from "@/lib/policy/schema";

/** The editor of one cell. What is changed in it is part of the draft at once; closing it keeps everything. */
export function CellDrawer({
  cell,
  state,
  base,
  problems,
  now,
  dispatch,
  close,
}: {
  cell: Cell | null;
  state: DraftState;
  /** The policy the draft began from. */
  base: DraftContent;
  problems: readonly DraftProblem[];
  now: number;
  dispatch: Dispatch<DraftAction>;
  close: () => void;
}) {
  if (!cell) return null;
  const { content } = state;
  const value = readCell(content, cell);
  const before = readCell(base, cell);
  const own = problems.filter((problem) => problem.cell && cellPath(problem.cell) === cellPath(cell));
  const removable = (cell.kind === "tool" || cell.kind === "guardrail" || cell.kind === "list") && value !== undefined;
  const seal = () => dispatch({ type: "seal" });
  return (
    <Drawer
      open
      size={cell.kind === "effect" || cell.kind === "tool" ? "xl" : "lg"}
      onOpenChange={(open) => {
        seal();
        if (!open) close();
      }}
      title={cellName(cell, content)}
      description={descriptions[cell.kind]}
      footer={
        <>
          <UndoButtons state={state} dispatch={dispatch} />
          <span className="flex-1" />
          {removable && (
            <Button
              variant="danger"
              onClick={() => {
                dispatch({ type: "edit", cell, value: undefined });
                close();
              }}
            >
              Remove
            </Button>
          )}
          <DialogClose>
            <Button variant="primary">Done</Button>
          </DialogClose>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        <ProblemLines problems={own} />
        <CellBody key={cellPath(cell)} cell={cell} content={content} now={now} dispatch={dispatch} />
        {!sameValue(value, before) && (
          <section aria-label="Before this draft" className="border-t pt-3 text-muted">
            <h3 className="font-medium">Before this draft</h3>
            <p>{cellWords(cell, before)}</p>
          </section>
        )}
      </div>
    </Drawer>
  );
}

const descriptions: Record<Cell["kind"], string> = {
  effect: "Bands are tried from the top; the first that fits decides.",
  tool: "These bands replace those of the tool's effect class in this tier.",
  name: "How people know this tier.",
  description: "How people know this tier.",
  guardrail: "A rule of the organization that no tier relaxes.",
  list: "Rules refer to a list by its name.",
  escalation: "Who is asked where a layer must ask and has no rule of its own: an unknown recipient, a changed tool.",
  rates: "For amounts in another currency than the limit.",
};

function CellBody({
  cell,
  content,
  now,
  dispatch,
}: {
  cell: Cell;
  content: DraftContent;
  now: number;
  dispatch: Dispatch<DraftAction>;
}) {
  const value = readCell(content, cell);
  const edit = (next: CellValue, group?: string) => dispatch({ type: "edit", cell, value: next, group });
  const seal = () => dispatch({ type: "seal" });
  switch (cell.kind) {
    case "effect":
    case "tool":
      return (
        <div className="grid items-start gap-6 lg:grid-cols-[minmax(0,1fr)_18rem]">
          <BandEditor
            bands={(value ?? []) as readonly Band[]}
            escalation={content.escalation}
            onChange={edit}
            onSettle={seal}
          />
          <section
            aria-label="What an agent may really do"
            className="flex flex-col gap-2 max-lg:border-t max-lg:pt-3 lg:sticky lg:top-0 lg:border-l lg:pl-4"
          >
            <h3 className="font-medium">What an agent may really do</h3>
            <AuthorityPanel content={content} cell={cell} now={now} />
          </section>
        </div>
      );
    case "guardrail":
      return value === undefined ? (
        <p className="text-muted">This rule is no longer there.</p>
      ) : (
        <>
          <GuardrailEditor value={value as Guardrail} escalation={content.escalation} onChange={edit} />
          {(value as Guardrail).mode === "shadow" && (
            <GuardrailShadow
              guardrail={value as Guardrail}
              now={now}
              onEnforce={() => edit({ ...(value as Guardrail), mode: "enforce" })}
            />
          )}
        </>
      );
    case "list":
      return value === undefined ? (
        <p className="text-muted">This list is no longer there.</p>
      ) : (
        <ListEditor value={value as NamedList} onChange={edit} />
      );
    case "escalation":
      return <ApprovalFields value={value as ApprovalSpec} onChange={(next) => edit(next, "approval")} />;
    case "rates":
      return (
        <RatesEditor
          value={value as RateTable | undefined}
          today={new Date(now).toISOString().slice(0, 10)}
          onChange={edit}
        />
      );
    default:
      return <TierWordsEditor tier={cell.tier} content={content} dispatch={dispatch} />;
  }
}
