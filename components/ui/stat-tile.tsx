import Link from "next/link";
import type { ReactNode } from "react";

type StatTileProps = {
  label: string;
  /** Already formatted; a dash when it is not known, never a zero. */
  value: ReactNode;
  /** Period, comparison or age, e.g. "oldest 14 min". */
  detail?: ReactNode;
  /** Where the number comes from; makes the tile a link. */
  href?: string;
};

/** One number of an overview. Belongs in a `StatRow`. */
export function StatTile({ label, value, detail, href }: StatTileProps) {
  return (
    <div className="relative -mt-px -ml-px flex min-w-0 flex-col border-t border-l px-4 py-3 has-[a:hover]:bg-surface-hover">
      <dt className="text-muted text-xs">{label}</dt>
      <dd className="tabular truncate font-medium text-2xl">
        {href ? (
          <Link href={href} className="-outline-offset-2 after:absolute after:inset-0 focus-visible:after:outline-2">
            {value}
            <span className="sr-only"> {label}</span>
          </Link>
        ) : (
          value
        )}
      </dd>
      {detail && <dd className="text-muted text-xs">{detail}</dd>}
    </div>
  );
}

/** Stat tiles side by side with hairlines between them. */
export function StatRow({ children }: { children: ReactNode }) {
  return (
    <dl className="grid grid-cols-2 overflow-hidden rounded-lg border bg-surface md:grid-cols-[repeat(auto-fit,minmax(9rem,1fr))]">
      {children}
    </dl>
  );
}
