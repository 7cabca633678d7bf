import { Banner } from "@/components/ui/banner";
import { sentence } from "@/components/ui/sentence";
import type { Problem } from "@/lib/errors";

/** Why an action was refused or failed: what happened, what is unaffected, and the request id to quote. */
export function ProblemBanner({ problem }: { problem: Problem | undefined }) {
  if (!problem) return null;
  const requestId = problem.instance?.replace("urn:countersign:request:", "");
  return (
    <Banner tone="deny" title={sentence(problem.detail)}>
      {problem.status >= 500 && (
        <>
          Nothing was changed. Try again.{" "}
          {requestId && (
            <>
              Request id <code className="font-mono text-xs">{requestId}</code>.
            </>
          )}
        </>
      )}
    </Banner>
  );
}
