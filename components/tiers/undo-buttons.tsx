"use client";

import { Redo2, Undo2 } from "lucide-react";
import { type Dispatch, useEffect } from "react";
import type { DraftAction, DraftState } from "@/components/tiers/draft-state";
import { IconButton } from "@/components/ui/icon-button";
import { announce } from "@/components/ui/live-region";

/** Takes the last change of one's own back, or makes it again. The keys are Ctrl Z and Ctrl Shift Z (`useUndoKeys`). */
export function UndoButtons({
  state: { past, future },
  dispatch,
}: {
  state: DraftState;
  dispatch: Dispatch<DraftAction>;
}) {
  return (
    <span className="flex gap-1">
      <IconButton
        label="Undo"
        aria-keyshortcuts="Control+Z"
        icon={<Undo2 aria-hidden />}
        aria-disabled={past.length === 0}
        onClick={() => past.length > 0 && act(dispatch, "undo")}
      />
      <IconButton
        label="Redo"
        aria-keyshortcuts="Control+Shift+Z"
        icon={<Redo2 aria-hidden />}
        aria-disabled={future.length === 0}
        onClick={() => future.length > 0 && act(dispatch, "redo")}
      />
    </span>
  );
}

/** Ctrl or Command Z anywhere in the editor. In a text field the keys belong to the text that is being typed. */
export function useUndoKeys(dispatch: Dispatch<DraftAction>) {
  // Keys are heard on the window, because nothing in the page may have the focus.
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (!(event.ctrlKey || event.metaKey) || event.altKey) return;
      const key = event.key.toLowerCase();
      const redo = (key === "z" && event.shiftKey) || (key === "y" && !event.shiftKey && event.ctrlKey);
      if ((!redo && key !== "z") || isText(event.target)) return;
      event.preventDefault();
      act(dispatch, redo ? "redo" : "undo");
    };
    addEventListener("keydown", onKeyDown);
    return () => removeEventListener("keydown", onKeyDown);
  }, [dispatch]);
}

function act(dispatch: Dispatch<DraftAction>, type: "undo" | "redo") {
  dispatch({ type });
  announce(type === "undo" ? "Change taken back" : "Change made again");
}

function isText(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    target.matches("input:not([type=checkbox]):not([type=radio]):not([type=range]), textarea, [contenteditable]")
  );
}
