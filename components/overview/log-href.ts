/** The explorer, narrowed to what a number counts. */
export function logHref(filter: Record<string, string | undefined>): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(filter)) if (value !== undefined) search.set(name, value);
  return `/audit?${search}`;
}
