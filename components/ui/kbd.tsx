import type { ReactNode } from "react";

/** A key or a chord, as printed on the keyboard. Not on phones, which have none. */
export function Kbd({ children }: { children: ReactNode }) {
  return (
    <kbd className="inline-grid h-5 min-w-5 place-items-center max-sm:hidden rounded-md border bg-surface-sunken px-1 font-sans text-muted text-xs">
      {children}
    </kbd>
  );
}
