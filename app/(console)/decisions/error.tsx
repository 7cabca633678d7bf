"use client";

import { FailedPage } from "@/components/ui/failed-page";

export default function DecisionError({ error, retry }: { error: Error & { digest?: string }; retry: () => void }) {
  return (
    <FailedPage title="This decision could not be read" error={error} retry={retry}>
      The record itself is unaffected: entries are written before anything is answered.
    </FailedPage>
  );
}
