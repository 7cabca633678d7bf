/**
 * How times read on screens. Pure: the server passes `now`, so that server and browser render the same words.
 */

const steps: readonly [unit: Intl.RelativeTimeFormatUnit, seconds: number, below: number][] = [
  ["minute", 60, 3600],
  ["hour", 3600, 86_400],
  ["day", 86_400, 14 * 86_400],
  ["week", 7 * 86_400, 60 * 86_400],
  ["month", 30.44 * 86_400, 365 * 86_400],
  ["year", 365.25 * 86_400, Number.POSITIVE_INFINITY],
];

const narrow = new Intl.RelativeTimeFormat("en", { style: "short", numeric: "always" });

/** `value` as seen from `now`: "just now", "3 min. ago", "in 2 hr." Rounded down, so nothing looks older than it is. */
export function relativeTime(value: Date, now: Date): string {
  const seconds = (value.getTime() - now.getTime()) / 1000;
  const distance = Math.abs(seconds);
  if (distance < 60) return seconds > 5 ? "in under 1 min" : "just now";
  const [unit, size] = steps.find(([, , below]) => distance < below) ?? (steps.at(-1) as (typeof steps)[number]);
  const count = Math.trunc(seconds / size) || Math.sign(seconds);
  return narrow.format(count, unit).replaceAll(".", "");
}

/**
 * A time with its date and zone, exact to the second: "12 Nov 2026, 14:03:22 UTC".
 * @param timeZone IANA name; UTC unless told
 */
export function absoluteTime(value: Date, timeZone = "UTC"): string {
  const parts = new Intl.DateTimeFormat("en-GB", {
    timeZone,
    day: "numeric",
    month: "short",
    year: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    hourCycle: "h23",
    timeZoneName: "short",
  }).formatToParts(value);
  const part = (type: Intl.DateTimeFormatPartTypes) => parts.find((each) => each.type === type)?.value ?? "";
  const date = `${part("day")} ${part("month").slice(0, 3)} ${part("year")}`;
  return `${date}, ${part("hour")}:${part("minute")}:${part("second")} ${part("timeZoneName")}`;
}

/** A length of time in its two largest units: "2 d 4 h", "14 min", "under 1 min". */
export function duration(milliseconds: number): string {
  const minutes = Math.floor(milliseconds / 60_000);
  if (minutes < 1) return "under 1 min";
  const days = Math.floor(minutes / 1440);
  const hours = Math.floor((minutes % 1440) / 60);
  const rest = minutes % 60;
  if (days > 0) return hours > 0 ? `${days} d ${hours} h` : `${days} d`;
  if (hours > 0) return rest > 0 ? `${hours} h ${rest} min` : `${hours} h`;
  return `${minutes} min`;
}
