"use client";

import { clsx } from "clsx";
import { X } from "lucide-react";
import { Dialog as Primitive } from "radix-ui";
import type { ReactElement, ReactNode } from "react";
import { IconButton } from "@/components/ui/icon-button";
import { useFocusReturn } from "@/components/ui/use-focus-return";

type DialogProps = {
  title: ReactNode;
  description?: ReactNode;
  /** The button that opens it; focus returns there. Leave out when `open` is controlled. */
  trigger?: ReactElement;
  open?: boolean;
  onOpenChange?: (open: boolean) => void;
  size?: "sm" | "md" | "lg";
  /** Buttons, the primary one last. Use `DialogClose` for Cancel. */
  footer?: ReactNode;
  children?: ReactNode;
};

/** A modal dialog: traps focus, closes with Escape, hands focus back. */
export function Dialog({ title, description, trigger, size = "md", footer, children, ...state }: DialogProps) {
  const { remember, giveBack } = useFocusReturn();
  return (
    <Primitive.Root {...state}>
      {trigger && <Primitive.Trigger asChild>{trigger}</Primitive.Trigger>}
      <Primitive.Portal>
        <div
          data-scroll-lock
          className="enter-fade fixed inset-0 z-40 flex items-start justify-center bg-overlay p-4 sm:pt-24"
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
              "flex max-h-full w-full flex-col rounded-lg border bg-surface-raised shadow-overlay outline-none",
              size === "sm" && "max-w-sm",
              size === "md" && "max-w-lg",
              size === "lg" && "max-w-3xl",
            )}
          >
            <OverlayHeader title={title} description={description} />
            <div data-overlay-body className="min-h-0 overflow-y-auto px-4 pb-4">
              {children}
            </div>
            {footer && <div className="flex flex-wrap justify-end gap-2 border-t px-4 py-3">{footer}</div>}
          </Primitive.Content>
        </div>
      </Primitive.Portal>
    </Primitive.Root>
  );
}

/** Wraps a button that closes the dialog or drawer around it. */
export function DialogClose({ children }: { children: ReactElement }) {
  return <Primitive.Close asChild>{children}</Primitive.Close>;
}

/** Title, description and close button, shared by Dialog and Drawer. */
export function OverlayHeader({ title, description }: { title: ReactNode; description?: ReactNode }) {
  return (
    <div className="flex items-start justify-between gap-4 p-4">
      <div className="min-w-0">
        <Primitive.Title className="font-semibold text-lg">{title}</Primitive.Title>
        {description && <Primitive.Description className="text-muted">{description}</Primitive.Description>}
      </div>
      <Primitive.Close asChild>
        <IconButton label="Close" icon={<X aria-hidden />} variant="quiet" className="-mt-0.5 -mr-1" />
      </Primitive.Close>
    </div>
  );
}

/** Opens with the focus on the first control of the body, not on the close button; without one, on the dialog itself. */
export function focusFirstControl(event: Event) {
  event.preventDefault();
  const overlay = event.currentTarget as HTMLElement;
  const first = overlay.querySelector<HTMLElement>(
    "[data-overlay-body] :is(input, select, textarea, button, a[href], [role=slider]):not([type=hidden], :disabled)",
  );
  (first ?? overlay).focus();
}
