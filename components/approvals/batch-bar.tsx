"use client";

import { useEffect, useEffectEvent, useState, useTransition } from "react";
import { BatchDialog, type CastVotes } from "@/components/approvals/batch-dialog";
import { Button } from "@/components/ui/button";
import { Kbd } from "@/components/ui/kbd";
import { isTyping, useShortcutsEnabled } from "@/components/ui/keyboard";
import { toast } from "@/components/ui/toaster";
import { type BatchCards, batchSize } from "@/lib/approvals/batch-schema";
import type { Problem } from "@/lib/errors";

export type BatchActions = {
  readCards: (input: { ids: string[] }) => Promise<{ ok: true; data: BatchCards } | { ok: false; error: Problem }>;
  castVotes: CastVotes;
};

type BatchBarProps = BatchActions & {
  selected: readonly string[];
  onToggle: (id: string) => void;
  onClear: () => void;
};

/** What can be done with the rows that are chosen: read them together, and then decide. `b` opens the reading. */
export function BatchBar({ selected, onToggle, onClear, readCards, castVotes }: BatchBarProps) {
  const enabled = useShortcutsEnabled();
  const [open, setOpen] = useState<BatchCards>();
  const [busy, start] = useTransition();
  const few = selected.length < 2;
  const many = selected.length > batchSize;

  const read = () => {
    if (busy || few || many) return;
    start(async () => {
      const result = await readCards({ ids: [...selected] });
      if (result.ok) setOpen(result.data);
      else toast.error("These requests could not be read", { description: result.error.detail });
    });
  };
  const onKeyDown = useEffectEvent((event: KeyboardEvent) => {
    if (event.key !== "b" || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
    if (open || isTyping(event.target)) return;
    event.preventDefault();
    read();
  });
  useEffect(() => {
    if (!enabled) return;
    const listener = (event: KeyboardEvent) => onKeyDown(event);
    addEventListener("keydown", listener);
    return () => removeEventListener("keydown", listener);
  }, [enabled]);

  if (selected.length === 0 && !open) return null;
  return (
    <div className="-mx-4 md:-mx-6 -mb-16 sticky bottom-0 z-10 flex flex-wrap items-center justify-between gap-2 border-t bg-surface px-4 py-2 md:px-6 print:hidden">
      <p className="text-muted">
        {selected.length} selected
        {few && ". Select another to review them together."}
        {many && `. At most ${batchSize} are reviewed together.`}
      </p>
      <div className="flex gap-2">
        <Button variant="ghost" onClick={onClear}>
          Clear
        </Button>
        <Button onClick={read} busy={busy} disabled={few || many}>
          Review {selected.length} together…{enabled && <Kbd>b</Kbd>}
        </Button>
      </div>
      {open && (
        <BatchDialog
          batch={open}
          castVotes={castVotes}
          onLeaveOut={(id) => {
            setOpen(undefined);
            onToggle(id);
          }}
          onClose={(decided) => {
            setOpen(undefined);
            if (decided) onClear();
          }}
        />
      )}
    </div>
  );
}
