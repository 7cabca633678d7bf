"use client";

import { useEffect, useState } from "react";
import { useEditor } from "@/components/tiers/editor-context";
import { ShadowReport } from "@/components/tiers/shadow-report";
import { Skeleton } from "@/components/ui/skeleton";
import type { Guardrail } from "@/lib/policy/schema";
import type { ShadowReport as Report } from "@/lib/policy/shadow-schema";

/** What a rule in shadow would have done so far, with the way to enforce it. */
export function GuardrailShadow({
  guardrail,
  now,
  onEnforce,
}: {
  guardrail: Guardrail;
  now: number;
  onEnforce: () => void;
}) {
  const { shadow } = useEditor();
  const [report, setReport] = useState<Report | null>();
  // Counted on the server, when somebody looks at the rule.
  useEffect(() => {
    let wanted = true;
    shadow()
      .catch(() => null)
      .then((found) => wanted && setReport(found));
    return () => {
      wanted = false;
    };
  }, [shadow]);
  if (report === undefined) return <Skeleton className="h-16 w-full" />;
  if (report === null) return <p className="text-muted">What it would have done cannot be said at the moment.</p>;
  return (
    <ShadowReport
      report={report}
      ruleId={guardrail.id}
      effect={guardrail.effect === "deny" ? "deny" : "approval"}
      now={new Date(now).toISOString()}
      onEnforce={onEnforce}
    />
  );
}
