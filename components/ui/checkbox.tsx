"use client";

import { clsx } from "clsx";
import { Check, Minus } from "lucide-react";
import type { ComponentProps, ReactNode } from "react";
import { useFieldControl } from "@/components/ui/field";

type CheckboxProps = Omit<ComponentProps<"input">, "type"> & {
  label: ReactNode;
  hint?: ReactNode;
  labelHidden?: boolean;
  /** Some but not all of what this box stands for. */
  indeterminate?: boolean;
};

/** A check box with its label. Native, so it posts in plain forms. */
export function Checkbox({ label, hint, labelHidden, indeterminate = false, className, ...rest }: CheckboxProps) {
  return (
    <label className={clsx("flex min-h-6 min-w-6 items-start gap-2 py-0.5", className)}>
      <span className="grid size-5 shrink-0 place-items-center">
        <input
          {...rest}
          {...useFieldControl(rest)}
          type="checkbox"
          ref={(element) => {
            if (element) element.indeterminate = indeterminate;
          }}
          className="peer col-start-1 row-start-1 size-4 appearance-none rounded-md border border-control bg-surface checked:border-accent checked:bg-accent indeterminate:border-accent indeterminate:bg-accent disabled:opacity-50"
        />
        <Check
          aria-hidden
          className="pointer-events-none invisible col-start-1 row-start-1 size-3 stroke-3 text-on-accent peer-checked:visible peer-indeterminate:invisible"
        />
        <Minus
          aria-hidden
          className="pointer-events-none invisible col-start-1 row-start-1 size-3 stroke-3 text-on-accent peer-indeterminate:visible"
        />
      </span>
      <span className={labelHidden ? "sr-only" : "min-w-0"}>
        {label}
        {hint && <span className="block text-muted text-xs">{hint}</span>}
      </span>
    </label>
  );
}
