"use client";

import { EmptyState } from "@/components/ui/empty-state";

export default function InboxError({ error, reset }: { error: Error & { digest?: string }; reset: () => void }) {
  return (
    <EmptyState
      kind="failed"
      title="The inbox could not be loaded"
      retry={reset}
      {...(error.digest ? { requestId: error.digest } : {})}
    >
      Nothing was decided and no vote was lost. Requests keep waiting until they expire.
    </EmptyState>
  );
}
