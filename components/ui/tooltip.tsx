"use client";

import { Tooltip as Primitive } from "radix-ui";
import type { ReactElement, ReactNode } from "react";

/**
 * A short hint about `children`, which must be one focusable element. It opens on hover and on focus, stays while the
 * pointer is over it, and Escape closes it (WCAG 1.4.13).
 * @param describes false when the hint only repeats the element's name
 */
export function Tooltip({
  content,
  children,
  side = "top",
  describes = true,
}: {
  content: ReactNode;
  children: ReactElement;
  side?: "top" | "right" | "bottom" | "left";
  describes?: boolean;
}) {
  return (
    <Primitive.Provider delayDuration={300} skipDelayDuration={200}>
      <Primitive.Root>
        <Primitive.Trigger asChild {...(describes ? {} : { "aria-describedby": undefined })}>
          {children}
        </Primitive.Trigger>
        <Primitive.Portal>
          <Primitive.Content
            side={side}
            sideOffset={6}
            collisionPadding={8}
            className="enter-fade z-50 max-w-72 rounded-md border bg-surface-raised px-2 py-1 text-text text-xs shadow-overlay"
          >
            {content}
          </Primitive.Content>
        </Primitive.Portal>
      </Primitive.Root>
    </Primitive.Provider>
  );
}
