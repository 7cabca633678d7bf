"use client";

import { EmptyState } from "@/components/ui/empty-state";

export default function AgentsError({ error, reset }: { error: Error & { digest?: string }; reset: () => void }) {
  return <EmptyState kind="failed" {...(error.digest ? { requestId: error.digest } : {})} retry={reset} />;
}
