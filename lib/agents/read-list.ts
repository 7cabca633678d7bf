// A list that somebody pastes into a mandate: one value a line, or the first column of a table, each judged on its own.
import { compileHostAllowlist } from "@/lib/policy/hosts";
import { compileRecipientAllowlist, readRecipients } from "@/lib/policy/recipients";
import { toolNamePattern } from "@/lib/policy/tool-name";
import { hostRuleText, parseHostRule } from "./mandate-text";

export const allowlists = ["tools", "recipients", "hosts", "regions"] as const;
export type Allowlist = (typeof allowlists)[number];

/** `value` is how the mandate would hold it; for what is not one, the text as it came. */
export type ListLine = { line: number; value: string; state: "added" | "duplicate" | "invalid"; why: string };

const heads = new Set(
  "tool tools name recipient recipients email address host hosts url region regions value".split(" "),
);
/** Lines that are looked at. */
const mostLines = 20_000;

/**
 * Reads pasted text. Empty lines, and a first line that names the column, are passed over; `;`, tab and comma separate columns, and only the first counts.
 * @param held    values the mandate has
 * @param catalogue names of tools; one that is not there is taken over and said
 */
export function readList(
  kind: Allowlist,
  text: string,
  held: readonly string[],
  catalogue: ReadonlySet<string> = new Set(),
): ListLine[] {
  const seen = new Set(held);
  const lines: ListLine[] = [];
  for (const [index, raw] of text
    .split(/\r\n|\r|\n/)
    .slice(0, mostLines)
    .entries()) {
    const cell = firstCell(raw);
    if (cell === "" || (lines.length === 0 && heads.has(cell.toLowerCase()))) continue;
    const read = readValue(kind, cell);
    const line = index + 1;
    if ("why" in read) lines.push({ line, value: cell.slice(0, 300), state: "invalid", why: read.why });
    else if (seen.has(read.value)) lines.push({ line, value: read.value, state: "duplicate", why: "is there already" });
    else {
      seen.add(read.value);
      const unknown = kind === "tools" && !catalogue.has(read.value);
      lines.push({
        line,
        value: read.value,
        state: "added",
        why: unknown ? "not in the catalogue, so it is refused until it is" : "",
      });
    }
  }
  return lines;
}

/** The first column of a line of CSV (RFC 4180), whatever separates them. */
function firstCell(raw: string): string {
  const text = raw.trim();
  if (text.startsWith('"')) {
    const quoted = /^"((?:[^"]|"")*)"/.exec(text);
    if (quoted) return (quoted[1] ?? "").replaceAll('""', '"').trim();
  }
  return (text.split(/[;\t,]/)[0] ?? "").trim();
}

function readValue(kind: Allowlist, cell: string): { value: string } | { why: string } {
  switch (kind) {
    case "tools":
      return toolNamePattern.test(cell) ? { value: cell } : { why: "is not a tool name: a–z, 0–9 and . _ / -" };
    case "regions":
      return cell.length <= 64 ? { value: cell } : { why: "is longer than 64 characters" };
    case "hosts": {
      const rule = parseHostRule(cell);
      if (!rule) return { why: "is not a host" };
      return attempted(() => compileHostAllowlist([rule]), hostRuleText(rule));
    }
    case "recipients":
      if (cell.length > 500) return { why: "is longer than 500 characters" };
      if (!cell.includes("*") && readRecipients(cell)?.length !== 1) return { why: "cannot be read as one recipient" };
      return attempted(() => compileRecipientAllowlist([cell]), cell);
  }
}

/** What the engine could not judge by is refused in the engine's own words. */
function attempted(compile: () => unknown, value: string): { value: string } | { why: string } {
  try {
    compile();
    return { value };
  } catch (error) {
    return { why: error instanceof Error ? error.message : "cannot be read" };
  }
}
