import Link from "next/link";
import { BarList } from "@/components/charts/bar-list";
import { BeforeAfter } from "@/components/charts/before-after";
import { logHref } from "@/components/overview/log-href";
import { ForecastUnknown } from "@/components/tiers/forecast-unknown";
import { EmptyState } from "@/components/ui/empty-state";
import { formatCount } from "@/components/ui/money";
import { StatRow, StatTile } from "@/components/ui/stat-tile";
import { StatusBadge } from "@/components/ui/status-badge";
import { Table, TableBody, TableHead, Td, Th, Tr } from "@/components/ui/table";
import { duration } from "@/components/ui/time-format";
import type { Forecast, ForecastChange } from "@/lib/policy/forecast-schema";

const listed = 20;
const ranked = 8;

/** A forecast that is ready: figures, approvals per day and per person, and which decisions had ended otherwise. */
export function ForecastFigures({ forecast }: { forecast: Forecast }) {
  if (forecast.decisions === 0) {
    return (
      <EmptyState kind="nothing" title="No decisions in this period">
        A forecast rests on decisions that were really made.
      </EmptyState>
    );
  }
  const { approvals, changes } = forecast;
  return (
    <div className="flex flex-col gap-4">
      <Numbers forecast={forecast} />
      <ForecastUnknown unknown={forecast.unknown} decisions={forecast.decisions} />
      <section className="flex min-w-0 flex-col gap-1">
        <h3 className="font-medium">Approvals asked for per day</h3>
        <BeforeAfter
          label="Approvals asked for per day, UTC, as it was and with the draft"
          days={approvals.perDay}
          empty="Nobody was asked in this period, and nobody would be"
        />
      </section>
      {changes.length > 0 && (
        <div className="grid gap-4 md:grid-cols-2">
          <Ranking title="Changed outcomes by tool" items={grouped(changes, ({ tool }) => [tool, tool])} />
          <Ranking
            title="Changed outcomes by agent"
            items={grouped(changes, ({ agentId, agentName }) => [agentId, agentName])}
          />
        </div>
      )}
      <Changes forecast={forecast} />
      <Approvers approvers={approvals.perApprover} />
    </div>
  );
}

function Numbers({ forecast }: { forecast: Forecast }) {
  const { approvals } = forecast;
  const days = approvals.perDay.length;
  const perDay = (which: "before" | "after") =>
    approvals.perDay.reduce((sum, day) => sum + day[which], 0) / Math.max(1, days);
  const passing = forecast.deniedThatPass + forecast.deniedThatAsk;
  const stopping = forecast.allowedThatStop + forecast.allowedThatAsk;
  return (
    <StatRow>
      <StatTile label="Changed outcomes" value={formatCount(forecast.changed)} detail={shareOf(forecast)} />
      <StatTile
        label="Denied, would pass"
        value={formatCount(passing)}
        detail={`${formatCount(forecast.deniedThatPass)} alone, ${formatCount(forecast.deniedThatAsk)} after a person`}
      />
      <StatTile
        label="Allowed, would stop"
        value={formatCount(stopping)}
        detail={`${formatCount(forecast.allowedThatStop)} denied, ${formatCount(forecast.allowedThatAsk)} asked first`}
      />
      <StatTile
        label="Approvals per day"
        value={average(perDay("after"))}
        detail={`${average(perDay("before"))} as it was; ${formatCount(forecast.askedThatPass)} pass, ${formatCount(forecast.askedThatStop)} are denied instead`}
      />
      <StatTile
        label="Median wait"
        value={approvals.medianWaitSeconds === null ? "–" : duration(approvals.medianWaitSeconds * 1000)}
        detail={approvals.decided === 0 ? "no request was decided" : `of ${formatCount(approvals.decided)} decided`}
      />
    </StatRow>
  );
}

function shareOf({ changed, decisions }: Forecast): string {
  const share = (changed / decisions) * 100;
  return `${share > 0 && share < 0.1 ? "under 0.1" : share.toFixed(1)} % of ${formatCount(decisions)}`;
}

function average(value: number): string {
  return value >= 100 ? formatCount(Math.round(value)) : value.toFixed(1);
}

type Ranked = { key: string; label: string; value: number };

function grouped(changes: readonly ForecastChange[], by: (change: ForecastChange) => [string, string]): Ranked[] {
  const groups = new Map<string, Ranked>();
  for (const change of changes) {
    const [key, label] = by(change);
    const group = groups.get(key) ?? { key, label, value: 0 };
    group.value += change.count;
    groups.set(key, group);
  }
  return [...groups.values()].sort((one, other) => other.value - one.value).slice(0, ranked);
}

