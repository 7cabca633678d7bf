"use client";

import { useRef } from "react";

/** The button of the menu an item was last chosen from. */
let chosenFrom: HTMLElement | null = null;

/** Notes which menu an item was chosen from: the menu goes away with its item, and what the item opens gives the focus back to the menu's button. */
export function noteMenu(item: Element) {
  const button = item.closest("[role=menu]")?.getAttribute("aria-labelledby");
  chosenFrom = button ? document.getElementById(button) : null;
}

/**
 * Gives the focus back to where it was before an overlay opened, by a button, a key or a menu. Where nothing had it, the overlay's own trigger gets it.
 * @returns `remember` for the moment it opens, before anything in it has the focus; `giveBack` for `onCloseAutoFocus`
 */
export function useFocusReturn() {
  const before = useRef<HTMLElement | null>(null);
  return {
    remember() {
      const active = document.activeElement;
      const stays = active instanceof HTMLElement && active !== document.body && !active.closest("[role=menu]");
      before.current = stays ? active : chosenFrom;
      chosenFrom = null;
    },
    giveBack(event: Event) {
      if (!before.current?.isConnected) return;
      event.preventDefault();
      before.current.focus();
    },
  };
}
