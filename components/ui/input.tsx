"use client";

import { clsx } from "clsx";
import type { ComponentProps, ReactNode } from "react";
import { useFieldControl } from "@/components/ui/field";

type InputProps = ComponentProps<"input"> & {
  /** A unit or symbol inside the frame, e.g. "EUR" or an icon. */
  before?: ReactNode;
  after?: ReactNode;
  /** Numbers: tabular and right-aligned. */
  numeric?: boolean;
};

/** A one-line text control. Put it in a `Field`, which gives it its label and its error. */
export function Input({ className, before, after, numeric, ...rest }: InputProps) {
  const control = useFieldControl(rest);
  const text = numeric && "tabular text-right";
  if (!before && !after) {
    return <input {...rest} {...control} className={clsx("control h-8 w-full px-2", text, className)} />;
  }
  return (
    <span className={clsx("control flex h-8 w-full items-center gap-2 px-2", className)}>
      {before && <span className="shrink-0 text-muted [&_svg]:size-4">{before}</span>}
      <input
        {...rest}
        {...control}
        className={clsx("h-full w-full min-w-0 bg-transparent outline-none disabled:cursor-not-allowed", text)}
      />
      {after && <span className="shrink-0 text-muted [&_svg]:size-4">{after}</span>}
    </span>
  );
}
