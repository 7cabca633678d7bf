"use client";

import { useSyncExternalStore } from "react";

type Announcement = { message: string; turn: number };

let current: Announcement = { message: "", turn: 0 };
const silent = current;
const listeners = new Set<() => void>();

/** Says `message` to assistive technology, without showing it: "Copied", "3 new", "12 results". */
export function announce(message: string) {
  current = { message, turn: current.turn + 1 };
  for (const listener of listeners) listener();
}

/** Where `announce` speaks. Rendered once, in the root layout. */
export function LiveRegion() {
  const { message, turn } = useSyncExternalStore(
    subscribe,
    () => current,
    () => silent,
  );
  return (
    <div aria-live="polite" role="status" className="sr-only">
      {/* A new element each time, so that the same words are read again. */}
      <span key={turn}>{message}</span>
    </div>
  );
}

function subscribe(listener: () => void) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
