"use client";

import { useState } from "react";
import { cellWords } from "@/components/tiers/cell-words";
import { type CellValue, cellAt } from "@/components/tiers/cells";
import type { Side } from "@/components/tiers/merge-choices";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { RadioGroup } from "@/components/ui/radio-group";
import { sentence } from "@/components/ui/sentence";
import type { MergeConflict } from "@/lib/policy/merge-drafts";

/** Two people changed the same cells differently: each is shown in words, side by side, and one is chosen. Nothing is chosen beforehand. */
export function ConflictDialog({
  name,
  conflicts,
  settle,
  cancel,
}: {
  /** Whose change it is that stands against one's own: a person, or a version. */
  name: string;
  conflicts: readonly MergeConflict[];
  settle: (choices: Readonly<Record<string, Side>>) => void;
  /** Leaves both as they are; without it the choice has to be made. */
  cancel?: () => void;
}) {
  const [choices, setChoices] = useState<Record<string, Side>>({});
  const [asked, setAsked] = useState(false);
  const open = conflicts.filter(({ path }) => !choices[path]).length;
  return (
    <Dialog
      open
      size="lg"
      onOpenChange={() => (cancel ? cancel() : setAsked(true))}
      title={`${name} changed the same ${conflicts.length === 1 ? "cell" : "cells"}`}
      description="Your other changes are merged already. Choose what holds here; your draft is saved after that."
      footer={
        <Button variant="primary" onClick={() => (open > 0 ? setAsked(true) : settle(choices))}>
          Keep what is chosen
        </Button>
      }
    >
      <div className="flex flex-col gap-4">
        {conflicts.map((conflict) => (
          <RadioGroup
            key={conflict.path}
            className="sm:[&>div]:grid sm:[&>div]:grid-cols-2 sm:[&>div]:gap-4"
            label={sentence(conflict.label).replace(/\.$/, "")}
            hint={`Before: ${words(conflict, "base")}`}
            error={asked && !choices[conflict.path] ? "Choose one." : undefined}
            options={[
              { value: "theirs" as const, label: `Theirs (${name})`, hint: words(conflict, "theirs") },
              { value: "mine" as const, label: "Mine", hint: words(conflict, "mine") },
            ]}
            value={choices[conflict.path]}
            onValueChange={(side) => setChoices({ ...choices, [conflict.path]: side })}
          />
        ))}
      </div>
    </Dialog>
  );
}

function words(conflict: MergeConflict, side: "base" | Side): string {
  const cell = cellAt(conflict.path);
  return cell ? cellWords(cell, conflict[side] as CellValue) : "";
}
