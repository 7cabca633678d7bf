"use client";

import { useState, useTransition } from "react";
import { DefinitionDifferences } from "@/components/tools/definition-differences";
import { Banner } from "@/components/ui/banner";
import { Button } from "@/components/ui/button";
import { Panel } from "@/components/ui/panel";
import { ProblemBanner } from "@/components/ui/problem-banner";
import { toast } from "@/components/ui/toaster";
import type { Problem } from "@/lib/errors";
import type { ServerAction } from "@/lib/http/action";
import type { ChangeAnswer, ToolChange } from "@/lib/tools/import-schema";

/** The definition a tool's source gives now, beside the one that was sanctioned, for who may answer it. */
export function ChangedDefinition({
  name,
  source,
  change,
  answer,
}: {
  name: string;
  source: string;
  change: ToolChange;
  answer?: ServerAction<ChangeAnswer, unknown> | undefined;
}) {
  const [problem, setProblem] = useState<Problem>();
  const [busy, start] = useTransition();
  const give = (verdict: ChangeAnswer["answer"]) =>
    start(async () => {
      const result = await answer?.({ name, fingerprint: change.fingerprint, answer: verdict });
      if (!result) return;
      if (!result.ok) return setProblem(result.error);
      toast.success(verdict === "accept" ? "The new definition is sanctioned" : "The old definition stays", {
        description: "The policy has a new version.",
      });
    });
  return (
    <>
      <Banner tone="warning" title="Held: its definition changed">
        {source} gives another definition than the one that was sanctioned. Until somebody answers, every call asks a
        person.
      </Banner>
      <Panel
        title="What changed"
        actions={
          answer && (
            <>
              <Button size="sm" busy={busy} onClick={() => give("keep")}>
                Keep the old one
              </Button>
              <Button size="sm" busy={busy} onClick={() => give("accept")}>
                Accept the new one
              </Button>
            </>
          )
        }
      >
        <div className="flex flex-col gap-3">
          <DefinitionDifferences differences={change.differences} />
          <ProblemBanner problem={problem} />
        </div>
      </Panel>
    </>
  );
}
