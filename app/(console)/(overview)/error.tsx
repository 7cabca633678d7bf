"use client";

import { EmptyState } from "@/components/ui/empty-state";

export default function OverviewError({ error, reset }: { error: Error & { digest?: string }; reset: () => void }) {
  return (
    <EmptyState
      kind="failed"
      title="The overview could not be loaded"
      retry={reset}
      {...(error.digest ? { requestId: error.digest } : {})}
    >
      Decisions and approvals go on; only their numbers are missing here.
    </EmptyState>
  );
}
