"use client";

import { CircleX, TriangleAlert } from "lucide-react";
import { cellName } from "@/components/tiers/cell-words";
import { type Cell, cellOfProblem, type DraftContent } from "@/components/tiers/cells";
import { count } from "@/components/tiers/count";
import { Button } from "@/components/ui/button";
import { DropdownMenu, MenuItem } from "@/components/ui/dropdown-menu";
import { Panel } from "@/components/ui/panel";
import { sentence } from "@/components/ui/sentence";
import type { Tool } from "@/lib/policy/schema";
import { type PolicyProblem, validatePolicySet } from "@/lib/policy/validate";

export type DraftProblem = PolicyProblem & { cell: Cell | null };

/** What is wrong with a draft, and where; errors first. Problems of the catalogue are not the draft's. */
export function problemsOf(content: DraftContent, tools: readonly Tool[]): DraftProblem[] {
  const found = validatePolicySet({ version: 1, tools: [...tools], ...content }).filter(
    ({ path }) => !path.startsWith("/tools"),
  );
  const placed = found.map((problem) => ({ ...problem, cell: cellOfProblem(content, problem.path) }));
  return [
    ...placed.filter(({ severity }) => severity === "error"),
    ...placed.filter(({ severity }) => severity === "warning"),
  ];
}

const mostShown = 50;

/** All problems of the draft, each with the way to its cell. */
export function ProblemPanel({
  problems,
  content,
  open,
}: {
  problems: readonly DraftProblem[];
  content: DraftContent;
  open: (cell: Cell) => void;
}) {
  if (problems.length === 0) return null;
  const errors = problems.filter(({ severity }) => severity === "error").length;
  return (
    <Panel
      title="Problems"
      description={`${count(errors, "error")} to solve before publishing, ${count(problems.length - errors, "warning")}`}
      flush
      className="scroll-mt-32"
    >
      <ul aria-label="Problems" className="divide-y">
        {problems.slice(0, mostShown).map(({ severity, path, message, cell }) => (
          <li key={`${path} ${message}`} className="flex items-start gap-2 px-4 py-2">
            <SeverityIcon severity={severity} />
            <span className="min-w-0 flex-1">
              <span className="sr-only">{severity === "error" ? "Error: " : "Warning: "}</span>
              {sentence(message)}
            </span>
            {cell && (
              <Button size="xs" className="shrink-0" onClick={() => open(cell)}>
                Open <span className="sr-only">{cellName(cell, content)}</span>
              </Button>
            )}
          </li>
        ))}
        {problems.length > mostShown && (
          <li className="px-4 py-2 text-muted">And {problems.length - mostShown} more.</li>
        )}
      </ul>
    </Panel>
  );
}

/** How many problems there are, wherever the page is scrolled to, and the way to each. */
export function ProblemsMenu({
  problems,
  content,
  open,
}: {
  problems: readonly DraftProblem[];
  content: DraftContent;
  open: (cell: Cell) => void;
}) {
  const errors = problems.filter(({ severity }) => severity === "error").length;
  const warnings = problems.length - errors;
  if (problems.length === 0) return <span className="text-muted">No problems</span>;
  const words = [errors > 0 && count(errors, "error"), warnings > 0 && count(warnings, "warning")].filter(Boolean);
  return (
    <DropdownMenu
      trigger={
        <Button>
          <SeverityIcon severity={errors > 0 ? "error" : "warning"} />
          {words.join(", ")}
        </Button>
      }
    >
      {problems.slice(0, 20).map(({ severity, path, message, cell }) => (
        <MenuItem
          key={`${path} ${message}`}
          icon={<SeverityIcon severity={severity} />}
          onSelect={() => cell && open(cell)}
        >
          {cell ? cellName(cell, content) : sentence(message)}
        </MenuItem>
      ))}
    </DropdownMenu>
  );
}

/** The problems of one cell, above its editor. */
export function ProblemLines({ problems }: { problems: readonly DraftProblem[] }) {
  return (
    <ul aria-live="polite" aria-label="Problems here" className="flex flex-col gap-1 empty:hidden">
      {problems.map(({ severity, path, message }) => (
        <li key={`${path} ${message}`} className="flex items-start gap-2">
          <SeverityIcon severity={severity} />
          <span>
            <span className="sr-only">{severity === "error" ? "Error: " : "Warning: "}</span>
            {sentence(message)}
          </span>
        </li>
      ))}
    </ul>
  );
}

export function SeverityIcon({ severity }: { severity: PolicyProblem["severity"] }) {
  return severity === "error" ? (
    <CircleX aria-hidden className="mt-0.5 size-4 shrink-0 text-status-deny" />
  ) : (
    <TriangleAlert aria-hidden className="mt-0.5 size-4 shrink-0 text-status-warning" />
  );
}
