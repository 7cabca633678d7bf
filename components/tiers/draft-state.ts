import {
  type Cell,
  type CellValue,
  cellPath,
  type DraftContent,
  placeOf,
  readCell,
  writeCell,
} from "@/components/tiers/cells";
import { sameValue } from "@/lib/policy/cells";

/**
 * What a person edits, and what they can take back. History is kept by cell, not as copies of the whole: taking back one's own change leaves alone what
 * somebody else changed elsewhere in the meantime.
 */

export type Edit = {
  cell: Cell;
  before: CellValue;
  after: CellValue;
  place: number | undefined;
  /** Consecutive edits of one group are taken back together: one drag, one text being typed. */
  group: string | undefined;
};

export type DraftState = { content: DraftContent; past: readonly Edit[]; future: readonly Edit[] };

export type DraftAction =
  | { type: "edit"; cell: Cell; value: CellValue; group?: string | undefined }
  /** The next edit is a step of its own, whatever its group. */
  | { type: "seal" }
  | { type: "undo" }
  | { type: "redo" }
  /** The content after merging with what another person saved. */
  | { type: "rebase"; content: DraftContent }
  | { type: "reset"; content: DraftContent };

const mostSteps = 500;

export function startDraft(content: DraftContent): DraftState {
  return { content, past: [], future: [] };
}

export function draftReducer(state: DraftState, action: DraftAction): DraftState {
  if (action.type === "edit") return edit(state, action);
  if (action.type === "seal") return { ...state, past: state.past.map(sealed) };
  if (action.type === "reset") return startDraft(action.content);
  if (action.type === "rebase") return rebase(state, action.content);
  return step(state, action.type);
}

function edit(state: DraftState, { cell, value, group }: Extract<DraftAction, { type: "edit" }>): DraftState {
  const before = readCell(state.content, cell);
  if (sameValue(before, value)) return state;
  const content = writeCell(state.content, cell, value);
  const last = state.past.at(-1);
  if (group !== undefined && last?.group === group && cellPath(last.cell) === cellPath(cell)) {
    const earlier = state.past.slice(0, -1);
    const backAtStart = sameValue(last.before, value);
    return { content, past: backAtStart ? earlier : [...earlier, { ...last, after: value }], future: [] };
  }
  const made: Edit = { cell, before, after: value, place: placeOf(state.content, cell), group };
  return { content, past: [...state.past, made].slice(-mostSteps), future: [] };
}

function sealed(edit: Edit): Edit {
  return edit.group === undefined ? edit : { ...edit, group: undefined };
}

function step(state: DraftState, direction: "undo" | "redo"): DraftState {
  const [from, to] = direction === "undo" ? [state.past, state.future] : [state.future, state.past];
  const last = from.at(-1);
  if (!last) return state;
  const value = direction === "undo" ? last.before : last.after;
  const content = writeCell(state.content, last.cell, value, last.place);
  const [rest, taken] = [from.slice(0, -1), [...to, sealed(last)]];
  return direction === "undo" ? { content, past: rest, future: taken } : { content, past: taken, future: rest };
}

/** Keeps the steps that still fit: once another person's value stands in a cell, older steps of this cell would bring back what nobody saw. */
function rebase(state: DraftState, content: DraftContent): DraftState {
  const fitting = (edits: readonly Edit[], end: "before" | "after") => {
    const expected = new Map<string, CellValue>();
    const stale = new Set<string>();
    const kept: Edit[] = [];
    for (const edit of edits.toReversed()) {
      const path = cellPath(edit.cell);
      const stands = expected.has(path) ? expected.get(path) : readCell(content, edit.cell);
      if (stale.has(path) || !sameValue(stands, edit[end])) {
        stale.add(path);
        continue;
      }
      expected.set(path, edit[end === "after" ? "before" : "after"]);
      kept.push(sealed(edit));
    }
    return kept.toReversed();
  };
  return { content, past: fitting(state.past, "after"), future: fitting(state.future, "before") };
}
