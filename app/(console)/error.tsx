"use client";

import { EmptyState } from "@/components/ui/empty-state";

export default function ConsoleError({ error, retry }: { error: Error & { digest?: string }; retry: () => void }) {
  return (
    <>
      <h1 className="sr-only">This page could not be loaded</h1>
      <EmptyState kind="failed" title="This page could not be loaded" requestId={error.digest} retry={retry} />
    </>
  );
}
