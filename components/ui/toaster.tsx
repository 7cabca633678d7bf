"use client";

import { clsx } from "clsx";
import { CircleCheck, CircleX, Info, X } from "lucide-react";
import { useEffect, useState, useSyncExternalStore } from "react";
import { Button } from "@/components/ui/button";
import { IconButton } from "@/components/ui/icon-button";

type ToastKind = "success" | "error" | "info";
type ToastOptions = {
  description?: string;
  /** One way to follow up, e.g. Undo. */
  action?: { label: string; onSelect: () => void };
};
type Toast = ToastOptions & { id: number; kind: ToastKind; title: string };

let toasts: readonly Toast[] = [];
let lastId = 0;
const none: readonly Toast[] = [];
const listeners = new Set<() => void>();

/**
 * Reports the result of something the person just did. Not for field errors and not for lasting facts.
 * A failure stays until it is dismissed; the others leave after six seconds, not while pointed at or focused.
 */
export const toast = {
  success: (title: string, options?: ToastOptions) => show("success", title, options),
  error: (title: string, options?: ToastOptions) => show("error", title, options),
  info: (title: string, options?: ToastOptions) => show("info", title, options),
};

/** Where toasts appear. Rendered once, in the root layout. */
export function Toaster() {
  const shown = useSyncExternalStore(
    subscribe,
    () => toasts,
    () => none,
  );
  return (
    <section
      aria-label="Notifications"
      aria-live="polite"
      className="pointer-events-none fixed inset-x-0 bottom-0 z-50 flex flex-col items-end gap-2 p-4"
    >
      {shown.map((each) => (
        <ToastCard key={each.id} toast={each} />
      ))}
    </section>
  );
}

const icons = {
  success: <CircleCheck aria-hidden className="text-status-allow" />,
  error: <CircleX aria-hidden className="text-status-deny" />,
  info: <Info aria-hidden className="text-status-info" />,
};

function ToastCard({ toast: { id, kind, title, description, action } }: { toast: Toast }) {
  const [held, setHeld] = useState(false);

  useEffect(() => {
    if (held || kind === "error") return;
    const timer = setTimeout(() => dismiss(id), 6000);
    return () => clearTimeout(timer);
  }, [held, id, kind]);

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: pointing at it only holds it; nothing is activated
    <div
      role={kind === "error" ? "alert" : undefined}
      onPointerEnter={() => setHeld(true)}
      onPointerLeave={() => setHeld(false)}
      onFocus={() => setHeld(true)}
      onBlur={() => setHeld(false)}
      className="enter-fade pointer-events-auto flex w-full max-w-sm items-start gap-2 rounded-lg border bg-surface-raised py-2 pr-2 pl-3 shadow-overlay"
    >
      <span className="mt-1 [&_svg]:size-4">{icons[kind]}</span>
      <div className="min-w-0 flex-1 py-0.5">
        <p className={clsx("wrap-anywhere", description && "font-medium")}>{title}</p>
        {description && <p className="wrap-anywhere text-muted">{description}</p>}
      </div>
      {action && (
        <Button
          size="sm"
          onClick={() => {
            action.onSelect();
            dismiss(id);
          }}
        >
          {action.label}
        </Button>
      )}
      <IconButton label="Dismiss" icon={<X aria-hidden />} onClick={() => dismiss(id)} variant="quiet" size="xs" />
    </div>
  );
}

function show(kind: ToastKind, title: string, options: ToastOptions = {}) {
  lastId += 1;
  publish([...toasts, { ...options, id: lastId, kind, title }].slice(-4));
}

function dismiss(id: number) {
  publish(toasts.filter((each) => each.id !== id));
}

function publish(next: readonly Toast[]) {
  toasts = next;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
