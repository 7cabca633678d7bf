"use client";

import { clsx } from "clsx";
import { Dialog as Primitive } from "radix-ui";
import type { ReactElement, ReactNode } from "react";
import { focusFirstControl, OverlayHeader } from "@/components/ui/dialog";
import { useFocusReturn } from "@/components/ui/use-focus-return";

type DrawerProps = {
  title: ReactNode;
  description?: ReactNode;
  trigger?: ReactElement;
  open?: boolean;
  onOpenChange?: (open: boolean) => void;
  side?: "right" | "left";
  /** `lg` for a long form, `xl` for an editor of two columns. */
  size?: "md" | "lg" | "xl";
  footer?: ReactNode;
  children: ReactNode;
};

/** A modal sheet at the side, for a form or a detail that belongs to the list behind it. */
export function Drawer({
  title,
  description,
  trigger,
  side = "right",
  size = "md",
  footer,
  children,
  ...state
}: DrawerProps) {
  const { remember, giveBack } = useFocusReturn();
  return (
    <Primitive.Root {...state}>
      {trigger && <Primitive.Trigger asChild>{trigger}</Primitive.Trigger>}
      <Primitive.Portal>
        <div
          data-scroll-lock
          className={clsx("enter-fade fixed inset-0 z-40 flex bg-overlay", side === "right" && "justify-end")}
        >
          <Primitive.Content
            aria-modal
            onOpenAutoFocus={(event) => {
              remember();
              focusFirstControl(event);
            }}
            onCloseAutoFocus={giveBack}
            {...(description ? {} : { "aria-describedby": undefined })}
            className={clsx(
              "flex h-full w-full flex-col bg-surface-raised shadow-overlay outline-none",
              side === "right" ? "enter-drawer border-l" : "max-w-72 border-r",
              side === "right" && { md: "max-w-lg", lg: "max-w-3xl", xl: "max-w-5xl" }[size],
            )}
          >
            <OverlayHeader title={title} description={description} />
            <div data-overlay-body className="min-h-0 flex-1 overflow-y-auto px-4 pb-4">
              {children}
            </div>
            {footer && <div className="flex flex-wrap justify-end gap-2 border-t px-4 py-3">{footer}</div>}
          </Primitive.Content>
        </div>
      </Primitive.Portal>
    </Primitive.Root>
  );
}
