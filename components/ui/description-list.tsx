import { clsx } from "clsx";
import type { ReactNode } from "react";

/**
 * Facts about one thing, label beside value.
 * @param columns 2 sets two facts per row on wide screens
 */
export function DescriptionList({ children, columns = 1 }: { children: ReactNode; columns?: 1 | 2 }) {
  return <dl className={clsx("grid gap-x-8 gap-y-2", columns === 2 && "lg:grid-cols-2")}>{children}</dl>;
}

export function Description({ term, children }: { term: string; children: ReactNode }) {
  return (
    <div className="grid min-w-0 gap-x-4 sm:grid-cols-[9rem_minmax(0,1fr)] sm:items-baseline">
      <dt className="text-muted">{term}</dt>
      <dd className="min-w-0">{children ?? <NotSet />}</dd>
    </div>
  );
}

/** An absent value, said in a word. */
export function NotSet({ word = "Not set" }: { word?: string }) {
  return <span className="text-muted">{word}</span>;
}
