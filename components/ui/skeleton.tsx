import { clsx } from "clsx";

/** A grey bar in the final geometry of what is loading. Give it the width and height of the real thing. */
export function Skeleton({ className }: { className?: string }) {
  return (
    <span
      aria-hidden
      data-skeleton
      className={clsx("block rounded-md bg-surface-hover motion-safe:animate-pulse", className)}
    />
  );
}

/** A table that is loading: same header height, same row height. */
export function TableSkeleton({ rows = 10, columns = 5 }: { rows?: number; columns?: number }) {
  return (
    <div role="status" className="overflow-hidden rounded-lg border">
      <span className="sr-only">Loading</span>
      <div className="h-9 border-b bg-surface-sunken" />
      {Array.from({ length: rows }, (_, row) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the rows are identical and never move
        <div key={row} className="flex h-9 items-center gap-6 border-b px-3 last:border-b-0">
          {Array.from({ length: columns }, (_, column) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the cells are identical and never move
            <Skeleton key={column} className={clsx("h-3", column === 0 ? "w-2/6" : "w-1/6")} />
          ))}
        </div>
      ))}
    </div>
  );
}

/** A page that is loading: title, then `children` or a table. */
export function PageSkeleton({ children }: { children?: React.ReactNode }) {
  return (
    <div className="flex flex-col gap-4">
      <div className="flex h-8 items-center">
        <Skeleton className="h-6 w-48" />
      </div>
      {children ?? <TableSkeleton />}
    </div>
  );
}
