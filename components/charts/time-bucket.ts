/** How a bucket of a time series is named on axes and in tables. UTC, like the log. */

export type TimeBucket = "hour" | "day";

const part = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat("en-GB", { timeZone: "UTC", ...options });
const dayMonth = part({ day: "numeric", month: "short" });
const full = part({ weekday: "short", day: "numeric", month: "short", year: "numeric" });
const hour = part({ hour: "2-digit", minute: "2-digit", hourCycle: "h23" });

/** Short, for an axis: "12 Nov" or "14:00". */
export function bucketLabel(at: string, unit: TimeBucket): string {
  return unit === "day" ? dayMonth.format(new Date(at)) : hour.format(new Date(at));
}

/** Whole, for a tooltip or a table: "Thu 12 Nov 2026" or "12 Nov, 14:00 UTC". */
export function bucketTitle(at: string, unit: TimeBucket): string {
  const date = new Date(at);
  return unit === "day" ? full.format(date).replace(",", "") : `${dayMonth.format(date)}, ${hour.format(date)} UTC`;
}
