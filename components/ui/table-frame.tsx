"use client";

import { clsx } from "clsx";
import type { KeyboardEvent, ReactNode } from "react";
import { isTyping, shortcutsEnabled } from "@/components/ui/keyboard";

/** The scrolling, keyboard-driven frame of a `Table`. */
export function TableFrame({ label, framed, children }: { label: string; framed: boolean; children: ReactNode }) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a section would be a landmark; this is only a named group that scrolls
    <div
      ref={watchWidth}
      role="group"
      aria-label={label}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls and moves by key must take focus
      tabIndex={0}
      onKeyDown={moveBetweenRows}
      className={clsx(
        "min-w-0 data-wide:overflow-x-auto max-lg:overflow-x-auto",
        framed && "rounded-lg border [&_thead_th:first-child]:rounded-tl-lg [&_thead_th:last-child]:rounded-tr-lg",
      )}
    >
      {children}
    </div>
  );
}

/**
 * Marks a table that is wider than its room, which then scrolls inside its frame. One that fits must not be a scroll
 * container, or its header could not stick to the window.
 */
function watchWidth(frame: HTMLDivElement | null) {
  const table = frame?.querySelector("table");
  if (!frame || !table) return;
  const observer = new ResizeObserver(() => frame.toggleAttribute("data-wide", table.offsetWidth > frame.clientWidth));
  observer.observe(frame);
  observer.observe(table);
  return () => observer.disconnect();
}

/** Moves the focus along the row links. Nothing here acts on a row: Enter on the link opens it, as anywhere. */
function moveBetweenRows(event: KeyboardEvent<HTMLDivElement>) {
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
  const letters = shortcutsEnabled();
  const down = event.key === "ArrowDown" || (letters && event.key === "j");
  const up = event.key === "ArrowUp" || (letters && event.key === "k");
  if (!down && !up && event.key !== "Home" && event.key !== "End") return;

  const links = [...event.currentTarget.querySelectorAll<HTMLElement>("[data-row-link]")];
  if (links.length === 0) return;
  const row = (event.target as HTMLElement).closest("tr");
  const at = links.findIndex((link) => row?.contains(link));
  const next = event.key === "Home" ? 0 : event.key === "End" ? links.length - 1 : at < 0 ? 0 : at + (down ? 1 : -1);
  const link = links[Math.min(Math.max(next, 0), links.length - 1)];
  event.preventDefault();
  link?.focus();
  link?.scrollIntoView({ block: "nearest" });
}
