"use client";

import { FailedPage } from "@/components/ui/failed-page";

export default function OverviewError({ error, retry }: { error: Error & { digest?: string }; retry: () => void }) {
  return (
    <FailedPage title="The overview could not be loaded" error={error} retry={retry}>
      Decisions and approvals go on; only their numbers are missing here.
    </FailedPage>
  );
}
