// The lists of a mandate as texts, whatever they are stored as.
import type { MandateInput } from "./mandate-input";
import { hostRuleText, parseHostRule } from "./mandate-text";
import type { Allowlist } from "./read-list";

/** The values of one list, as people write them. */
export function valuesOf(mandate: MandateInput, kind: Allowlist): string[] {
  return kind === "hosts" ? (mandate.hosts ?? []).map(hostRuleText) : [...(mandate[kind] ?? [])];
}

/** The mandate with more values in one list; what is there already, or cannot be read, is passed over. */
export function withValues(mandate: MandateInput, kind: Allowlist, values: readonly string[]): MandateInput {
  const held = new Set(valuesOf(mandate, kind));
  const added = [...new Set(values)].filter((value) => !held.has(value));
  if (kind !== "hosts") return { ...mandate, [kind]: [...(mandate[kind] ?? []), ...added] };
  const rules = added.map(parseHostRule).filter((rule) => rule !== null);
  return { ...mandate, hosts: [...(mandate.hosts ?? []), ...rules] };
}
