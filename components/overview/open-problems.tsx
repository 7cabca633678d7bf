import { KeyRound, type LucideIcon, ShieldQuestionMark, Siren, TimerReset, UserRoundX } from "lucide-react";
import Link from "next/link";
import { InertText } from "@/components/ui/inert-text";
import { formatCount } from "@/components/ui/money";
import { Panel } from "@/components/ui/panel";
import type { Problem } from "@/lib/metrics/schema";

type Said = { icon: LucideIcon; one: string; many: string; hint: string };

const words: Record<Problem["kind"], Said> = {
  incident: {
    icon: Siren,
    one: "open incident",
    many: "open incidents",
    hint: "Something happened that should not have.",
  },
  owner_missing: {
    icon: UserRoundX,
    one: "agent without an active owner",
    many: "agents without an active owner",
    hint: "Hand it over to someone who answers for it.",
  },
  no_credential: {
    icon: KeyRound,
    one: "active agent without a usable key",
    many: "active agents without a usable key",
    hint: "Every call of it is refused until it gets one.",
  },
  credential_expiring: {
    icon: TimerReset,
    one: "key that ends within 14 days",
    many: "keys that end within 14 days",
    hint: "Rotate it before it ends.",
  },
  unsanctioned: {
    icon: ShieldQuestionMark,
    one: "tool asked for that nobody sanctioned",
    many: "tools asked for that nobody sanctioned",
    hint: "Sanction it or block it.",
  },
};

/** What wants a person, the gravest kind first; each case leads to where it is put right. */
export function OpenProblems({ problems }: { problems: readonly Problem[] }) {
  return (
    <section id="problems" className="scroll-mt-16">
      <Panel title="Open problems" flush>
        {problems.length === 0 ? (
          <p className="px-4 py-6 text-center text-muted">Nothing wants a person.</p>
        ) : (
          <ul className="divide-y">
            {problems.map((problem) => (
              <ProblemKind key={problem.kind} problem={problem} />
            ))}
          </ul>
        )}
      </Panel>
    </section>
  );
}

function ProblemKind({ problem: { kind, count, href, first } }: { problem: Problem }) {
  const { icon: Icon, one, many, hint } = words[kind];
  return (
    <li className="flex gap-3 px-4 py-3">
      <Icon aria-hidden className="mt-0.5 size-4 shrink-0 text-status-warning" />
      <div className="min-w-0 flex-1">
        <Link href={href} className="inline-flex min-h-6 items-center gap-1 rounded-md font-medium hover:underline">
          <span className="tabular">{formatCount(count)}</span> {count === 1 ? one : many}
        </Link>
        <p className="text-muted text-xs">{hint}</p>
        <ul className="mt-1 flex flex-col">
          {first.map((item) => (
            <li key={item.id} className="flex min-h-6 items-baseline justify-between gap-3">
              <Link
                href={item.href}
                className="inline-flex min-h-6 min-w-0 items-center rounded-md text-link hover:underline"
              >
                <span className="truncate">
                  <InertText text={item.label} />
                </span>
              </Link>
              {item.detail && <span className="shrink-0 text-muted text-xs">{item.detail}</span>}
            </li>
          ))}
        </ul>
        {count > first.length && <p className="text-muted text-xs">and {formatCount(count - first.length)} more</p>}
      </div>
    </li>
  );
}
