"use client";

import { clsx } from "clsx";
import { ChartColumn, Table2 } from "lucide-react";
import { type ReactNode, useState, useSyncExternalStore } from "react";
import { IconButton } from "@/components/ui/icon-button";

export type LegendEntry = { label: string; swatch: ReactNode };

type ChartFrameProps = {
  /** What the chart shows, as one phrase: "Decisions by outcome, per day". */
  label: string;
  legend?: readonly LegendEntry[];
  /** The same numbers, for reading them exactly. `null` is "no data", not zero. */
  table: { columns: readonly string[]; rows: readonly (readonly (string | number | null)[])[] };
  /** Said instead of an empty chart. */
  empty: string | false;
  height?: "sm" | "md";
  children: ReactNode;
};

/** What all charts share: reserved height, legend, and the same numbers as a table. */
export function ChartFrame({ label, legend = [], table, empty, height = "md", children }: ChartFrameProps) {
  const [asTable, setAsTable] = useState(false);
  const mounted = useMounted();
  const room = height === "sm" ? "min-h-40" : "min-h-56";
  if (empty) {
    return (
      <figure aria-label={label} className={clsx("grid flex-1 place-items-center px-4 text-center text-muted", room)}>
        {empty}
      </figure>
    );
  }
  return (
    <figure aria-label={label} className="flex min-w-0 flex-1 flex-col gap-2">
      <div className="flex min-h-7 items-start justify-between gap-2">
        <ul aria-label="Legend" className="flex flex-wrap gap-x-4 gap-y-1 py-1.5 text-muted text-xs">
          {legend.map((entry) => (
            <li key={entry.label} className="flex items-center gap-1.5">
              {entry.swatch}
              {entry.label}
            </li>
          ))}
        </ul>
        <IconButton
          label={asTable ? "View as chart" : "View as table"}
          icon={asTable ? <ChartColumn aria-hidden /> : <Table2 aria-hidden />}
          variant="quiet"
          className="ml-auto"
          onClick={() => setAsTable(!asTable)}
        />
      </div>
      <div className={clsx("relative min-w-0 flex-1", room)}>
        <div className="absolute inset-0">
          {asTable ? <ChartTable label={label} {...table} /> : mounted && children}
        </div>
      </div>
    </figure>
  );
}

function ChartTable({ label, columns, rows }: { label: string } & ChartFrameProps["table"]) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a section would be a landmark; this is only a named group that scrolls
    <div
      role="group"
      aria-label={label}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
      tabIndex={0}
      className="h-full overflow-auto rounded-md border"
    >
      <table className="w-full border-separate border-spacing-0 text-left text-xs">
        <thead className="sticky top-0 bg-surface-sunken text-muted">
          <tr>
            {columns.map((column, index) => (
              <th
                key={column}
                scope="col"
                className={clsx("h-7 whitespace-nowrap border-b px-2 font-medium", index > 0 && "text-right")}
              >
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(([head, ...values]) => (
            <tr key={head}>
              <th scope="row" className="h-7 whitespace-nowrap border-b px-2 font-normal">
                {head}
              </th>
              {values.map((value, index) => (
                <td key={columns[index + 1]} className="tabular h-7 border-b px-2 text-right">
                  {value ?? <span className="text-muted">no data</span>}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Charts are drawn in the browser only: their server markup would carry inline styles, which the policy refuses. */
function useMounted(): boolean {
  return useSyncExternalStore(
    () => () => {},
    () => true,
    () => false,
  );
}
