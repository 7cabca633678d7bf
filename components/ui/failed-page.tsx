import type { ReactNode } from "react";
import { EmptyState } from "@/components/ui/empty-state";

/**
 * A page that could not be loaded, for `error.tsx`: what happened, what is unaffected, and another try.
 * @param retry reads the page again, as Next gives it to an error boundary
 */
export function FailedPage({
  title = "This page could not be loaded",
  error,
  retry,
  children,
}: {
  title?: string;
  error: Error & { digest?: string };
  retry: () => void;
  children?: ReactNode;
}) {
  return (
    <>
      <h1 className="sr-only">{title}</h1>
      <EmptyState kind="failed" title={title} retry={retry} {...(error.digest ? { requestId: error.digest } : {})}>
        {children}
      </EmptyState>
    </>
  );
}
