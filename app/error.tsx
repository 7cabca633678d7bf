"use client";

import { FailedPage } from "@/components/ui/failed-page";

export default function ErrorPage({ error, retry }: { error: Error & { digest?: string }; retry: () => void }) {
  return (
    <main id="main">
      <FailedPage error={error} retry={retry} />
    </main>
  );
}
