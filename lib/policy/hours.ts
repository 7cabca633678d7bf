import { type HoursWindow, type Weekday, weekdays } from "./schema";

/** Weekly hours in an IANA time zone. The instant is an argument; daylight saving comes from the zone's own rules. */

/** Whether the instant lies within the hours, and the instant (epoch ms, UTC) at which that answer next changes. */
export type HoursAnswer = { inside: boolean; until: number };
export type Hours = (now: number) => HoursAnswer;

const minuteMs = 60_000;
const dayMs = 86_400_000;

/** @throws RangeError when a time zone is not known */
export function compileHours(windows: readonly HoursWindow[]): Hours {
  const compiled = windows.map((window) => {
    const from = minutesOf(window.from);
    const to = minutesOf(window.to);
    return {
      offset: zoneOffset(window.timeZone),
      days: new Set<Weekday>(window.days),
      from: from * minuteMs,
      length: (to > from ? to - from : to + 1440 - from) * minuteMs,
    };
  });
  let known = { from: 0, answer: { inside: false, until: 0 } };
  return (now) => {
    // The last answer holds until it changes; keeping it makes the common case a comparison.
    if (now >= known.from && now < known.answer.until) return known.answer;
    let inside = false;
    let until = now + 8 * dayMs;
    for (const window of compiled) {
      const today = Math.floor((now + window.offset(now)) / dayMs);
      for (let day = today - 1; day <= today + 8; day++) {
        if (!window.days.has(weekdayOf(day))) continue;
        const start = instantOf(day * dayMs + window.from, window.offset, now);
        const end = instantOf(day * dayMs + window.from + window.length, window.offset, now);
        if (now >= start && now < end) inside = true;
        if (start > now && start < until) until = start;
        if (end > now && end < until) until = end;
      }
    }
    known = { from: now, answer: { inside, until } };
    return known.answer;
  };
}

function minutesOf(clock: string): number {
  return Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3));
}

/** Days since 1970-01-01, which was a Thursday. */
function weekdayOf(day: number): Weekday {
  return weekdays[(((day + 3) % 7) + 7) % 7] as Weekday;
}

/** The instant at which the zone's clock shows `local`; in a gap or an overlap, the earlier reading. */
function instantOf(local: number, offset: (at: number) => number, near: number): number {
  const guess = local - offset(near);
  return local - offset(guess);
}

type ZoneOffset = (at: number) => number;
const offsets = new Map<string, ZoneOffset>();

/** Offset of a zone's clock from UTC in ms, remembered per quarter of an hour: zones change at quarters only. */
function zoneOffset(timeZone: string): ZoneOffset {
  const made = offsets.get(timeZone);
  if (made) return made;
  const format = new Intl.DateTimeFormat("en-US", {
    timeZone,
    calendar: "iso8601",
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
  });
  const remembered = new Map<number, number>();
  const offset = (at: number): number => {
    const quarter = Math.floor(at / (15 * minuteMs));
    const held = remembered.get(quarter);
    if (held !== undefined) return held;
    const start = quarter * 15 * minuteMs;
    const part: Record<string, number> = {};
    for (const { type, value } of format.formatToParts(start)) part[type] = Number(value);
    const { year = 0, month = 1, day = 1, hour = 0, minute = 0 } = part as Record<"year", number> & typeof part;
    const result = Date.UTC(year, month - 1, day, hour, minute) - start;
    if (remembered.size > 4096) remembered.clear();
    remembered.set(quarter, result);
    return result;
  };
  offsets.set(timeZone, offset);
  return offset;
}
