import { describe, expect, test } from "vitest";
import {
  type Cell,
  cellAt,
  cellOfProblem,
  cellPath,
  changedCells,
  type DraftContent,
  readCell,
  writeCell,
} from "@/components/tiers/cells";
import { type DraftAction, draftReducer, startDraft } from "@/components/tiers/draft-state";
import { cellsOf } from "@/lib/policy/cells";
import { defaultPolicySet } from "@/lib/policy/defaults";
import type { Band } from "@/lib/policy/schema";

const { tools: _tools, version: _version, ...shipped } = defaultPolicySet();
const content: DraftContent = shipped;
const financial: Cell = { kind: "effect", tier: "T3", effect: "financial" };
const write: Cell = { kind: "effect", tier: "T2", effect: "write" };
const upTo = (amount: string): Band[] => [{ upTo: amount, currency: "EUR", then: "allow" }, { then: "deny" }];

function played(actions: DraftAction[], from = startDraft(content)) {
  return actions.reduce(draftReducer, from);
}

describe("cells", () => {
  test("every cell has one address, and the address leads back to it", () => {
    const cells: Cell[] = [
      financial,
      { kind: "tool", tier: "T4", tool: "files/move~x" },
      { kind: "name", tier: "T1" },
      { kind: "description", tier: "T1" },
      { kind: "guardrail", id: "unknown-links" },
      { kind: "list", name: "sensitive-words" },
      { kind: "escalation" },
      { kind: "rates" },
    ];
    for (const cell of cells) expect(cellAt(cellPath(cell))).toEqual(cell);
    for (const path of cellsOf(content).keys()) expect(cellPath(cellAt(path) as Cell)).toBe(path);
    expect(cellAt("/tiers/T9/effects/read")).toBeNull();
  });

  test("writing a cell changes that cell alone, and what stood there is back after writing it again", () => {
    const cells: [Cell, Parameters<typeof writeCell>[2]][] = [
      [financial, upTo("700.00")],
      [{ kind: "tool", tier: "T3", tool: "payments.schedule" }, upTo("1.00")],
      [{ kind: "list", name: "sensitive-words" }, undefined],
      [
        { kind: "list", name: "new" },
        { kind: "exact", values: ["a"] },
      ],
      [{ kind: "rates" }, { base: "EUR", maxAgeDays: 7, tables: [] }],
      [{ kind: "name", tier: "T0" }, "Look"],
      [{ kind: "description", tier: "T0" }, ""],
    ];
    for (const [cell, value] of cells) {
      const changed = writeCell(content, cell, value);
      expect(changedCells(content, changed)).toEqual([cell]);
      expect(writeCell(changed, cell, readCell(content, cell))).toEqual(content);
    }
  });

  test("a name such as `constructor` is not found in what every object has", () => {
    expect(readCell(content, { kind: "list", name: "constructor" })).toBeUndefined();
    expect(readCell(content, { kind: "tool", tier: "T3", tool: "constructor" })).toBeUndefined();
  });

  test("a problem leads to its cell by place, whatever the order of tiers and rules", () => {
    expect(cellOfProblem(content, "/tiers/3/effects/financial/1/when")).toEqual(financial);
    expect(cellOfProblem(content, "/guardrails/4/when")).toEqual({ kind: "guardrail", id: "unknown-links" });
    expect(cellOfProblem(content, "/tiers")).toBeNull();
  });
});

describe("undo and redo", () => {
  test("each step is taken back and done again in order, and an edit after an undo ends what could be done again", () => {
    const state = played([
      { type: "edit", cell: financial, value: upTo("1.00") },
      { type: "edit", cell: financial, value: upTo("2.00") },
      { type: "edit", cell: write, value: [{ then: "deny" }] },
    ]);
    const undone = played([{ type: "undo" }, { type: "undo" }], state);
    expect(readCell(undone.content, financial)).toEqual(upTo("1.00"));
    expect(readCell(undone.content, write)).toEqual(readCell(content, write));
    expect(played([{ type: "redo" }, { type: "redo" }], undone).content).toEqual(state.content);
    expect(played([{ type: "edit", cell: write, value: [{ then: "allow" }] }], undone).future).toEqual([]);
    expect(played([{ type: "undo" }, { type: "undo" }, { type: "undo" }, { type: "undo" }], state).content).toEqual(
      content,
    );
  });

  test("one drag is one step; after its end the same threshold begins another; a drag back to the start is none", () => {
    const drag = (amount: string): DraftAction => ({ type: "edit", cell: financial, value: upTo(amount), group: "0" });
    const state = played([drag("1.00"), drag("2.00"), drag("3.00"), { type: "seal" }, drag("4.00"), drag("5.00")]);
    expect(state.past).toHaveLength(2);
    expect(readCell(played([{ type: "undo" }], state).content, financial)).toEqual(upTo("3.00"));
    const start = startDraft(writeCell(content, financial, upTo("9.00")));
    expect(played([drag("1.00"), drag("9.00")], start).past).toEqual([]);
  });

  test("a removed guardrail comes back where it was", () => {
    const state = played([
      { type: "edit", cell: { kind: "guardrail", id: "credential-change" }, value: undefined },
      { type: "undo" },
    ]);
    expect(state.content.guardrails.map(({ id }) => id)).toEqual(content.guardrails.map(({ id }) => id));
  });

  test("after a merge one's own steps are still taken back, and what another person changed stays", () => {
    const mine = played([{ type: "edit", cell: financial, value: upTo("1.00") }]);
    const merged = writeCell(mine.content, write, [{ then: "deny" }]);
    const undone = played([{ type: "rebase", content: merged }, { type: "undo" }], mine);
    expect(readCell(undone.content, financial)).toEqual(readCell(content, financial));
    expect(readCell(undone.content, write)).toEqual([{ then: "deny" }]);
  });

  test("where another person's value stands after a merge, no older step brings back what was there before", () => {
    const mine = played([
      { type: "edit", cell: financial, value: upTo("1.00") },
      { type: "edit", cell: write, value: [{ then: "deny" }] },
      { type: "edit", cell: financial, value: upTo("2.00") },
    ]);
    const state = played([{ type: "rebase", content: writeCell(mine.content, financial, upTo("77.00")) }], mine);
    expect(state.past.map((edit) => cellPath(edit.cell))).toEqual([cellPath(write)]);
    expect(readCell(played([{ type: "undo" }, { type: "undo" }], state).content, financial)).toEqual(upTo("77.00"));
  });
});
