"use client";

import { useId } from "react";
import { Bar, BarChart, CartesianGrid, ReferenceArea, ResponsiveContainer, Tooltip, XAxis, YAxis } from "recharts";
import { ChartFrame } from "@/components/charts/chart-frame";
import { type ChartFill, ChartPattern, Swatch } from "@/components/charts/chart-pattern";
import { ChartTooltip } from "@/components/charts/chart-tooltip";
import { countTicks } from "@/components/charts/count-ticks";
import { bucketLabel, bucketTitle, type TimeBucket } from "@/components/charts/time-bucket";
import { formatCount } from "@/components/ui/money";

export type OutcomeBucket = {
  /** Start of the bucket, RFC 3339 UTC. */
  at: string;
  /** Counts; all three `null` where nothing was recorded at all (a gap), zero where it was and there were none. */
  allow: number | null;
  approval_required: number | null;
  deny: number | null;
};

const series: readonly { key: "allow" | "approval_required" | "deny"; label: string; fill: ChartFill }[] = [
  { key: "allow", label: "Allowed", fill: { color: "var(--color-status-allow)", pattern: "outline" } },
  {
    key: "approval_required",
    label: "Approval required",
    fill: { color: "var(--color-status-pending)", pattern: "stripes" },
  },
  { key: "deny", label: "Denied", fill: { color: "var(--color-status-deny)", pattern: "solid" } },
];

/** Decisions by outcome, stacked per hour or day. Outcomes are statuses, so these are the status colors. */
export function OutcomesOverTime({ buckets, unit }: { buckets: readonly OutcomeBucket[]; unit: TimeBucket }) {
  const id = useId().replaceAll(/[^\w-]/g, "");
  const swatch = (key: string, fill: ChartFill, place: string) => <Swatch id={`${id}-${place}-${key}`} fill={fill} />;
  const sums = buckets.map((each) => (each.allow ?? 0) + (each.approval_required ?? 0) + (each.deny ?? 0));
  const ticks = countTicks(Math.max(0, ...sums));
  const label = `Decisions by outcome, per ${unit}, UTC`;

  return (
    <ChartFrame
      label={label}
      empty={sums.every((sum) => sum === 0) && "No decisions in this period"}
      legend={series.map(({ key, label, fill }) => ({ label, swatch: swatch(key, fill, "legend") }))}
      table={{
        columns: [unit === "day" ? "Day" : "Hour", ...series.map((each) => each.label)],
        rows: buckets.map((each) => [bucketTitle(each.at, unit), ...series.map(({ key }) => each[key])]),
      }}
    >
      <ResponsiveContainer width="100%" height="100%">
        <BarChart
          data={[...buckets]}
          margin={{ top: 4, right: 0, bottom: 0, left: 0 }}
          barCategoryGap="18%"
          title={label}
          accessibilityLayer
        >
          <defs>
            {series.map(({ key, fill }) => (
              <ChartPattern key={key} id={`${id}-${key}`} fill={fill} />
            ))}
            <ChartPattern id={`${id}-gap`} fill={{ color: "var(--color-border-strong)", pattern: "stripes" }} />
          </defs>
          <CartesianGrid vertical={false} stroke="var(--color-border)" />
          <XAxis
            dataKey="at"
            tickFormatter={(at: string) => bucketLabel(at, unit)}
            tickLine={false}
            axisLine={{ stroke: "var(--color-border-strong)" }}
            minTickGap={24}
            tick={{ fill: "var(--color-muted)", fontSize: 12 }}
          />
          <YAxis
            width={40}
            ticks={ticks}
            domain={[0, ticks.at(-1) ?? 1]}
            tickFormatter={formatCount}
            tickLine={false}
            axisLine={false}
            tick={{ fill: "var(--color-muted)", fontSize: 12 }}
          />
          {buckets
            .filter((each) => each.allow === null && each.approval_required === null && each.deny === null)
            .map((gap) => (
              <ReferenceArea key={gap.at} x1={gap.at} x2={gap.at} fill={`url(#${id}-gap)`} ifOverflow="visible" />
            ))}
          <Tooltip
            isAnimationActive={false}
            cursor={{ fill: "var(--color-surface-hover)" }}
            content={({ active, label: at }) => {
              const bucket = buckets.find((each) => each.at === at);
              if (!active || !bucket) return null;
              return (
                <ChartTooltip
                  title={bucketTitle(bucket.at, unit)}
                  rows={series.map(({ key, label, fill }) => ({
                    label,
                    value: bucket[key],
                    swatch: swatch(key, fill, "tip"),
                  }))}
                />
              );
            }}
          />
          {series.map(({ key, label, fill }) => (
            <Bar
              key={key}
              dataKey={key}
              name={label}
              stackId="outcome"
              fill={`url(#${id}-${key})`}
              stroke={fill.color}
              strokeWidth={1}
              maxBarSize={28}
              isAnimationActive={false}
            />
          ))}
        </BarChart>
      </ResponsiveContainer>
    </ChartFrame>
  );
}
