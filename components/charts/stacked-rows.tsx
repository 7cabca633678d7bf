"use client";

import { useId } from "react";
import { Bar, BarChart, ResponsiveContainer, Tooltip, XAxis, YAxis } from "recharts";
import { ChartFrame } from "@/components/charts/chart-frame";
import { type ChartFill, ChartPattern, Swatch } from "@/components/charts/chart-pattern";
import { ChartTooltip } from "@/components/charts/chart-tooltip";
import { countTicks } from "@/components/charts/count-ticks";
import { formatCount } from "@/components/ui/money";

export type StackedSeries = { key: string; label: string; fill: ChartFill };
export type StackedRow = { label: string; values: Readonly<Record<string, number>> };

/** The lifecycle of agents as series, in their status colors. */
export const agentStatusSeries: readonly StackedSeries[] = [
  { key: "active", label: "Active", fill: { color: "var(--color-status-allow)", pattern: "outline" } },
  { key: "suspended", label: "Suspended", fill: { color: "var(--color-status-warning)", pattern: "stripes" } },
  { key: "draft", label: "Draft", fill: { color: "var(--color-status-neutral)", pattern: "dots" } },
  { key: "retired", label: "Retired", fill: { color: "var(--color-status-neutral)", pattern: "solid" } },
];

/**
 * Parts of a few wholes, one row each: agents by tier and status.
 * @param label "Agents by tier and status"
 * @param head  header of the row labels in the table: "Tier"
 */
export function StackedRows({
  label,
  head,
  rows,
  series,
  empty,
}: {
  label: string;
  head: string;
  rows: readonly StackedRow[];
  series: readonly StackedSeries[];
  empty: string;
}) {
  const id = useId().replaceAll(/[^\w-]/g, "");
  const used = series.filter(({ key }) => rows.some((row) => (row.values[key] ?? 0) > 0));
  const ticks = countTicks(
    Math.max(0, ...rows.map((row) => used.reduce((sum, { key }) => sum + (row.values[key] ?? 0), 0))),
  );
  const swatch = (each: StackedSeries, place: string) => <Swatch id={`${id}-${place}-${each.key}`} fill={each.fill} />;
  return (
    <ChartFrame
      label={label}
      empty={used.length === 0 && empty}
      legend={used.map((each) => ({ label: each.label, swatch: swatch(each, "legend") }))}
      table={{
        columns: [head, ...used.map((each) => each.label)],
        rows: rows.map((row) => [row.label, ...used.map(({ key }) => row.values[key] ?? 0)]),
      }}
    >
      <ResponsiveContainer width="100%" height="100%">
        <BarChart
          layout="vertical"
          data={rows.map((row) => ({ label: row.label, ...row.values }))}
          margin={{ top: 0, right: 8, bottom: 0, left: 0 }}
          barCategoryGap="24%"
          title={label}
          accessibilityLayer
        >
          <defs>
            {used.map(({ key, fill }) => (
              <ChartPattern key={key} id={`${id}-${key}`} fill={fill} />
            ))}
          </defs>
          <XAxis
            type="number"
            ticks={ticks}
            domain={[0, ticks.at(-1) ?? 1]}
            tickFormatter={formatCount}
            tickLine={false}
            axisLine={{ stroke: "var(--color-border-strong)" }}
            tick={{ fill: "var(--color-muted)", fontSize: 12 }}
          />
          <YAxis
            type="category"
            dataKey="label"
            width={96}
            tickLine={false}
            axisLine={false}
            tick={{ fill: "var(--color-muted)", fontSize: 12 }}
          />
          <Tooltip
            isAnimationActive={false}
            cursor={{ fill: "var(--color-surface-hover)" }}
            content={({ active, label: name }) => {
              const row = rows.find((each) => each.label === name);
              if (!active || !row) return null;
              return (
                <ChartTooltip
                  title={row.label}
                  rows={used.map((each) => ({
                    label: each.label,
                    value: row.values[each.key] ?? 0,
                    swatch: swatch(each, "tip"),
                  }))}
                />
              );
            }}
          />
          {used.map(({ key, label, fill }) => (
            <Bar
              key={key}
              dataKey={key}
              name={label}
              stackId="row"
              fill={`url(#${id}-${key})`}
              stroke={fill.color}
              strokeWidth={1}
              maxBarSize={20}
              isAnimationActive={false}
            />
          ))}
        </BarChart>
      </ResponsiveContainer>
    </ChartFrame>
  );
}
