"use client";

import { FailedPage } from "@/components/ui/failed-page";

export default function InboxError({ error, retry }: { error: Error & { digest?: string }; retry: () => void }) {
  return (
    <FailedPage title="The inbox could not be loaded" error={error} retry={retry}>
      Nothing was decided and no vote was lost. Requests keep waiting until they expire.
    </FailedPage>
  );
}
