"use client";

import { useId } from "react";
import { Bar, BarChart, CartesianGrid, ResponsiveContainer, Tooltip, XAxis, YAxis } from "recharts";
import { ChartFrame } from "@/components/charts/chart-frame";
import { type ChartFill, ChartPattern, Swatch } from "@/components/charts/chart-pattern";
import { ChartTooltip } from "@/components/charts/chart-tooltip";
import { countTicks } from "@/components/charts/count-ticks";
import { bucketLabel, bucketTitle } from "@/components/charts/time-bucket";
import { formatCount } from "@/components/ui/money";

export type BeforeAfterDay = { /** RFC 3339 date, UTC. */ day: string; before: number; after: number };

const series: readonly { key: "before" | "after"; label: string; fill: ChartFill }[] = [
  { key: "before", label: "As it was", fill: { color: "var(--color-chart-2)", pattern: "outline" } },
  { key: "after", label: "With the draft", fill: { color: "var(--color-chart-1)", pattern: "solid" } },
];

/** A count per day as it was, and as it had been otherwise, side by side. */
export function BeforeAfter({ label, days, empty }: { label: string; days: readonly BeforeAfterDay[]; empty: string }) {
  const id = useId().replaceAll(/[^\w-]/g, "");
  const swatch = (key: string, fill: ChartFill, place: string) => <Swatch id={`${id}-${place}-${key}`} fill={fill} />;
  const ticks = countTicks(Math.max(0, ...days.flatMap(({ before, after }) => [before, after])));
  return (
    <ChartFrame
      label={label}
      empty={days.every(({ before, after }) => before === 0 && after === 0) && empty}
      legend={series.map(({ key, label, fill }) => ({ label, swatch: swatch(key, fill, "legend") }))}
      table={{
        columns: ["Day", ...series.map((each) => each.label)],
        rows: days.map((each) => [bucketTitle(each.day, "day"), each.before, each.after]),
      }}
    >
      <ResponsiveContainer width="100%" height="100%">
        <BarChart
          data={[...days]}
          margin={{ top: 4, right: 0, bottom: 0, left: 0 }}
          barCategoryGap="18%"
          barGap={1}
          title={label}
          accessibilityLayer
        >
          <defs>
            {series.map(({ key, fill }) => (
              <ChartPattern key={key} id={`${id}-${key}`} fill={fill} />
            ))}
          </defs>
          <CartesianGrid vertical={false} stroke="var(--color-border)" />
          <XAxis
            dataKey="day"
            tickFormatter={(day: string) => bucketLabel(day, "day")}
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
          <Tooltip
            isAnimationActive={false}
            cursor={{ fill: "var(--color-surface-hover)" }}
            content={({ active, label: at }) => {
              const found = days.find((each) => each.day === at);
              if (!active || !found) return null;
              return (
                <ChartTooltip
                  title={bucketTitle(found.day, "day")}
                  rows={series.map(({ key, label, fill }) => ({
                    label,
                    value: found[key],
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
              fill={`url(#${id}-${key})`}
              stroke={fill.color}
              strokeWidth={1}
              maxBarSize={14}
              isAnimationActive={false}
            />
          ))}
        </BarChart>
      </ResponsiveContainer>
    </ChartFrame>
  );
}
