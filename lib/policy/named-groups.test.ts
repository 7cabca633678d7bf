import { expect, test } from "vitest";
import { defaultPolicySet } from "./defaults";
import { namedGroups } from "./named-groups";

test("every group that a tier, a guardrail or the escalation asks is named once", () => {
  const policy = defaultPolicySet();
  expect(namedGroups(policy)).toEqual(["finance", "operations", "security"]);
  const [first] = policy.guardrails;
  if (first && first.effect !== "deny") first.effect.approval.groups = ["board"];
  policy.escalation.groups = ["night-watch"];
  expect(namedGroups(policy)).toEqual(["board", "finance", "night-watch", "operations", "security"]);
});
