"use client";

import { clsx } from "clsx";
import { Popover as Primitive } from "radix-ui";
import type { ReactElement, ReactNode } from "react";

type PopoverProps = {
  trigger: ReactElement;
  /** Accessible name of the panel. */
  label: string;
  open?: boolean;
  onOpenChange?: (open: boolean) => void;
  align?: "start" | "center" | "end";
  /** Without padding, for a list. */
  flush?: boolean;
  className?: string;
  children: ReactNode;
};

/** A small panel beside the button that opened it. */
export function Popover({ trigger, label, align = "start", flush, className, children, ...state }: PopoverProps) {
  return (
    <Primitive.Root {...state}>
      <Primitive.Trigger asChild>{trigger}</Primitive.Trigger>
      <Primitive.Portal>
        <Primitive.Content
          aria-label={label}
          align={align}
          sideOffset={4}
          collisionPadding={8}
          className={clsx(
            "enter-fade z-50 rounded-lg border bg-surface-raised shadow-overlay outline-none",
            !flush && "p-3",
            className,
          )}
        >
          {children}
        </Primitive.Content>
      </Primitive.Portal>
    </Primitive.Root>
  );
}
