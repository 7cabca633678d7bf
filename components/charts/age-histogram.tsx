"use client";

import { Bar, BarChart, LabelList, ResponsiveContainer, Tooltip, XAxis, YAxis } from "recharts";
import { ChartFrame } from "@/components/charts/chart-frame";
import { ChartTooltip } from "@/components/charts/chart-tooltip";

export type AgeBand = {
  /** "under 15 min", "1–4 h" */
  label: string;
  count: number;
};

/**
 * How long things have waited.
 * @param noun  plural: "approvals waiting"
 * @param empty said when nothing waits
 */
export function AgeHistogram({ bands, noun, empty }: { bands: readonly AgeBand[]; noun: string; empty: string }) {
  const label = `Age of ${noun}`;
  return (
    <ChartFrame
      label={label}
      height="sm"
      empty={bands.every((band) => band.count === 0) && empty}
      table={{ columns: ["Age", "Count"], rows: bands.map((band) => [band.label, band.count]) }}
    >
      <ResponsiveContainer width="100%" height="100%">
        <BarChart
          data={[...bands]}
          margin={{ top: 20, right: 0, bottom: 0, left: 0 }}
          barCategoryGap="12%"
          title={label}
          accessibilityLayer
        >
          <XAxis
            dataKey="label"
            interval={0}
            tickLine={false}
            axisLine={{ stroke: "var(--color-border-strong)" }}
            tick={{ fill: "var(--color-muted)", fontSize: 12 }}
          />
          <YAxis hide allowDecimals={false} />
          <Tooltip
            isAnimationActive={false}
            cursor={{ fill: "var(--color-surface-hover)" }}
            content={({ active, label: name }) => {
              const band = bands.find((each) => each.label === name);
              return active && band ? (
                <ChartTooltip title={band.label} rows={[{ label: noun, value: band.count }]} />
              ) : null;
            }}
          />
          <Bar dataKey="count" fill="var(--color-chart-1)" maxBarSize={56} radius={2} isAnimationActive={false}>
            <LabelList dataKey="count" position="top" fill="var(--color-text)" fontSize={12} />
          </Bar>
        </BarChart>
      </ResponsiveContainer>
    </ChartFrame>
  );
}
