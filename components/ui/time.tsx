"use client";

import { clsx } from "clsx";
import { absoluteTime, relativeTime } from "@/components/ui/time-format";
import { Tooltip } from "@/components/ui/tooltip";

type TimeProps = {
  /** RFC 3339 */
  value: string;
  className?: string;
} & (
  | {
      /** The server's time of rendering, RFC 3339. Gives the relative form, with the absolute one on hover and focus. */
      now: string;
    }
  | { now?: undefined }
);

/** A point in time: relative with `now` (lists), absolute in UTC without it (audit, detail, print). */
export function Time({ value, now, className }: TimeProps) {
  const date = new Date(value);
  const absolute = absoluteTime(date);
  const style = clsx("tabular whitespace-nowrap rounded-md", className);
  if (now === undefined) {
    return (
      <Tooltip
        content={
          <>
            {absolute}
            <LocalTime value={date} />
          </>
        }
        describes={false}
      >
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: the local time has to open on focus too (WCAG 1.4.13) */}
        <time dateTime={value} tabIndex={0} className={style}>
          {absolute}
        </time>
      </Tooltip>
    );
  }
  return (
    <Tooltip
      content={
        <>
          {absolute}
          <LocalTime value={date} />
        </>
      }
    >
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: the absolute time has to open on focus too (WCAG 1.4.13) */}
      <time dateTime={value} tabIndex={0} className={style}>
        <span className="print:hidden">{relativeTime(date, new Date(now))}</span>
        <span className="hidden print:inline">{absolute}</span>
      </time>
    </Tooltip>
  );
}

/** Rendered only inside an open tooltip, so the reader's zone never reaches the server's markup. */
function LocalTime({ value }: { value: Date }) {
  const zone = new Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (zone === "UTC") return null;
  return (
    <span className="block text-muted">
      {absoluteTime(value, zone)} ({zone})
    </span>
  );
}
