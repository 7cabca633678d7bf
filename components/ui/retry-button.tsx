"use client";

import { useRouter } from "next/navigation";
import { useTransition } from "react";
import { Button } from "@/components/ui/button";

/** Tries again: the given way, or by loading this page's data anew. */
export function RetryButton({ retry }: { retry?: (() => void) | undefined }) {
  const router = useRouter();
  const [busy, start] = useTransition();
  return (
    <Button busy={busy} onClick={() => start(() => (retry ? retry() : router.refresh()))}>
      Try again
    </Button>
  );
}
