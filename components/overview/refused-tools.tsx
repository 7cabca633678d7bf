import { BarList } from "@/components/charts/bar-list";
import { logHref } from "@/components/overview/log-href";
import { InertText } from "@/components/ui/inert-text";
import type { Overview } from "@/lib/metrics/schema";

/** What agents were refused most, each leading to its refusals. */
export function RefusedTools({ overview: { refused, from, mayExplore } }: { overview: Overview }) {
  return (
    <BarList
      noun="refusals"
      empty="Nothing was refused in this period"
      items={refused.map(({ tool, count }) => ({
        key: tool,
        label: (
          <code className="font-mono text-xs">
            <InertText text={tool} />
          </code>
        ),
        value: count,
        ...(mayExplore ? { href: logHref({ kind: "decision", outcome: "deny", tool, from }) } : {}),
      }))}
    />
  );
}
