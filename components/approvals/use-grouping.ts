"use client";

import { useSyncExternalStore } from "react";

const storageKey = "countersign.inbox.grouped";
const listeners = new Set<() => void>();

/** Whether this browser shows similar requests together, and how to change it. */
export function useGrouping(): [boolean, (grouped: boolean) => void] {
  return [useSyncExternalStore(subscribe, isGrouped, () => false), setGrouped];
}

function isGrouped(): boolean {
  try {
    return localStorage.getItem(storageKey) === "on";
  } catch {
    return false;
  }
}

function setGrouped(grouped: boolean) {
  try {
    localStorage.setItem(storageKey, grouped ? "on" : "off");
  } catch {
    // Storage is refused in some private windows: the list then stays as it is.
  }
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void) {
  listeners.add(listener);
  addEventListener("storage", listener);
  return () => {
    listeners.delete(listener);
    removeEventListener("storage", listener);
  };
}
