"use client";

import { FailedPage } from "@/components/ui/failed-page";

export default function AgentsError({ error, retry }: { error: Error & { digest?: string }; retry: () => void }) {
  return <FailedPage error={error} retry={retry} />;
}
