"use client";

import { clsx } from "clsx";
import type { ComponentProps } from "react";
import { useFieldControl } from "@/components/ui/field";

/**
 * A number on a scale, always beside a field that takes the exact value.
 * @param valueText what assistive technology reads instead of the bare number, e.g. "500 EUR"
 */
export function Slider({
  valueText,
  className,
  ...rest
}: Omit<ComponentProps<"input">, "type"> & { valueText?: string }) {
  return (
    <input
      {...rest}
      {...useFieldControl(rest)}
      type="range"
      aria-valuetext={valueText}
      className={clsx("h-6 w-full min-w-0 accent-accent", className)}
    />
  );
}
