"use client";

import { clsx } from "clsx";
import type { ComponentProps } from "react";
import { useFieldControl } from "@/components/ui/field";

/** Several lines of text; grows with its content up to half the window. */
export function Textarea({ className, rows = 3, ...rest }: ComponentProps<"textarea">) {
  return (
    <textarea
      {...rest}
      {...useFieldControl(rest)}
      rows={rows}
      className={clsx("control field-sizing-content max-h-[50vh] min-h-16 w-full resize-y px-2 py-1.5", className)}
    />
  );
}
