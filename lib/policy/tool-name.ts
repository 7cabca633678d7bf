/** Exact tool names: everything else is refused and nothing is folded, so that no look-alike is ever another tool (T10). */
export const toolNamePattern = /^[a-z0-9][a-z0-9._/-]{0,127}$/;
