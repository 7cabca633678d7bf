import { logHref } from "@/components/overview/log-href";
import { formatCount } from "@/components/ui/money";
import { StatRow, StatTile } from "@/components/ui/stat-tile";
import { duration } from "@/components/ui/time-format";
import type { Overview } from "@/lib/metrics/schema";

/** The numbers of today, and what waits. Each one leads to the list behind it. */
export function KeyNumbers({ overview, now }: { overview: Overview; now: string }) {
  const { today, approvals, problems } = overview;
  const day = overview.midnight.slice(0, 10);
  const list = (outcome?: string) =>
    overview.mayExplore ? { href: logHref({ kind: "decision", from: day, outcome }) } : {};
  const openProblems = problems.reduce((sum, problem) => sum + problem.count, 0);
  return (
    <StatRow>
      <StatTile
        label="Decisions today"
        value={formatCount(today.allow + today.approval_required + today.deny)}
        detail="since 00:00 UTC"
        {...list()}
      />
      <StatTile
        label="Allowed"
        value={formatCount(today.allow)}
        detail={share(today.allow, today)}
        {...list("allow")}
      />
      <StatTile
        label="Approval required"
        value={formatCount(today.approval_required)}
        detail={share(today.approval_required, today)}
        {...list("approval_required")}
      />
      <StatTile label="Denied" value={formatCount(today.deny)} detail={share(today.deny, today)} {...list("deny")} />
      {approvals && (
        <StatTile
          label="Approvals waiting"
          value={formatCount(approvals.waiting)}
          detail={waiting(approvals, now)}
          href="/inbox"
        />
      )}
      <StatTile
        label="Open problems"
        value={formatCount(openProblems)}
        detail={openProblems === 0 ? "nothing wants a person" : "listed below"}
        {...(openProblems > 0 ? { href: "#problems" } : {})}
      />
    </StatRow>
  );
}

function share(part: number, { allow, approval_required, deny }: Overview["today"]): string {
  const all = allow + approval_required + deny;
  if (all === 0) return "none yet";
  const percent = (part / all) * 100;
  if (part > 0 && percent < 1) return "under 1 %";
  return `${Math.round(percent)} %`;
}

function waiting({ waiting, overdue, oldestAt }: NonNullable<Overview["approvals"]>, now: string): string {
  if (waiting === 0 || oldestAt === null) return "none";
  const oldest = `oldest ${duration(Date.parse(now) - Date.parse(oldestAt))}`;
  return overdue > 0 ? `${oldest}, ${formatCount(overdue)} overdue` : oldest;
}
