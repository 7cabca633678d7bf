"use client";

import { useSyncExternalStore } from "react";

const storageKey = "countersign.shortcuts";
const listeners = new Set<() => void>();

/** Whether single-character shortcuts (`j`, `k`, `/`, `?`) act. A person can switch them off (WCAG 2.1.4). */
export function useShortcutsEnabled(): boolean {
  return useSyncExternalStore(subscribe, shortcutsEnabled, () => true);
}

export function shortcutsEnabled(): boolean {
  try {
    return localStorage.getItem(storageKey) !== "off";
  } catch {
    return true;
  }
}

export function setShortcutsEnabled(enabled: boolean) {
  try {
    localStorage.setItem(storageKey, enabled ? "on" : "off");
  } catch {
    // Storage is refused in some private windows: the choice then lasts for this page only, at its default.
  }
  for (const listener of listeners) listener();
}

/** True when a bare key belongs to what is being typed in, or to an open dialog or menu. */
export function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable ||
      target.matches("input:not([type=checkbox]):not([type=radio]):not([type=range]), textarea, select") ||
      target.closest("[role=dialog], [role=alertdialog], [role=menu], [role=listbox]") !== null)
  );
}

function subscribe(listener: () => void) {
  listeners.add(listener);
  addEventListener("storage", listener);
  return () => {
    listeners.delete(listener);
    removeEventListener("storage", listener);
  };
}
