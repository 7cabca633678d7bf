/**
 * Patterns with `*` for any run of characters, and nothing else: no user regex ever (T11).
 * Matching is linear in text plus pattern, because the parts between stars are searched with Knuth–Morris–Pratt.
 * `\*` and `\\` stand for themselves, as in Cedar's `like`.
 */

/** Counts the characters looked at, so that a test can bound the work without a clock. */
export type Meter = { steps: number };
export type Glob = (text: string, meter?: Meter) => boolean;

/**
 * @param pattern case-sensitive, matches the whole text
 * @throws RangeError when a backslash is followed by anything but `*` or `\`
 */
export function compileGlob(pattern: string): Glob {
  const parts = splitAtStars(pattern);
  const first = parts[0] as string;
  if (parts.length === 1) return (text) => text === first;
  const last = parts[parts.length - 1] as string;
  const middle = parts.slice(1, -1).map((part) => ({ part, failure: failureTable(part) }));
  const shortest = first.length + last.length;
  return (text, meter) => {
    if (meter) meter.steps += shortest;
    if (text.length < shortest || !text.startsWith(first) || !text.endsWith(last)) return false;
    const end = text.length - last.length;
    let at = first.length;
    for (const { part, failure } of middle) {
      at = find(text, part, failure, at, end, meter);
      if (at < 0) return false;
    }
    return true;
  };
}

/** Whether a pattern has a star that stands for something. */
export function isGlob(pattern: string): boolean {
  return splitAtStars(pattern).length > 1;
}

/** A pattern without its escapes; meaningful only when `isGlob` is false. */
export function literalOf(pattern: string): string {
  return splitAtStars(pattern).join("*");
}

/** What stands between the stars of a pattern, without its escapes. @throws RangeError as `compileGlob` */
export function splitAtStars(pattern: string): string[] {
  const parts: string[] = [];
  let part = "";
  for (let index = 0; index < pattern.length; index++) {
    const character = pattern[index] as string;
    if (character === "\\") {
      const escaped = pattern[++index];
      if (escaped !== "*" && escaped !== "\\")
        throw new RangeError("a backslash in a pattern is followed by `*` or `\\`");
      part += escaped;
    } else if (character === "*") {
      // Two stars in a row are one.
      if (parts.length === 0 || part !== "") parts.push(part);
      part = "";
    } else {
      part += character;
    }
  }
  parts.push(part);
  return parts;
}

function failureTable(part: string): Uint16Array {
  const failure = new Uint16Array(part.length);
  let length = 0;
  for (let index = 1; index < part.length; index++) {
    while (length > 0 && part.charCodeAt(index) !== part.charCodeAt(length)) length = failure[length - 1] as number;
    if (part.charCodeAt(index) === part.charCodeAt(length)) length++;
    failure[index] = length;
  }
  return failure;
}

/** The index after the first occurrence of `part` in `text` within `[from, end)`, or -1. */
function find(text: string, part: string, failure: Uint16Array, from: number, end: number, meter?: Meter): number {
  let length = 0;
  let steps = 0;
  let found = -1;
  for (let index = from; index < end; index++) {
    const code = text.charCodeAt(index);
    while (length > 0 && code !== part.charCodeAt(length)) {
      length = failure[length - 1] as number;
      steps++;
    }
    steps++;
    if (code === part.charCodeAt(length)) length++;
    if (length === part.length) {
      found = index + 1;
      break;
    }
  }
  if (meter) meter.steps += steps;
  return found;
}
