"use client";

import { CircleAlert, CircleCheck, CircleDashed, GitMerge } from "lucide-react";
import type { SaveStatus } from "@/components/tiers/use-autosave";
import { Button } from "@/components/ui/button";

/** Whether what is on the screen is on the server too. */
export function SaveStatusLine({ status, retry }: { status: SaveStatus; retry: () => void }) {
  return (
    <span role="status" className="inline-flex min-h-6 items-center gap-1.5 [&_svg]:size-4 [&_svg]:shrink-0">
      {status.kind === "saved" && (
        <>
          <CircleCheck aria-hidden className="text-muted" />
          {status.at ? <SavedAt at={status.at} /> : "Nothing changed yet"}
        </>
      )}
      {(status.kind === "saving" || status.kind === "unsaved") && (
        <>
          <CircleDashed aria-hidden className="text-muted" />
          Saving
        </>
      )}
      {status.kind === "failed" && (
        <>
          <CircleAlert aria-hidden className="text-status-deny" />
          <span className="text-status-deny">Not saved: {status.why}</span>
          <Button size="xs" onClick={retry}>
            Try again
          </Button>
        </>
      )}
      {status.kind === "conflict" && (
        <>
          <GitMerge aria-hidden className="text-status-warning" />
          <span className="text-status-warning">Not saved: choose between two changes</span>
        </>
      )}
    </span>
  );
}

function SavedAt({ at }: { at: string }) {
  return (
    <span>
      Saved{" "}
      <time dateTime={at} className="tabular">
        {at.slice(11, 19)} UTC
      </time>
    </span>
  );
}
