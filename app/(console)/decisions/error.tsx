"use client";

import { EmptyState } from "@/components/ui/empty-state";

export default function DecisionError({ error, reset }: { error: Error & { digest?: string }; reset: () => void }) {
  return (
    <EmptyState
      kind="failed"
      title="This decision could not be read"
      retry={reset}
      {...(error.digest ? { requestId: error.digest } : {})}
    >
      The record itself is unaffected: entries are written before anything is answered.
    </EmptyState>
  );
}
