import { expect, test } from "vitest";
import { ruleAnchor, ruleHref } from "./rule-href";

const at = { policyNumber: 7, agentId: "agt_1", tool: "mail.send" };

test.each([
  ["guardrail", "no-secrets", "/tiers?version=7#rule-no-secrets"],
  ["tier", "T3.financial.1", "/tiers?version=7#rule-T3.financial"],
  ["tier", "T3.tools.mail.send.0", "/tiers?version=7#rule-T3.tools.mail.send"],
  ["mandate", "mandate.recipients", "/agents/agt_1/mandate"],
  ["budget", "mandate.budgets.0", "/agents/agt_1/mandate"],
  ["registry", "registry", "/agents/agt_1"],
  ["catalogue", "mail.send", "/tools/mail.send"],
  ["default", "default", "/tiers?version=7"],
  ["something new", "x", undefined],
])("a rule of the layer %s is read where it was: %s", (layer, ruleId, href) => {
  expect(ruleHref({ layer, ruleId }, at)).toBe(href);
});

test("what is not known leads nowhere, and an unknown version to the policy in force", () => {
  expect(ruleHref({ layer: "mandate", ruleId: "mandate.tools" }, { ...at, agentId: null })).toBeUndefined();
  expect(ruleHref({ layer: "guardrail", ruleId: "a" }, { ...at, policyNumber: null })).toBe(
    `/tiers#${ruleAnchor("a")}`,
  );
});
