/**
 * What is wrong with the log, as this process found it. On `globalThis`, because the code of `lib/` is loaded twice in one process: the server finds it, the console shows it.
 */
export type LogFaults = {
  /** Why the log of this database is not the one that was signed; then nothing is decided and nothing is signed. */
  fork?: string | undefined;
  /** Why entries are not taken into the tree. */
  stopped?: string | undefined;
};

const held = Symbol.for("countersign.log-faults");
type Holder = { [held]?: LogFaults };

export function logFaults(): LogFaults {
  const holder = globalThis as Holder;
  holder[held] ??= {};
  return holder[held];
}
