// Two people changed one mandate: what either added is in, what either removed is out, and what cannot be said is named.
import { canonicalize } from "@/lib/json";
import type { MandateInput } from "./mandate-input";

type Field = keyof MandateInput;
const lists = ["tools", "recipients", "hosts", "regions", "dataClasses", "purposes"] as const;

/** `conflicts`: fields that both changed in ways that do not add up; there the merged one has what is stored. */
export type MandateMerge = { merged: MandateInput; conflicts: Field[]; theirs: Field[] };

/**
 * @param base   as the person began
 * @param mine   as the person has it
 * @param stored as somebody else saved it meanwhile
 */
export function mergeMandates(base: MandateInput, mine: MandateInput, stored: MandateInput): MandateMerge {
  const merged: Record<string, unknown> = { ...stored };
  const conflicts: Field[] = [];
  const theirs: Field[] = [];
  for (const field of new Set([...Object.keys(base), ...Object.keys(mine), ...Object.keys(stored)]) as Set<Field>) {
    const [was, own, now] = [base[field], mine[field], stored[field]].map((value) => canonicalize(emptied(value)));
    if (was !== now) theirs.push(field);
    if (was === own || own === now) continue;
    if (was === now) merged[field] = mine[field];
    else if ((lists as readonly string[]).includes(field))
      merged[field] = mergedList(base[field], mine[field], stored[field]);
    else conflicts.push(field);
  }
  return { merged: merged as MandateInput, conflicts, theirs };
}

/** An absent list and one that is empty are the same to the editor. */
function emptied(value: unknown): unknown {
  return Array.isArray(value) && value.length === 0 ? null : (value ?? null);
}

function mergedList(base: unknown, mine: unknown, stored: unknown): unknown[] {
  const keyed = (value: unknown) => new Map((Array.isArray(value) ? value : []).map((one) => [canonicalize(one), one]));
  const [was, own, now] = [keyed(base), keyed(mine), keyed(stored)];
  const kept = [...now].filter(([key]) => own.has(key) || !was.has(key));
  const added = [...own].filter(([key]) => !was.has(key) && !now.has(key));
  return [...kept, ...added].map(([, value]) => value);
}
