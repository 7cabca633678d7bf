"use client";

import { useRouter } from "next/navigation";
import { useCallback, useDeferredValue, useMemo, useReducer, useState, useTransition } from "react";
import type { ReadCedar } from "@/components/tiers/cedar-import";
import { CellDrawer } from "@/components/tiers/cell-drawer";
import { cellName } from "@/components/tiers/cell-words";
import { type Cell, cellPath, changedCells, type DraftContent } from "@/components/tiers/cells";
import { attributeOptions } from "@/components/tiers/condition-options";
import { ConflictDialog } from "@/components/tiers/conflict-dialog";
import { count } from "@/components/tiers/count";
import { DraftGuardrails } from "@/components/tiers/draft-guardrails";
import { DraftMatrix } from "@/components/tiers/draft-matrix";
import { DraftRest } from "@/components/tiers/draft-rest";
import { draftReducer, startDraft } from "@/components/tiers/draft-state";
import { DraftTools } from "@/components/tiers/draft-tools";
import { type AgentChoice, EditorProvider } from "@/components/tiers/editor-context";
import { OutdatedBanner, type VersionInForce } from "@/components/tiers/outdated-banner";
import { ProblemPanel, ProblemsMenu, problemsOf } from "@/components/tiers/problem-list";
import { SaveStatusLine } from "@/components/tiers/save-status";
import { UndoButtons, useUndoKeys } from "@/components/tiers/undo-buttons";
import { type DraftActions, type SavedDraft, useAutosave } from "@/components/tiers/use-autosave";
import { Button } from "@/components/ui/button";
import { ConfirmDialog } from "@/components/ui/confirm-dialog";
import { DropdownMenu, MenuItem } from "@/components/ui/dropdown-menu";
import type { Option } from "@/components/ui/select";
import { toast } from "@/components/ui/toaster";
import type { ActionResult } from "@/lib/http/action";
import type { Tool } from "@/lib/policy/schema";
import type { ShadowReport } from "@/lib/policy/shadow-schema";
import type { AgentPolicyInput } from "@/lib/policy/types";

/** Everything one can do to a draft. */
export type EditorActions = DraftActions & {
  discard: (input: Record<never, never>) => Promise<ActionResult<SavedDraft>>;
  agentInput: (input: { id: string }) => Promise<ActionResult<AgentPolicyInput>>;
  shadow: (input: Record<never, never>) => Promise<ActionResult<ShadowReport>>;
  readCedar: ReadCedar;
};

