import Link from "next/link";
import type { ReactNode } from "react";
import { formatCount } from "@/components/ui/money";

export type BarListItem = {
  key: string;
  label: ReactNode;
  value: number;
  href?: string;
  /** A word beside the number, e.g. a share or the top reason. */
  detail?: ReactNode;
};

/**
 * A ranked list with bars: top refused tools, busiest agents. Say in the heading of its panel how it is cut ("top 8").
 * @param noun  what the number counts, for assistive technology: "refusals"
 * @param empty said when the list is empty
 */
export function BarList({ items, noun, empty }: { items: readonly BarListItem[]; noun: string; empty: string }) {
  if (items.length === 0) return <p className="py-6 text-center text-muted">{empty}</p>;
  const most = Math.max(1, ...items.map((item) => item.value));
  return (
    <ol className="flex flex-col">
      {items.map((item) => (
        <li key={item.key} className="flex min-h-9 flex-col justify-center gap-1 py-1">
          <div className="flex min-h-6 items-baseline justify-between gap-4">
            <span className="flex min-w-0 items-baseline truncate leading-6">
              {item.href ? (
                <Link
                  href={item.href}
                  className="inline-flex min-h-6 max-w-full items-center rounded-md hover:underline"
                >
                  <span className="truncate">{item.label}</span>
                </Link>
              ) : (
                <span className="truncate">{item.label}</span>
              )}
              {item.detail && <span className="ml-2 shrink-0 text-muted text-xs">{item.detail}</span>}
            </span>
            <span className="tabular shrink-0">
              {formatCount(item.value)}
              <span className="sr-only"> {noun}</span>
            </span>
          </div>
          <svg aria-hidden className="h-1 w-full overflow-visible" preserveAspectRatio="none">
            <rect width="100%" height="4" rx="2" className="fill-surface-hover" />
            <rect width={`${(item.value / most) * 100}%`} height="4" rx="2" className="fill-chart-1" />
          </svg>
        </li>
      ))}
    </ol>
  );
}
