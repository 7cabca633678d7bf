"use client";

import { FailedPage } from "@/components/ui/failed-page";

export default function IncidentsError({ error, retry }: { error: Error & { digest?: string }; retry: () => void }) {
  return (
    <FailedPage title="Incidents could not be read" error={error} retry={retry}>
      Nothing was changed. Agents that an incident suspended stay suspended.
    </FailedPage>
  );
}
