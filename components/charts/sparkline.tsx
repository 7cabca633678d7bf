import { formatCount } from "@/components/ui/money";

/**
 * A small line without axes, for a table cell or a tile.
 * @param values in order of time; `null` is a gap, not a zero
 * @param label  what it shows: "Decisions per day, last 30 days"
 */
export function Sparkline({ values, label }: { values: readonly (number | null)[]; label: string }) {
  const known = values.filter((value) => value !== null);
  if (known.length === 0) return <span className="text-muted">no data</span>;
  const top = Math.max(1, ...known);
  const step = 100 / Math.max(1, values.length - 1);
  const summary = `${label}: lowest ${formatCount(Math.min(...known))}, highest ${formatCount(top)}, last ${formatCount(known.at(-1) ?? 0)}`;
  return (
    <svg role="img" aria-label={summary} viewBox="-1 -2 102 24" preserveAspectRatio="none" className="h-5 w-24">
      <title>{summary}</title>
      {lines(values).map(({ start, run }) =>
        run.length === 1 ? (
          <circle key={start} cx={start * step} cy={y(run[0] ?? 0, top)} r="1.5" className="fill-chart-1" />
        ) : (
          <polyline
            key={start}
            points={run.map((value, index) => `${(start + index) * step},${y(value, top)}`).join(" ")}
            fill="none"
            strokeWidth="1.5"
            vectorEffect="non-scaling-stroke"
            strokeLinejoin="round"
            className="stroke-chart-1"
          />
        ),
      )}
    </svg>
  );
}

function y(value: number, top: number): number {
  return 20 - (value / top) * 20;
}

/** Unbroken runs of known values, with the index each starts at. */
function lines(values: readonly (number | null)[]): { start: number; run: number[] }[] {
  const runs: { start: number; run: number[] }[] = [];
  values.forEach((value, index) => {
    if (value === null) return;
    const open = runs.at(-1);
    if (open && open.start + open.run.length === index) open.run.push(value);
    else runs.push({ start: index, run: [value] });
  });
  return runs;
}
