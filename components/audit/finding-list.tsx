import { Ban, CircleCheck, FlaskConical, type LucideIcon, UserRoundCheck } from "lucide-react";
import Link from "next/link";
import { ruleHref } from "@/components/audit/rule-href";
import { Badge } from "@/components/ui/badge";
import { InertText } from "@/components/ui/inert-text";
import { sentence } from "@/components/ui/sentence";
import type { EntryContent } from "@/lib/explorer/schema";

const effects: Record<string, { word: string; icon: LucideIcon; className: string }> = {
  deny: { word: "Denies", icon: Ban, className: "text-status-deny" },
  approval: { word: "Asks for approval", icon: UserRoundCheck, className: "text-status-pending" },
  allow: { word: "Allows", icon: CircleCheck, className: "text-status-allow" },
};

/**
 * What each layer of the policy found, one by one, with the rule that spoke.
 * @param at where its rules can be read; without it the rules are named only
 */
export function FindingList({
  findings,
  at,
}: {
  findings: EntryContent["findings"];
  at?: Parameters<typeof ruleHref>[1] | undefined;
}) {
  return (
    <ol className="flex flex-col gap-3">
      {findings.map((finding, index) => {
        const effect = effects[finding.effect];
        const href = at && ruleHref(finding, at);
        const rule = (
          <code className="wrap-anywhere font-mono">
            <InertText text={finding.ruleId} />
          </code>
        );
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: a finding is its position
          <li key={index} className="flex gap-2">
            {effect && <effect.icon aria-hidden className={`mt-0.5 size-4 shrink-0 ${effect.className}`} />}
            <div className="min-w-0">
              <div className="wrap-anywhere">
                <span className="sr-only">{effect?.word ?? finding.effect}: </span>
                <InertText text={sentence(finding.message)} />
              </div>
              <div className="flex flex-wrap items-center gap-x-1.5 text-muted text-xs">
                {effect?.word ?? finding.effect} · {finding.layer} ·
                <code className="font-mono">
                  <InertText text={finding.code} />
                </code>
                ·
                {href ? (
                  <Link href={href} className="inline-flex min-h-6 items-center rounded-md text-link hover:underline">
                    {rule}
                  </Link>
                ) : (
                  rule
                )}
                {finding.mode === "shadow" && (
                  <Badge tone="info" icon={<FlaskConical aria-hidden />}>
                    Shadow, not enforced
                  </Badge>
                )}
              </div>
            </div>
          </li>
        );
      })}
    </ol>
  );
}
