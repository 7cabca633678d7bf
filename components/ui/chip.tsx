"use client";

import { X } from "lucide-react";
import { InertText } from "@/components/ui/inert-text";
import { visibleString } from "@/components/ui/visible-text";

/** One value of a list that is being edited, with its remove button. */
export function Chip({
  text,
  onRemove,
  disabled,
}: {
  text: string;
  onRemove: () => void;
  disabled?: boolean | undefined;
}) {
  return (
    <span className="inline-flex h-6 max-w-full items-center rounded-md border bg-surface-sunken pl-2">
      <span className="truncate">
        <InertText text={text} />
      </span>
      <button
        type="button"
        disabled={disabled}
        onClick={onRemove}
        aria-label={`Remove ${visibleString(text)}`}
        className="grid size-6 shrink-0 place-items-center rounded-md text-muted hover:text-text"
      >
        <X aria-hidden className="size-3.5" />
      </button>
    </span>
  );
}
