import type { ApprovalSpec } from "./schema";
import type { Finding, Outcome } from "./types";

/** How findings become one answer: the strictest wins, in any order of reading. */

/**
 * The strictest of several: the largest quorum, all groups, the shortest expiry and service level, step-up if any asks.
 * Commutative, associative and idempotent; groups come out sorted.
 * @param specs at least one
 */
export function mergeApprovals(specs: readonly ApprovalSpec[]): ApprovalSpec {
  const [first, ...rest] = specs;
  if (first === undefined) throw new RangeError("nothing to merge");
  if (rest.length === 0 && isSortedSet(first.groups)) return first;
  const merged = { ...first };
  const groups = new Set(first.groups);
  for (const spec of rest) {
    merged.quorum = Math.max(merged.quorum, spec.quorum);
    merged.expiresIn = Math.min(merged.expiresIn, spec.expiresIn);
    if (spec.sla !== undefined) merged.sla = merged.sla === undefined ? spec.sla : Math.min(merged.sla, spec.sla);
    merged.stepUp ||= spec.stepUp;
    for (const group of spec.groups) groups.add(group);
  }
  return { ...merged, groups: [...groups].sort(), selfApproval: false };
}

function isSortedSet(groups: readonly string[]): boolean {
  return groups.every((group, index) => index === 0 || (groups[index - 1] as string) < group);
}

/**
 * Whether an approval given under one rule still suffices under another, so that an approval held when policy was
 * tightened is asked again. Expiry is judged by the approval's own clock, not here.
 */
export function approvalCovers(given: ApprovalSpec, required: ApprovalSpec): boolean {
  return (
    given.quorum >= required.quorum &&
    (given.stepUp || !required.stepUp) &&
    required.groups.every((group) => given.groups.includes(group))
  );
}

export type Combined = { outcome: Outcome; approval: ApprovalSpec | null; defaultDeny: boolean };

/**
 * Deny beats approval beats allow. Both the tier and the mandate have to speak for the call, by allowing it or by
 * naming who may: where one is silent the answer is deny, and this is the only default there is.
 * INVARIANT (no default allow): `allow` is returned by one line, after both have been seen.
 * @param findings     in any order
 * @param withShadow   whether findings in shadow mode count, to say what the outcome would be
 */
export function combine(findings: readonly Finding[], withShadow: boolean): Combined {
  let denied = false;
  let tierSpoke = false;
  let mandateSpoke = false;
  let specs: ApprovalSpec[] | null = null;
  let asked = false;
  for (const finding of findings) {
    if (finding.mode === "shadow" && !withShadow) continue;
    if (finding.effect === "deny") {
      denied = true;
      continue;
    }
    if (finding.layer === "tier") tierSpoke = true;
    if (finding.layer === "mandate" && finding.effect === "allow") mandateSpoke = true;
    if (finding.effect === "approval") {
      asked = true;
      if (finding.approval) {
        if (specs === null) specs = [];
        specs.push(finding.approval);
      }
    }
  }
  if (denied) return { outcome: "deny", approval: null, defaultDeny: false };
  if (!tierSpoke || !mandateSpoke) return { outcome: "deny", approval: null, defaultDeny: true };
  if (asked) {
    // An approval finding without a rule of who may approve cannot be answered by anyone.
    if (specs === null) return { outcome: "deny", approval: null, defaultDeny: true };
    return { outcome: "approval_required", approval: mergeApprovals(specs), defaultDeny: false };
  }
  return { outcome: "allow", approval: null, defaultDeny: false };
}

const rank = { deny: 0, approval: 1, allow: 2 } as const;

/** Gravest first, in the order of the layers within one effect; what is in shadow comes last. */
export function inOrderOfGravity(findings: Finding[]): Finding[] {
  let present = 0;
  for (const finding of findings) present |= 1 << weightOf(finding);
  // One weight alone is in order.
  if ((present & (present - 1)) === 0) return findings;
  const ordered: Finding[] = [];
  for (let weight = 0; weight < 6; weight++) {
    if ((present & (1 << weight)) === 0) continue;
    for (const finding of findings) if (weightOf(finding) === weight) ordered.push(finding);
  }
  return ordered;
}

function weightOf(finding: Finding): number {
  return rank[finding.effect] + (finding.mode === "shadow" ? 3 : 0);
}
