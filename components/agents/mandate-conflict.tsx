"use client";

import { Banner } from "@/components/ui/banner";
import { Button } from "@/components/ui/button";
import type { MandateInput } from "@/lib/agents/mandate-input";
import { mergeMandates } from "@/lib/agents/merge-mandates";

const fieldWords: Record<keyof MandateInput, string> = {
  tools: "tools",
  hosts: "hosts",
  recipients: "recipients",
  regions: "regions",
  dataClasses: "classes of data",
  hours: "hours",
  budgets: "budgets",
  purposes: "purposes",
  limits: "limits",
};

/** Somebody else saved the mandate while it was being edited. Nothing is overwritten before the person says how to go on. */
export function MandateConflict({
  base,
  mine,
  stored,
  take,
}: {
  base: MandateInput;
  mine: MandateInput;
  stored: MandateInput;
  take: (next: MandateInput) => void;
}) {
  const { merged, conflicts, theirs } = mergeMandates(base, mine, stored);
  const words = (fields: readonly (keyof MandateInput)[]) => fields.map((field) => fieldWords[field]).join(", ");
  return (
    <Banner tone="warning" title="Somebody else changed this mandate while you were editing">
      <p>
        They changed: {words(theirs)}. Yours is not saved.{" "}
        {conflicts.length > 0
          ? `Both of you changed the ${words(conflicts)}; there theirs would be kept, for you to change again.`
          : "Both changes can be kept."}
      </p>
      <div className="mt-2 flex flex-wrap gap-2">
        <Button size="sm" onClick={() => take(merged)}>
          Put mine into theirs
        </Button>
        <Button size="sm" onClick={() => take(stored)}>
          Take theirs
        </Button>
        <Button size="sm" onClick={() => take(mine)}>
          Keep mine instead
        </Button>
      </div>
    </Banner>
  );
}
