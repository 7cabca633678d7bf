"use client";

import { useRef } from "react";

/**
 * Gives the focus back to where it was before an overlay opened, by a button, a key or a menu. Where nothing had it, the overlay's own trigger gets it.
 * @returns `remember` for the moment it opens, with its element; `giveBack` for `onCloseAutoFocus`
 */
export function useFocusReturn() {
  const before = useRef<HTMLElement | null>(null);
  const stop = useRef<() => void>(undefined);
  return {
    remember(overlay: HTMLElement) {
      const active = document.activeElement;
      before.current = active instanceof HTMLElement && active !== document.body ? active : null;
      if (before.current) return;
      // A menu that closes as this opens hands the focus to its button a moment later; the overlay takes it back, but that button is where it belongs.
      const late = ({ target }: FocusEvent) => {
        if (!(target instanceof HTMLElement) || overlay.contains(target)) return;
        before.current = target;
        stop.current?.();
      };
      document.addEventListener("focusin", late);
      stop.current = () => document.removeEventListener("focusin", late);
    },
    giveBack(event: Event) {
      stop.current?.();
      if (!before.current?.isConnected) return;
      event.preventDefault();
      before.current.focus();
    },
  };
}
