import { expect, test } from "vitest";
import { defaultPolicySet } from "./defaults";
import { describeBands, describeCondition, describeTier } from "./describe";

const tierOf = (key: string) => {
  const tier = defaultPolicySet().tiers.find((one) => one.key === key);
  if (!tier) throw new Error(`no tier ${key}`);
  return tier;
};

test("each tier reads as one sentence of what it allows", () => {
  expect(describeTier(tierOf("T0"))).toMatch(/^Alone: read\. Never: change records, /);
  expect(describeTier(tierOf("T1"))).toContain("With approval: change records.");
  expect(describeTier(tierOf("T3"))).toContain("and move money up to 500.00 EUR. ");
  expect(describeTier(tierOf("T3"))).toMatch(/Nothing alone that cannot be undone\.$/);
  expect(describeTier(tierOf("T4"))).toMatch(/up to 5000\.00 EUR\..*Also where it cannot be undone\.$/);
});

test("bands read in the order in which they are tried, with their amount, condition and approvers", () => {
  const words = describeBands(tierOf("T3").effects.financial);
  expect(words[0]).toEqual({
    effect: "allow",
    upTo: { amount: "500.00", currency: "EUR" },
    when: "the mandate names everyone and every place the call reaches",
    who: "",
  });
  expect(words[1]).toEqual({
    effect: "approval",
    upTo: { amount: "10000.00", currency: "EUR" },
    when: "",
    who: "one person of Finance must approve",
  });
  expect(words.at(-1)).toEqual({ effect: "deny", upTo: null, when: "", who: "" });
});

test("bands that leave something over end with a refusal, and no bands are a refusal", () => {
  expect(describeBands([{ upTo: "1.00", currency: "EUR", then: "allow" }]).at(-1)?.effect).toBe("deny");
  expect(describeBands(undefined)).toEqual([{ effect: "deny", upTo: null, when: "", who: "" }]);
});

test("a plural is read as one", () => {
  expect(describeCondition({ not: { attribute: "action.recipients", operator: "exists" } })).toBe(
    "the recipients are not given",
  );
});

test("conditions read as clauses", () => {
  expect(
    describeCondition({
      all: [
        { attribute: "action.effect", operator: "in", value: ["write", "external"] },
        {
          any: [
            { attribute: "mandate.recipientKnown", operator: "eq", value: false },
            { not: { attribute: "action.host", operator: "exists" } },
          ],
        },
        { attribute: "action.amount", operator: "gt", value: { amount: "5.00", currency: "EUR" } },
      ],
    }),
  ).toBe(
    "what the tool does is one of “write” and “external” and (it is not so that the mandate names every recipient or the host it goes to is not given) and the amount is above 5.00 EUR",
  );
});
