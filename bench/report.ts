/** One figure of one benchmark: the median over its runs. `peer` and `ratio` are null where nothing is compared; a higher ratio is better for us. */
export type Case = {
  bench: string;
  case: string;
  ours: number;
  peer: number | null;
  ratio: number | null;
  unit: string;
};

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1
    ? (sorted[middle] as number)
    : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2;
}

/** Rows of text in aligned columns: the first column to the left, the rest to the right. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

export const rounded = (value: number, digits: number) => Number(value.toFixed(digits));
