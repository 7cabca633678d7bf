import { Lock, LockOpen, Minus } from "lucide-react";
import Link from "next/link";
import { count } from "@/components/tiers/count";
import { sentence } from "@/components/ui/sentence";
import type { Change } from "@/lib/policy/diff";

const kinds = [
  {
    kind: "loosening",
    title: "Loosens",
    words: "Somebody may do more than before. A second person publishes it.",
    icon: LockOpen,
  },
  { kind: "tightening", title: "Tightens", words: "Nobody may do more than before.", icon: Lock },
  { kind: "neutral", title: "Changes nothing anybody may do", words: "", icon: Minus },
] as const;

const mostAgents = 8;

/**
 * What differs between two policies, in plain words: first what loosens, then what tightens, then the rest.
 * @param agents names by id, of those the reader may see
 */
export function ChangeList({
  changes,
  agents,
  level = 3,
}: {
  changes: readonly Change[];
  agents: Readonly<Record<string, string>>;
  level?: 2 | 3;
}) {
  const Heading = `h${level}` as const;
  return (
    <div className="flex flex-col gap-4">
      {kinds.map(({ kind, title, words, icon: Icon }) => {
        const own = changes.filter((change) => change.kind === kind);
        if (own.length === 0) return null;
        return (
          <section key={kind} aria-label={title}>
            <Heading className="flex flex-wrap items-center gap-x-2 font-medium">
              <Icon aria-hidden className="size-4 text-muted" />
              {title}
              <span className="font-normal text-muted">
                {count(own.length, "change")}
                {words && `. ${words}`}
              </span>
            </Heading>
            <ul className="mt-1 flex flex-col divide-y rounded-lg border">
              {own.map((change) => (
                <li key={change.path} className="px-3 py-2">
                  <p className="wrap-anywhere">{sentence(change.words)}</p>
                  <Affected change={change} agents={agents} />
                </li>
              ))}
            </ul>
          </section>
        );
      })}
    </div>
  );
}

function Affected({
  change: { affects, gains, kind },
  agents,
}: {
  change: Change;
  agents: Readonly<Record<string, string>>;
}) {
  if (kind === "neutral") return null;
  if (affects.length === 0) return <p className="text-muted text-xs">No agent is affected today.</p>;
  const seen = affects.filter((id) => agents[id]);
  const shown = seen.slice(0, mostAgents);
  const others = affects.length - shown.length;
  return (
    <p className="text-muted text-xs">
      {count(affects.length, "agent")} affected
      {gains.length > 0 && `, ${gains.length} may do more`}
      {shown.length > 0 && ": "}
      {shown.map((id, index) => (
        <span key={id}>
          {index > 0 && ", "}
          <Link href={`/agents/${id}`} className="rounded-md text-link underline">
            {agents[id]}
          </Link>
        </span>
      ))}
      {shown.length > 0 && others > 0 && ` and ${others} more`}.
    </p>
  );
}
