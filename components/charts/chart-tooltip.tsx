"use client";

import type { ReactNode } from "react";
import { formatCount } from "@/components/ui/money";

/** The panel beside the hovered or focused mark. A `null` is said as "no data". */
export function ChartTooltip({
  title,
  rows,
}: {
  title: string;
  rows: readonly { label: string; value: number | null; swatch?: ReactNode }[];
}) {
  return (
    <div className="min-w-32 rounded-md border bg-surface-raised px-2 py-1.5 text-xs shadow-overlay">
      <p className="mb-1 font-medium">{title}</p>
      <dl className="flex flex-col gap-0.5">
        {rows.map((row) => (
          <div key={row.label} className="flex items-center justify-between gap-4">
            <dt className="flex items-center gap-1.5 text-muted">
              {row.swatch}
              {row.label}
            </dt>
            <dd className="tabular">{row.value === null ? "no data" : formatCount(row.value)}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}
