/**
 * Fills that differ by pattern as well as by color, so that a chart reads in grey and to any eye.
 */

export type PatternKind = "solid" | "stripes" | "dots" | "cross" | "outline";

export type ChartFill = { color: string; pattern: PatternKind };

/** One `<pattern>`; refer to it with `fill="url(#id)"`. Solid needs none. */
export function ChartPattern({ id, fill: { color, pattern } }: { id: string; fill: ChartFill }) {
  return (
    <pattern id={id} width="6" height="6" patternUnits="userSpaceOnUse">
      <rect width="6" height="6" fill="var(--color-surface)" />
      <rect width="6" height="6" fill={color} fillOpacity={pattern === "solid" ? 1 : 0.18} />
      {(pattern === "stripes" || pattern === "cross") && (
        <path d="M-1.5 1.5l3-3M0 6l6-6M4.5 7.5l3-3" stroke={color} strokeWidth="1.75" />
      )}
      {pattern === "cross" && <path d="M-1.5 4.5l3 3M0 0l6 6M4.5-1.5l3 3" stroke={color} strokeWidth="1.75" />}
      {pattern === "dots" && <circle cx="3" cy="3" r="1.5" fill={color} />}
    </pattern>
  );
}

/** A small square of a fill, for legends and tooltips. */
export function Swatch({ id, fill }: { id: string; fill: ChartFill }) {
  return (
    <svg aria-hidden viewBox="0 0 12 12" className="size-3 shrink-0">
      <defs>
        <ChartPattern id={id} fill={fill} />
      </defs>
      <rect x="0.5" y="0.5" width="11" height="11" rx="2" fill={`url(#${id})`} stroke={fill.color} />
    </svg>
  );
}
