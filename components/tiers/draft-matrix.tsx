"use client";

import { clsx } from "clsx";
import { PencilLine } from "lucide-react";
import type { KeyboardEvent } from "react";
import { Bands } from "@/components/tiers/band-words";
import { type BandsCell, type Cell, cellPath, type DraftContent } from "@/components/tiers/cells";
import { type DraftProblem, SeverityIcon } from "@/components/tiers/problem-list";
import { effectHints } from "@/components/tools/words";
import { Panel } from "@/components/ui/panel";
import { EffectBadge } from "@/components/ui/status-badge";
import { Table, TableBody, TableHead, Td, Th, Tr } from "@/components/ui/table";
import { describeBands } from "@/lib/policy/describe";
import { type Band, effectClasses } from "@/lib/policy/schema";

type MatrixProps = {
  content: DraftContent;
  changed: ReadonlySet<string>;
  problems: readonly DraftProblem[];
  open: (cell: Cell) => void;
};

/** The matrix of effect class by tier, every cell a button that opens its editor. The arrow keys move between cells. */
export function DraftMatrix(props: MatrixProps) {
  const { content, open } = props;
  return (
    <>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the keys belong to the buttons inside */}
      <div className="max-md:hidden lg:[&_thead]:top-25" onKeyDown={moveBetweenCells}>
        <Table label="Effect class by tier">
          <TableHead>
            <Th>Effect</Th>
            {content.tiers.map((tier) => (
              <Th key={tier.key} className="min-w-44">
                <button
                  type="button"
                  data-matrix-cell
                  className="inline-flex min-h-6 items-center rounded-md hover:underline"
                  onClick={() => open({ kind: "name", tier: tier.key })}
                >
                  {tier.key} {tier.name}
                </button>
              </Th>
            ))}
          </TableHead>
          <TableBody>
            {effectClasses.map((effect) => (
              <Tr key={effect}>
                <th scope="row" className="min-w-40 border-b px-3 py-2 text-left align-top font-normal">
                  <EffectBadge effect={effect} />
                  <span className="mt-1 block text-muted text-xs">{effectHints[effect]}</span>
                </th>
                {content.tiers.map((tier) => (
                  <Td key={tier.key} className="h-px p-1 align-top">
                    <CellButton
                      {...props}
                      cell={{ kind: "effect", tier: tier.key, effect }}
                      bands={tier.effects[effect]}
                      label={`${tier.key}, ${effect}`}
                    />
                  </Td>
                ))}
              </Tr>
            ))}
          </TableBody>
        </Table>
      </div>
      <div className="flex flex-col gap-4 md:hidden">
        {content.tiers.map((tier) => (
          <Panel key={tier.key} title={`${tier.key} ${tier.name}`} flush>
            <dl className="divide-y">
              {effectClasses.map((effect) => (
                <div key={effect} className="grid grid-cols-[7rem_minmax(0,1fr)] gap-2 px-4 py-1">
                  <dt className="py-1">
                    <EffectBadge effect={effect} />
                  </dt>
                  <dd>
                    <CellButton
                      {...props}
                      cell={{ kind: "effect", tier: tier.key, effect }}
                      bands={tier.effects[effect]}
                      label={`${tier.key}, ${effect}`}
                    />
                  </dd>
                </div>
              ))}
            </dl>
          </Panel>
        ))}
      </div>
    </>
  );
}

/** One cell in words. It says whether this draft changed it, and whether something is wrong with it. */
export function CellButton({
  cell,
  bands,
  label,
  changed,
  problems,
  open,
}: Omit<MatrixProps, "content"> & { cell: BandsCell; bands: readonly Band[] | undefined; label: string }) {
  const path = cellPath(cell);
  const own = problems.filter((problem) => problem.cell && cellPath(problem.cell) === path);
  const worst = own[0];
  const isChanged = changed.has(path);
  return (
    <button
      type="button"
      data-matrix-cell
      onClick={() => open(cell)}
      className={clsx(
        "flex h-full min-h-8 scroll-mt-16 w-full flex-col gap-1 rounded-md p-2 text-left hover:bg-surface-hover focus-visible:-outline-offset-2",
        isChanged && "bg-surface-selected",
      )}
    >
      <span className="sr-only">{label}: </span>
      <Bands inside="button" bands={describeBands(bands)} />
      {(isChanged || worst) && (
        <span className="flex flex-wrap items-center gap-x-3 gap-y-1 text-xs">
          {isChanged && (
            <span className="inline-flex items-center gap-1">
              <PencilLine aria-hidden className="size-3.5" />
              Changed
            </span>
          )}
          {worst && (
            <span className="inline-flex items-center gap-1">
              <SeverityIcon severity={worst.severity} />
              {worst.severity === "error" ? "Error" : "Warning"}
            </span>
          )}
        </span>
      )}
    </button>
  );
}

/** Moves the focus and nothing else. */
function moveBetweenCells(event: KeyboardEvent<HTMLElement>) {
  const by = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key];
  const cell = (event.target as HTMLElement).closest("td, th");
  const row = cell?.parentElement;
  if (!by || !cell || !row || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
  const rows = [...event.currentTarget.querySelectorAll("tr")];
  const next =
    rows[rows.indexOf(row as HTMLTableRowElement) + (by[0] ?? 0)]?.children[
      [...row.children].indexOf(cell) + (by[1] ?? 0)
    ]?.querySelector<HTMLElement>("[data-matrix-cell]");
  if (!next) return;
  event.preventDefault();
  event.stopPropagation();
  next.focus();
  next.scrollIntoView({ block: "nearest", inline: "nearest" });
}
