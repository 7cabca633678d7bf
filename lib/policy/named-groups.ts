import type { PolicySet } from "./schema";

/** Keys of the approver groups that some rule of the policy asks, in order. */
export function namedGroups(policy: PolicySet): string[] {
  const keys = new Set<string>();
  const visit = (value: unknown): void => {
    if (typeof value !== "object" || value === null) return;
    if ("quorum" in value && "groups" in value) for (const key of value.groups as string[]) keys.add(key);
    for (const part of Object.values(value)) visit(part);
  };
  visit(policy);
  return [...keys].sort();
}
