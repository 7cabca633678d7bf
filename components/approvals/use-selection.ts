"use client";

import { useEffect, useEffectEvent, useState } from "react";
import { isTyping, useShortcutsEnabled } from "@/components/ui/keyboard";
import { announce } from "@/components/ui/live-region";

/**
 * Rows a person has chosen. `x` chooses the row that has the focus, `X` all from the one chosen last up to it. Choosing decides nothing.
 * A row names itself with `data-choose="<id>"` on an element inside it; one that stands for several names them all, with spaces between.
 * @param order ids of the rows that can be chosen, as they stand
 */
export function useSelection(order: readonly string[]) {
  const enabled = useShortcutsEnabled();
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [anchor, setAnchor] = useState<string>();
  const selected = order.filter((id) => chosen.has(id));

  const choose = (next: ReadonlySet<string>, from?: string) => {
    setChosen(next);
    setAnchor(from);
    announce(`${order.filter((id) => next.has(id)).length} selected`);
  };
  const toggle = (...ids: string[]) => {
    const next = new Set(chosen);
    const all = ids.every((id) => next.has(id));
    for (const id of ids) {
      if (all) next.delete(id);
      else next.add(id);
    }
    choose(next, ids[0]);
  };
  const extend = (...ids: string[]) => {
    const places = [anchor ?? "", ...ids].map((id) => order.indexOf(id)).filter((place) => place >= 0);
    const range = order.slice(Math.min(...places), Math.max(...places) + 1);
    choose(new Set([...chosen, ...range]), ids[0]);
  };

  const onKeyDown = useEffectEvent((event: KeyboardEvent) => {
    if (event.key.toLowerCase() !== "x" || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
    if (isTyping(event.target) || !(event.target instanceof Element)) return;
    const named = event.target.closest("tr")?.querySelector<HTMLElement>("[data-choose]")?.dataset.choose;
    const ids = named?.split(" ").filter((id) => order.includes(id)) ?? [];
    if (ids.length === 0) return;
    event.preventDefault();
    if (event.shiftKey) extend(...ids);
    else toggle(...ids);
  });
  useEffect(() => {
    if (!enabled) return;
    const listener = (event: KeyboardEvent) => onKeyDown(event);
    addEventListener("keydown", listener);
    return () => removeEventListener("keydown", listener);
  }, [enabled]);

  return { selected, toggle, clear: () => choose(new Set()) };
}
