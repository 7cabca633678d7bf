/** Where a thing that an entry is about has a page; undefined for what has none of its own. */
export function subjectHref(ref: string): string | undefined {
  const prefix = ref.slice(0, ref.indexOf("_"));
  const at: Record<string, string> = {
    dec: "/decisions",
    evt: "/audit",
    apr: "/inbox",
    inc: "/incidents",
    agt: "/agents",
  };
  const page = at[prefix];
  return page && `${page}/${ref}`;
}