function Ranking({ title, items }: { title: string; items: Ranked[] }) {
  return (
    <section className="min-w-0">
      <h3 className="font-medium">{title}</h3>
      <BarList items={items} noun="changed outcomes" empty="Nothing changes" />
    </section>
  );
}

function Changes({ forecast }: { forecast: Forecast }) {
  const { changes, from, to } = forecast;
  if (changes.length === 0) {
    return (
      <EmptyState kind="nothing" title="No outcome changes">
        Every decision of this period that can be judged again would have ended as it did.
      </EmptyState>
    );
  }
  const rest = forecast.changed - changes.slice(0, listed).reduce((sum, { count }) => sum + count, 0);
  return (
    <section className="flex min-w-0 flex-col gap-2">
      <h3 className="font-medium">Changed outcomes</h3>
      <Table label="Changed outcomes">
        <TableHead>
          <Th>Agent and tool</Th>
          <Th hideBelow="md">Was</Th>
          <Th hideBelow="md">Would be</Th>
          <Th align="right">Decisions</Th>
          <Th hideBelow="md">Examples</Th>
        </TableHead>
        <TableBody>
          {changes.slice(0, listed).map((change) => (
            <Tr key={[change.agentId, change.tool, change.from, change.to].join(" ")}>
              <th scope="row" className="max-w-44 border-b px-3 py-2 text-left font-normal sm:max-w-80">
                <span className="block truncate">{change.agentName}</span>
                <code className="block truncate font-mono text-muted text-xs">{change.tool}</code>
                <span className="mt-1 flex flex-col items-start gap-1 md:hidden">
                  <StatusBadge kind="outcome" value={change.from} />
                  <span className="text-muted text-xs">would be</span>
                  <StatusBadge kind="outcome" value={change.to} />
                </span>
              </th>
              <Td hideBelow="md">
                <StatusBadge kind="outcome" value={change.from} />
              </Td>
              <Td hideBelow="md">
                <StatusBadge kind="outcome" value={change.to} />
              </Td>
              <Td align="right">
                <Link
                  className="relative inline-flex min-h-6 items-center text-link hover:underline"
                  prefetch={false}
                  href={logHref({
                    kind: "decision",
                    agent: change.agentId,
                    tool: change.tool,
                    outcome: change.from,
                    from,
                    to,
                  })}
                >
                  {formatCount(change.count)}
                  <span className="sr-only">
                    {" "}
                    decisions of {change.agentName} with {change.tool} in the log
                  </span>
                </Link>
              </Td>
              <Td hideBelow="md">
                <Examples decisions={change.decisions} />
              </Td>
            </Tr>
          ))}
        </TableBody>
      </Table>
      {rest > 0 && <p className="text-muted text-xs">{formatCount(rest)} more changed outcomes are not listed.</p>}
    </section>
  );
}

/** Links to a few decisions. */
export function Examples({ decisions }: { decisions: readonly string[] }) {
  return (
    <span className="flex flex-wrap gap-x-2">
      {decisions.slice(0, 3).map((id) => (
        <Link
          key={id}
          href={`/decisions/${id}`}
          prefetch={false}
          className="inline-flex min-h-6 items-center font-mono text-link text-xs hover:underline"
        >
          …{id.slice(-6)}
        </Link>
      ))}
    </span>
  );
}

function Approvers({ approvers }: { approvers: Forecast["approvals"]["perApprover"] }) {
  if (approvers.length === 0) return null;
  return (
    <section className="flex min-w-0 flex-col gap-2">
      <h3 className="font-medium">Requests a person could be asked for</h3>
      <Table label="Requests a person could be asked for">
        <TableHead>
          <Th>Approver</Th>
          <Th align="right">As it was</Th>
          <Th align="right">With the draft</Th>
        </TableHead>
        <TableBody>
          {approvers.map(({ id, name, before, after }) => (
            <Tr key={id}>
              <th scope="row" className="max-w-44 truncate border-b px-3 py-2 text-left font-normal sm:max-w-80">
                {name}
              </th>
              <Td align="right">{formatCount(before)}</Td>
              <Td align="right">{formatCount(after)}</Td>
            </Tr>
          ))}
        </TableBody>
      </Table>
    </section>
  );
}
