import { MessageSquareWarning } from "lucide-react";
import { AllParties } from "@/components/approvals/card-facts";
import { Badge } from "@/components/ui/badge";
import { Banner } from "@/components/ui/banner";
import { InertText } from "@/components/ui/inert-text";
import { JsonView } from "@/components/ui/json-view";
import { Panel } from "@/components/ui/panel";
import { sentence } from "@/components/ui/sentence";
import type { Card } from "@/lib/approvals/schema";

/** Why a person was asked, in the words of the rules; what weighed first. */
export function CardReasons({ card }: { card: Card }) {
  const asking = card.findings.filter((finding) => finding.effect !== "allow");
  const others = card.findings.filter((finding) => finding.effect === "allow");
  return (
    <Panel title="Why you are asked">
      {asking.length === 0 ? (
        <p className="text-muted">The rules that asked were not stored with this request.</p>
      ) : (
        <ul className="flex flex-col gap-2">
          {asking.map((finding) => (
            <li key={`${finding.ruleId} ${finding.code}`}>
              <InertText text={sentence(finding.message)} />
              <div className="text-muted text-xs">
                {finding.layer} · <code className="font-mono">{finding.code}</code> ·{" "}
                <code className="font-mono">{finding.ruleId}</code>
              </div>
            </li>
          ))}
        </ul>
      )}
      {others.length > 0 && (
        <details className="mt-3 text-muted">
          <summary className="min-h-6 rounded-md">What speaks for it ({others.length})</summary>
          <ul className="mt-1 flex list-disc flex-col gap-1 pl-5">
            {others.map((finding) => (
              <li key={`${finding.ruleId} ${finding.code}`}>
                <InertText text={sentence(finding.message)} />
              </li>
            ))}
          </ul>
        </details>
      )}
    </Panel>
  );
}

/** The stored canonical arguments and what came with them, as data; the agent's own words apart, closed, and marked. */
export function CardContent({ card }: { card: Card }) {
  if (card.content !== "readable" || card.arguments === null) {
    return (
      <Banner
        tone="deny"
        title={card.content === "erased" ? "The content was erased" : "The content is not what the log committed to"}
      >
        {card.content === "erased"
          ? "A retention rule deleted the arguments of this request. It can be denied, not approved."
          : "The stored arguments were changed after the decision was recorded. It can be denied, not approved. Tell whoever runs Countersign."}
      </Banner>
    );
  }
  return (
    <Panel
      title="What will run"
      description={card.toolDescription ? <InertText text={card.toolDescription} /> : undefined}
    >
      <div className="flex flex-col gap-4">
        <AllParties card={card} />
        <JsonView json={card.arguments} label={`Arguments of ${card.tool}`} full />
        {card.resource !== null && <JsonView json={card.resource} label="Resource" full />}
        {card.context !== null && <JsonView json={card.context} label="Context" />}
        {card.reasoning.length > 0 && <Reasoning steps={card.reasoning} />}
      </div>
    </Panel>
  );
}

function Reasoning({ steps }: { steps: readonly string[] }) {
  return (
    <details className="rounded-lg border border-dashed">
      <summary className="flex min-h-9 flex-wrap items-center gap-2 px-3 py-1">
        Reasoning
        <Badge tone="warning" icon={<MessageSquareWarning aria-hidden />}>
          Untrusted, written by the agent
        </Badge>
      </summary>
      <ol className="flex max-h-96 flex-col gap-2 overflow-y-auto border-t border-dashed p-3 text-muted">
        {steps.map((step, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a step is its position
          <li key={index} className="wrap-anywhere">
            <InertText text={step} lines />
          </li>
        ))}
      </ol>
    </details>
  );
}
