// Comma-separated values, RFC 4180, that no spreadsheet takes for a formula: a cell that begins like one gets a leading apostrophe (ASVS 5.0, 1.2.10).
// The apostrophe is put before apostrophes too, so that reading back is exact: one leading apostrophe is taken away.
import { kindWord } from "@/lib/audit/kind-words";
import type { EntryRow } from "./schema";

/** What begins a formula in some spreadsheet, wide forms included, or could hide one. */
const dangerous = /^[=+\-@\t\r\n\0'＝＋－＠]/u;

/** One cell, quoted when it has to be. */
export function csvCell(value: string): string {
  const safe = dangerous.test(value) ? `'${value}` : value;
  return /[",\r\n\t]|^\s|\s$/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** One line with its line end. */
export function csvLine(cells: readonly string[]): string {
  return `${cells.map(csvCell).join(",")}\r\n`;
}

const columns: [head: string, cell: (row: EntryRow) => string][] = [
  ["id", (row) => row.id],
  ["time", (row) => row.at],
  ["kind", (row) => kindWord(row.kind)],
  ["agent", (row) => row.agent?.name ?? ""],
  ["agent id", (row) => row.agent?.id ?? ""],
  ["by", (row) => row.actor?.name ?? ""],
  ["by id", (row) => row.actor?.id ?? ""],
  ["outcome", (row) => row.outcome ?? ""],
  ["reasons", (row) => row.codes.join(" ")],
  ["tool", (row) => row.tool ?? ""],
  ["effect", (row) => row.effect ?? ""],
  ["approval", (row) => row.approvalId ?? ""],
  ["about", (row) => row.ref ?? ""],
  ["policy", (row) => row.policyHash ?? ""],
  ["sample data", (row) => (row.sample ? "yes" : "no")],
];

/** The first line: names of the columns. */
export function entryCsvHead(): string {
  return csvLine(columns.map(([head]) => head));
}

export function entryCsvLine(row: EntryRow): string {
  return csvLine(columns.map(([, cell]) => cell(row)));
}
