"use client";

import { EmptyState } from "@/components/ui/empty-state";

export default function IncidentsError({ error, reset }: { error: Error & { digest?: string }; reset: () => void }) {
  return (
    <EmptyState
      kind="failed"
      title="Incidents could not be read"
      retry={reset}
      {...(error.digest ? { requestId: error.digest } : {})}
    >
      Nothing was changed. Agents that an incident suspended stay suspended.
    </EmptyState>
  );
}
