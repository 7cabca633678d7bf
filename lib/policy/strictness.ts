import type { ApprovalSpec } from "./schema";
import type { Evaluation } from "./types";

/** Which of two answers to the same request binds an agent more. */

const rank = { allow: 0, approval_required: 1, deny: 2 } as const;

/** Whether an answer is at least as strict as another: a graver outcome, or an approval that asks for no less in any respect. */
export function isAsStrict(answer: Evaluation, than: Evaluation): boolean {
  if (answer.outcome !== than.outcome) return rank[answer.outcome] > rank[than.outcome];
  if (answer.outcome !== "approval_required") return true;
  return answer.approval !== undefined && than.approval !== undefined && asksAsMuch(answer.approval, than.approval);
}

/** As many people, of every group named, with a passkey if asked, and in no more time. When it is due by is no matter of strictness. */
export function asksAsMuch(spec: ApprovalSpec, than: ApprovalSpec): boolean {
  return (
    spec.quorum >= than.quorum &&
    spec.expiresIn <= than.expiresIn &&
    (spec.stepUp || !than.stepUp) &&
    than.groups.every((group) => spec.groups.includes(group))
  );
}
