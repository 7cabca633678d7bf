"use client";

import { clsx } from "clsx";
import type { ComponentProps, ReactNode } from "react";
import { useFieldControl } from "@/components/ui/field";

/** On or off, with effect at once. In a form that is saved later, use a `Checkbox`. */
export function Switch({
  label,
  hint,
  className,
  ...rest
}: Omit<ComponentProps<"input">, "type" | "role"> & { label: ReactNode; hint?: ReactNode }) {
  return (
    <label className={clsx("flex min-h-6 items-start justify-between gap-3 py-0.5", className)}>
      <span className="min-w-0">
        {label}
        {hint && <span className="block text-muted text-xs">{hint}</span>}
      </span>
      <span className="mt-px inline-grid shrink-0 items-center">
        <input
          {...rest}
          {...useFieldControl(rest)}
          type="checkbox"
          // biome-ignore lint/a11y/useAriaPropsForRole: a native check box gives its own checked state
          role="switch"
          className="peer col-start-1 row-start-1 h-5 w-9 appearance-none rounded-full border border-control bg-surface-sunken transition-colors checked:border-accent checked:bg-accent disabled:opacity-50"
        />
        <span
          aria-hidden
          className="pointer-events-none col-start-1 row-start-1 ml-1 size-3 rounded-full bg-control transition-transform peer-checked:translate-x-4 peer-checked:bg-on-accent"
        />
      </span>
    </label>
  );
}
