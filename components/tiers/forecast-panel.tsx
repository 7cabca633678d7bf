"use client";

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { ForecastFigures } from "@/components/tiers/forecast-figures";
import { EmptyState } from "@/components/ui/empty-state";
import { formatCount } from "@/components/ui/money";
import { Panel } from "@/components/ui/panel";
import { SegmentedControl } from "@/components/ui/radio-group";
import { ForecastError, readForecast } from "@/lib/policy/forecast-client";
import { type Forecast, forecastDays } from "@/lib/policy/forecast-schema";

/** A draft is saved while it is edited; only when it rests is it worth asking. */
const restMilliseconds = 800;

/** What the draft had changed about real decisions. Asks by itself when the draft rests, and gives up what nobody looks at any more. */
export function ForecastPanel({ revision }: { revision: number }) {
  const [days, setDays] = useState<(typeof forecastDays)[number]>(30);
  const rested = useRested(revision);
  const [progress, setProgress] = useState(0);
  const { data, error, isFetching, isPlaceholderData, refetch } = useQuery({
    queryKey: ["policy forecast", rested, days],
    queryFn: ({ signal }) => {
      setProgress(0);
      return readForecast({ days, revision: rested }, { signal, progress: setProgress });
    },
    placeholderData: keepPreviousData,
    staleTime: Number.POSITIVE_INFINITY,
    refetchOnWindowFocus: false,
    retry: false,
  });
  const working = isFetching || rested !== revision;
  return (
    <Panel
      title="Forecast"
      description="What this draft had changed about decisions that were really made."
      actions={
        <SegmentedControl
          label="Decisions of the last"
          labelHidden
          value={String(days)}
          options={forecastDays.map((each) => ({ value: String(each), label: `${each} d` }))}
          onValueChange={(value) => setDays(forecastDays.find((each) => String(each) === value) ?? 30)}
        />
      }
      footer={data && !working && footnote(data)}
    >
      <div className="flex flex-col gap-4" aria-busy={working}>
        {working && <Progress share={isFetching ? progress : 0} />}
        {error && !working ? (
          <EmptyState
            kind="failed"
            {...(error instanceof ForecastError && error.requestId ? { requestId: error.requestId } : {})}
            retry={() => void refetch()}
          >
            {error.message}
          </EmptyState>
        ) : data ? (
          <div className={working || isPlaceholderData ? "opacity-50" : undefined}>
            <ForecastFigures forecast={data} />
          </div>
        ) : (
          <p className="py-10 text-center text-muted">Past decisions are judged again by the draft.</p>
        )}
      </div>
    </Panel>
  );
}

/** The value once it has not changed for a while; the first at once. */
function useRested(value: number): number {
  const [rested, setRested] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setRested(value), restMilliseconds);
    return () => clearTimeout(timer);
  }, [value]);
  return rested;
}

function Progress({ share }: { share: number }) {
  const percent = Math.floor(share * 100);
  return (
    <div
      role="progressbar"
      aria-label="Forecast"
      aria-valuenow={percent}
      aria-valuemin={0}
      aria-valuemax={100}
      className="flex items-center gap-3 text-muted text-xs"
    >
      <svg aria-hidden className="h-1 min-w-0 flex-1 overflow-visible" preserveAspectRatio="none">
        <rect width="100%" height="4" rx="2" className="fill-surface-hover" />
        <rect width={`${percent}%`} height="4" rx="2" className="fill-chart-1" />
      </svg>
      <span className="tabular w-10 text-right">{percent} %</span>
    </div>
  );
}

function footnote({ decisions, untouched, baseNumber, seconds }: Forecast): string {
  const rest = untouched > 0 ? `, ${formatCount(untouched)} of them by rules the draft does not touch` : "";
  return `${formatCount(decisions)} decisions${rest}, compared with version ${baseNumber} in ${seconds.toFixed(1)} s. Agents are taken as they are now.`;
}
