import { Banner } from "@/components/ui/banner";
import { formatCount } from "@/components/ui/money";
import type { Forecast, Unknown } from "@/lib/policy/forecast-schema";

const words: Record<Unknown, string> = {
  no_facts: "their content was erased, or has not been looked at yet",
  not_kept: "a rule looks at something that is not kept of past decisions",
  other_rules: "they were answered by other rules than today’s",
  agent_unreadable: "the record of their agent cannot be read",
};

/** Of how many decisions nothing can be said, and why. Said even when it is none. */
export function ForecastUnknown({ unknown, decisions }: { unknown: Forecast["unknown"]; decisions: number }) {
  if (unknown.count === 0)
    return <p className="text-muted">Of all {formatCount(decisions)} decisions it can be said what becomes of them.</p>;
  return (
    <Banner tone="info" title={`Of ${formatCount(unknown.count)} decisions it cannot be said what becomes of them`}>
      <ul className="list-disc pl-4">
        {unknown.reasons.map(({ why, attribute, count }) => (
          <li key={`${why} ${attribute}`}>
            {formatCount(count)}: {words[why]}
            {attribute && (
              <>
                {" "}
                (<code className="break-all font-mono text-xs">{attribute}</code>)
              </>
            )}
          </li>
        ))}
      </ul>
      {unknown.collecting && <p>Past decisions are still being looked at. Ask again in a few minutes.</p>}
    </Banner>
  );
}
