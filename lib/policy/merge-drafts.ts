import { type Cell, cellsOf, fromCells, sameValue } from "./cells";
import type { PolicyDraftContent } from "./draft-content";

/** What two people changed differently. A value is absent where a cell was not there or was taken away. */
export type MergeConflict = { path: string; label: string; base?: unknown; mine?: unknown; theirs?: unknown };

export type MergedDraft = { merged: PolicyDraftContent; conflicts: MergeConflict[] };

/**
 * Merges two changes of the same policy, cell by cell. What only one of them changed, or both alike, is taken over; what
 * both changed differently is a conflict, and `merged` keeps `theirs` there until somebody decides.
 * @param base   what both began from
 * @param mine   the change at hand
 * @param theirs what was saved meanwhile
 */
export function mergeDrafts(
  base: PolicyDraftContent,
  mine: PolicyDraftContent,
  theirs: PolicyDraftContent,
): MergedDraft {
  const [before, own, other] = [cellsOf(base), cellsOf(mine), cellsOf(theirs)];
  const merged: Cell[] = [];
  const conflicts: MergeConflict[] = [];
  for (const path of new Set([...other.keys(), ...own.keys(), ...before.keys()])) {
    const [was, ours, held] = [before.get(path), own.get(path), other.get(path)];
    const unchanged = sameValue(was?.value, ours?.value);
    const alike = unchanged || sameValue(ours?.value, held?.value) || sameValue(was?.value, held?.value);
    if (!alike) {
      const { label } = (ours ?? held ?? was) as Cell;
      conflicts.push({ path, label, ...valueAs("base", was), ...valueAs("mine", ours), ...valueAs("theirs", held) });
    }
    const taken = unchanged || !alike ? held : ours;
    if (taken) merged.push(taken);
  }
  return { merged: fromCells(merged), conflicts };
}

function valueAs<Name extends string>(name: Name, cell: Cell | undefined): { [key in Name]?: unknown } {
  return cell === undefined ? {} : ({ [name]: cell.value } as { [key in Name]: unknown });
}
