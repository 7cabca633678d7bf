/** How a list's order is written in the URL: `name` ascending, `-name` descending. */

export type Sort = { by: string; direction: "asc" | "desc" };

/**
 * Reads the `sort` parameter.
 * @param allowed columns that may be sorted by; anything else gives `fallback`
 */
export function parseSort<C extends string>(
  value: string | string[] | undefined,
  allowed: readonly C[],
  fallback: { by: C; direction: "asc" | "desc" },
): { by: C; direction: "asc" | "desc" } {
  const text = Array.isArray(value) ? value[0] : value;
  const by = allowed.find((column) => column === text?.replace(/^-/, ""));
  return by && text ? { by, direction: text.startsWith("-") ? "desc" : "asc" } : fallback;
}

/** The `sort` parameter after pressing the header of `by`: its first direction, then the other. */
export function nextSort(by: string, current: Sort, first: "asc" | "desc"): string {
  const direction = current.by === by ? (current.direction === "asc" ? "desc" : "asc") : first;
  return direction === "desc" ? `-${by}` : by;
}
