"use client";

import { useQuery } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useEffect, useRef, useTransition } from "react";
import { AgeHistogram } from "@/components/charts/age-histogram";
import { OutcomesOverTime } from "@/components/charts/outcomes-over-time";
import { agentStatusSeries, StackedRows } from "@/components/charts/stacked-rows";
import { useLive } from "@/components/live/use-live";
import { useNow } from "@/components/live/use-now";
import { KeyNumbers } from "@/components/overview/key-numbers";
import { LogState } from "@/components/overview/log-state";
import { OpenProblems } from "@/components/overview/open-problems";
import { RefusedTools } from "@/components/overview/refused-tools";
import { Banner } from "@/components/ui/banner";
import { ButtonLink } from "@/components/ui/button-link";
import { EmptyState } from "@/components/ui/empty-state";
import { PageHeader } from "@/components/ui/page-header";
import { Panel } from "@/components/ui/panel";
import { SegmentedControl } from "@/components/ui/radio-group";
import { RetryButton } from "@/components/ui/retry-button";
import { Time } from "@/components/ui/time";
import { overviewQueryOptions } from "@/lib/metrics/client";
import { type Overview, type Range, ranges } from "@/lib/metrics/schema";

const pollMilliseconds = 10_000;
/** A busy log changes every second; between two questions it is left alone for this long. */
const restMilliseconds = 2_000;

/** What agents did, what waits, and what wants a person; kept current while the page is open. */
export function OverviewBoard({ initial }: { initial: Overview }) {
  const now = useNow(initial.now);
  const { data, isError, dataUpdatedAt, refetch } = useQuery({
    ...overviewQueryOptions(initial.range),
    initialData: initial,
    initialDataUpdatedAt: Date.parse(initial.now),
    refetchInterval: pollMilliseconds,
  });
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const connected = useLive("approvals,activity", () => {
    const rested = Math.max(0, Date.now() - dataUpdatedAt);
    timer.current ??= setTimeout(
      () => {
        timer.current = undefined;
        void refetch();
      },
      Math.max(0, restMilliseconds - rested),
    );
  });
  useEffect(() => () => clearTimeout(timer.current), []);

  if (data.agents?.every((row) => row.active + row.draft + row.suspended + row.retired === 0))
    return <NoAgents own={data.own} />;
  return (
    <div className="flex flex-col gap-4">
      <PageHeader
        title="Overview"
        description={data.own ? "The agents you own or back up." : "All agents."}
        actions={<RangeChoice range={data.range} />}
      />
      {isError && (
        <Banner tone="warning" title="Not up to date" action={<RetryButton retry={() => void refetch()} />}>
          What you see is from <Time value={new Date(dataUpdatedAt).toISOString()} now={now} />.
        </Banner>
      )}
      <KeyNumbers overview={data} now={now} />
      <div className="grid items-start gap-4 lg:grid-cols-[minmax(0,2fr)_minmax(18rem,1fr)]">
        <div className="flex min-w-0 flex-col gap-4">
          <Panel title="Decisions by outcome" description={`${spans[data.range]}, per ${data.unit}, UTC`}>
            <OutcomesOverTime buckets={data.buckets} unit={data.unit} />
          </Panel>
          <div className="grid gap-4 md:grid-cols-2">
            <Panel title="Most refused tools" description={`${spans[data.range]}, the first 8`}>
              <RefusedTools overview={data} />
            </Panel>
            {data.agents && (
              <Panel title="Agents by tier and status">
                <StackedRows
                  label="Agents by tier and status"
                  head="Tier"
                  series={agentStatusSeries}
                  rows={data.agents.map(({ tier, ...values }) => ({ label: tier, values }))}
                  empty="No agents yet"
                />
              </Panel>
            )}
          </div>
        </div>
        <div className="flex min-w-0 flex-col gap-4">
          <OpenProblems problems={data.problems} />
          <LogState log={data.log} now={now} />
          {data.approvals && (
            <Panel title="Age of waiting approvals">
              <AgeHistogram bands={data.approvals.ages} noun="approvals waiting" empty="Nothing waits for a person" />
            </Panel>
          )}
        </div>
      </div>
      <p className="text-muted text-xs">{freshness(data, connected)}</p>
    </div>
  );
}

const spans: Record<Range, string> = { "24h": "Last 24 hours", "7d": "Last 7 days", "30d": "Last 30 days" };

/** Numbers that run behind say so. */
function freshness({ lagSeconds }: Overview, connected: boolean | undefined): string {
  const lag = lagSeconds > 5 ? `, ${Math.round(lagSeconds)} seconds behind the log` : "";
  return `${connected === false ? "Updates every 10 seconds" : "Live"}${lag}`;
}

function RangeChoice({ range }: { range: Range }) {
  const router = useRouter();
  const [, start] = useTransition();
  return (
    <SegmentedControl
      label="Period"
      labelHidden
      value={range}
      options={ranges.map((value) => ({ value, label: value.replace("h", " h").replace("d", " d") }))}
      onValueChange={(next) => start(() => router.push(`/?range=${next}`, { scroll: false }))}
    />
  );
}

function NoAgents({ own }: { own: boolean }) {
  return (
    <div className="flex flex-col gap-4">
      <PageHeader title="Overview" />
      <EmptyState
        kind="nothing"
        title={own ? "You own no agents yet" : "No agents yet"}
        action={
          <ButtonLink variant="primary" href="/agents/new">
            Register an agent
          </ButtonLink>
        }
      >
        Once an agent asks for its first decision, its numbers stand here.
      </EmptyState>
    </div>
  );
}
