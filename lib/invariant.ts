/** Throws on an impossible state: a bug, answered as 500 and never caught to carry on. */
export function invariant(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(`invariant: ${message}`);
}
