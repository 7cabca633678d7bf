"use client";

import { useEffect, useEffectEvent, useState } from "react";
import { isTyping, useShortcutsEnabled } from "@/components/ui/keyboard";
import { announce } from "@/components/ui/live-region";

/**
 * Rows a person has chosen. `x` chooses the row that has the focus, `X` all from the one chosen last up to it. Choosing decides nothing.
 * A row names itself with `data-choose="<id>"` on an element inside it.
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
  const toggle = (id: string) => {
    const next = new Set(chosen);
    if (!next.delete(id)) next.add(id);
    choose(next, id);
  };
  const extend = (id: string) => {
    const [from, to] = [order.indexOf(anchor ?? id), order.indexOf(id)].sort((a, b) => a - b);
    if (from === undefined || to === undefined || from < 0) return toggle(id);
    choose(new Set([...chosen, ...order.slice(from, to + 1)]), id);
  };

  const onKeyDown = useEffectEvent((event: KeyboardEvent) => {
    if (event.key.toLowerCase() !== "x" || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
    if (isTyping(event.target) || !(event.target instanceof Element)) return;
    const id = event.target.closest("tr")?.querySelector<HTMLElement>("[data-choose]")?.dataset.choose;
    if (id === undefined || !order.includes(id)) return;
    event.preventDefault();
    if (event.shiftKey) extend(id);
    else toggle(id);
  });
  useEffect(() => {
    if (!enabled) return;
    const listener = (event: KeyboardEvent) => onKeyDown(event);
    addEventListener("keydown", listener);
    return () => removeEventListener("keydown", listener);
  }, [enabled]);

  return { selected, toggle, clear: () => choose(new Set()) };
}