/** The policy editor: the draft as a matrix, its rules and lists, saved as it is changed. */
export function DraftEditor({
  draft,
  base,
  inForce,
  tools,
  groups,
  agents,
  now,
  actions,
}: {
  draft: SavedDraft;
  /** The policy the draft began from. */
  base: DraftContent;
  /** The policy in force, when it is not the one the draft began from. */
  inForce: VersionInForce | undefined;
  tools: readonly Tool[];
  groups: readonly Option[];
  agents: readonly AgentChoice[];
  /** Epoch milliseconds of the server. */
  now: number;
  actions: EditorActions;
}) {
  const router = useRouter();
  const [state, dispatch] = useReducer(draftReducer, draft.content, startDraft);
  const [cell, setCell] = useState<Cell | null>(null);
  const [leaving, leave] = useTransition();
  const { content } = state;
  const { status, known, conflict, flush, saved, settle, agree } = useAutosave(content, draft, actions, dispatch);
  useUndoKeys(dispatch);

  const settled = useDeferredValue(content);
  const problems = useMemo(() => problemsOf(settled, tools), [settled, tools]);
  const changes = useMemo(() => changedCells(base, settled), [base, settled]);
  const changed = useMemo(() => new Set(changes.map(cellPath)), [changes]);
  const agentInput = useCallback(
    async (id: string) => {
      const result = await actions.agentInput({ id });
      return result.ok ? result.data : null;
    },
    [actions],
  );
  const shadow = useCallback(async () => {
    const result = await actions.shadow({});
    return result.ok ? result.data : null;
  }, [actions]);
  const attributes = useMemo(() => attributeOptions(tools), [tools]);
  const facts = useMemo(
    () => ({ tools, groups, agents, agentInput, shadow, attributes, lists: content.lists ?? {}, currency: "EUR" }),
    [tools, groups, agents, agentInput, shadow, attributes, content.lists],
  );

  const review = () =>
    leave(async () => {
      if (await flush()) router.push("/tiers/review");
      else toast.error("The draft is not saved yet", { description: "Review it once it is." });
    });

  return (
    <EditorProvider value={facts}>
      <div className="-mx-4 z-20 flex flex-wrap items-center gap-x-4 gap-y-2 border-y bg-surface px-4 py-2 md:sticky md:top-12 md:mx-0 md:rounded-lg md:border-x">
        <SaveStatusLine status={status} retry={() => void flush()} />
        <UndoButtons state={state} dispatch={dispatch} />
        <ProblemsMenu problems={problems} content={content} open={setCell} />
        <span className="flex flex-1 flex-wrap items-center justify-end gap-2">
          <ChangesMenu changes={changes} content={content} open={setCell} />
          {(changes.length > 0 || known.revision > 0) && (
            <ConfirmDialog
              trigger={<Button variant="ghost">Discard…</Button>}
              title="Discard the draft?"
              object={count(changes.length, "change")}
              confirmLabel="Discard draft"
              onConfirm={async () => {
                await flush();
                const result = await actions.discard({});
                if (!result.ok) return result;
                agree(result.data);
                dispatch({ type: "reset", content: result.data.content });
                toast.success("Draft discarded");
                return { ok: true };
              }}
            >
              Everybody's changes in it are gone. The policy in force stays as it is.
            </ConfirmDialog>
          )}
          <Button
            variant="primary"
            busy={leaving}
            aria-disabled={changes.length === 0}
            onClick={() => changes.length > 0 && review()}
          >
            Review and publish
          </Button>
        </span>
      </div>
      {inForce && known.baseVersion !== inForce.number && (
        <OutdatedBanner
          base={base}
          inForce={inForce}
          content={content}
          flush={saved}
          save={actions.save}
          agree={agree}
          dispatch={dispatch}
        />
      )}
      <ProblemPanel problems={problems} content={content} open={setCell} />
      <DraftMatrix content={content} changed={changed} problems={problems} open={setCell} />
      <DraftTools
        content={content}
        changed={changed}
        problems={problems}
        open={setCell}
        add={(added, bands) => {
          dispatch({ type: "edit", cell: added, value: bands });
          setCell(added);
        }}
      />
      <DraftGuardrails
        content={content}
        changed={changed}
        problems={problems}
        open={setCell}
        readCedar={actions.readCedar}
        take={(guardrails) => {
          for (const guardrail of guardrails)
            dispatch({ type: "edit", cell: { kind: "guardrail", id: guardrail.id }, value: guardrail });
        }}
        add={(guardrail) => {
          const added: Cell = { kind: "guardrail", id: guardrail.id };
          dispatch({ type: "edit", cell: added, value: guardrail });
          setCell(added);
        }}
      />
      <DraftRest
        content={content}
        changed={changed}
        open={setCell}
        addList={(name) => {
          dispatch({ type: "edit", cell: { kind: "list", name }, value: { kind: "exact", values: [] } });
          setCell({ kind: "list", name });
        }}
      />
      <CellDrawer
        cell={conflict ? null : cell}
        state={state}
        base={base}
        problems={problems}
        now={now}
        dispatch={dispatch}
        close={() => setCell(null)}
      />
      {conflict && (
        <ConflictDialog
          name={conflict.theirs.updatedBy ?? "Another person"}
          conflicts={conflict.conflicts}
          settle={settle}
        />
      )}
    </EditorProvider>
  );
}

/** How many cells differ from the policy the draft began from, and the way to each. */
function ChangesMenu({
  changes,
  content,
  open,
}: {
  changes: readonly Cell[];
  content: DraftContent;
  open: (cell: Cell) => void;
}) {
  if (changes.length === 0) return <span className="text-muted">No changes</span>;
  return (
    <DropdownMenu align="end" trigger={<Button>{count(changes.length, "change")}</Button>}>
      {changes.slice(0, 30).map((cell) => (
        <MenuItem key={cellPath(cell)} onSelect={() => open(cell)}>
          {cellName(cell, content)}
        </MenuItem>
      ))}
    </DropdownMenu>
  );
}
