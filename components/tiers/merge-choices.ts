import { type CellValue, cellAt, type DraftContent, writeCell } from "@/components/tiers/cells";
import type { MergeConflict } from "@/lib/policy/merge-drafts";

export type Side = "mine" | "theirs";

/**
 * The merged draft with every conflict settled. A value that one side took away is taken away.
 * @param merged  as `mergeDrafts` gives it, with theirs in every conflicting cell
 * @param choices by path; what is not chosen stays theirs
 */
export function withChoices(
  merged: DraftContent,
  conflicts: readonly MergeConflict[],
  choices: Readonly<Record<string, Side>>,
): DraftContent {
  return conflicts.reduce((content, conflict) => {
    const cell = cellAt(conflict.path);
    if (!cell || choices[conflict.path] !== "mine") return content;
    return writeCell(content, cell, conflict.mine as CellValue);
  }, merged);
}
