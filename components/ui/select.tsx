"use client";

import { clsx } from "clsx";
import { ChevronDown } from "lucide-react";
import type { ComponentProps } from "react";
import { useFieldControl } from "@/components/ui/field";

export type Option<V extends string = string> = { value: V; label: string; hint?: string; disabled?: boolean };

type SelectProps = Omit<ComponentProps<"select">, "children" | "multiple" | "size"> & {
  options: readonly Option[];
  /** Shown while nothing is chosen; without it the first option is chosen. */
  placeholder?: string;
};

/** One of a short list. The browser's own control: it works in plain forms, by keyboard and on phones. */
export function Select({ options, placeholder, className, ...rest }: SelectProps) {
  const uncontrolled = rest.value === undefined && rest.defaultValue === undefined;
  return (
    <span className={clsx("relative inline-flex w-full", className)}>
      <select
        {...rest}
        {...useFieldControl(rest)}
        {...(placeholder !== undefined && uncontrolled ? { defaultValue: "" } : {})}
        className="control h-8 w-full appearance-none truncate pr-8 pl-2 has-[option[value='']:checked]:text-muted"
      >
        {placeholder !== undefined && <option value="">{placeholder}</option>}
        {options.map((option) => (
          <option key={option.value} value={option.value} disabled={option.disabled}>
            {option.label}
          </option>
        ))}
      </select>
      <ChevronDown aria-hidden className="pointer-events-none absolute top-2 right-2 size-4 text-muted" />
    </span>
  );
}
