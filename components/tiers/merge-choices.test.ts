import { expect, test } from "vitest";
import { type Cell, cellPath, type DraftContent, readCell, writeCell } from "@/components/tiers/cells";
import { withChoices } from "@/components/tiers/merge-choices";
import { defaultPolicySet } from "@/lib/policy/defaults";
import { contentOf } from "@/lib/policy/draft-content";
import { mergeDrafts } from "@/lib/policy/merge-drafts";
import type { Band } from "@/lib/policy/schema";

const base: DraftContent = contentOf(defaultPolicySet());
const cells = {
  financial: { kind: "effect", tier: "T3", effect: "financial" },
  write: { kind: "effect", tier: "T2", effect: "write" },
  rule: { kind: "guardrail", id: "unknown-links" },
  tool: { kind: "tool", tier: "T4", tool: "files/move" },
} satisfies Record<string, Cell>;
const allow: Band[] = [{ then: "allow" }];
const deny: Band[] = [{ then: "deny" }];

test("each conflict becomes what was chosen for it, and changes of other cells are all there", () => {
  const mine = writeCell(writeCell(writeCell(base, cells.financial, allow), cells.rule, undefined), cells.tool, allow);
  const rule = base.guardrails.find(({ id }) => id === "unknown-links");
  if (!rule) throw new Error("the shipped policy has this rule");
  const theirs = [
    [cells.financial, deny],
    [cells.write, deny],
    [cells.rule, { ...rule, message: "another" }],
    [cells.tool, deny],
  ] as const;
  const other = theirs.reduce((content, [cell, value]) => writeCell(content, cell, value), base);
  const { merged, conflicts } = mergeDrafts(base, mine, other);
  expect(conflicts.map(({ path }) => path).sort()).toEqual(
    [cells.financial, cells.rule, cells.tool].map(cellPath).sort(),
  );
  const settled = withChoices(merged, conflicts, {
    [cellPath(cells.financial)]: "mine",
    [cellPath(cells.rule)]: "mine",
    [cellPath(cells.tool)]: "theirs",
  });
  expect(readCell(settled, cells.financial)).toEqual(allow);
  expect(readCell(settled, cells.rule)).toBeUndefined();
  expect(readCell(settled, cells.tool)).toEqual(deny);
  expect(readCell(settled, cells.write)).toEqual(deny);
});

test("what nobody chose stays as the other person saved it", () => {
  const mine = writeCell(base, cells.financial, allow);
  const { merged, conflicts } = mergeDrafts(base, mine, writeCell(base, cells.financial, deny));
  expect(readCell(withChoices(merged, conflicts, {}), cells.financial)).toEqual(deny);
});
