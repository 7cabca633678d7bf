import { expect, test } from "vitest";
import { defaultPolicySet } from "./defaults";
import { type Band, type Guardrail, policySet } from "./schema";
import { mandate, policy, tool } from "./testdata/build";
import { validateMandate, validatePolicySet, validateTool } from "./validate";

const ask = { approval: { quorum: 1, groups: [], expiresIn: 600, stepUp: false, selfApproval: false as const } };
const said = (problems: { severity: string; path: string; message: string }[]) =>
  problems.map(({ severity, path, message }) => `${severity} ${path} ${message}`);

function bandsSay(bands: Band[], more: Record<string, unknown> = {}): string[] {
  const set = policy(more);
  const [first] = set.tiers;
  if (first) first.effects.financial = bands;
  return said(validatePolicySet(set)).filter((line) => line.includes("/tiers/0/effects/financial"));
}

test("the policy Countersign comes with has the right shape and no problem", () => {
  expect(policySet.parse(defaultPolicySet())).toEqual(defaultPolicySet());
  expect(validatePolicySet(defaultPolicySet())).toEqual([]);
  expect(defaultPolicySet()).not.toBe(defaultPolicySet());
});

test.each<[string, Band[], string]>([
  [
    "a threshold without a currency",
    [{ upTo: "5.00", then: "allow" }, { then: "deny" }],
    "error /tiers/0/effects/financial/0 the threshold 5.00 has no currency",
  ],
  ["a currency without a threshold", [{ currency: "EUR", then: "deny" }], "a currency without an amount says nothing"],
  [
    "an unknown currency",
    [{ upTo: "5.00", currency: "ZZZ", then: "allow" }, { then: "deny" }],
    "`ZZZ` is not a currency of ISO 4217",
  ],
  [
    "too many decimals for the currency",
    [{ upTo: "5.5", currency: "JPY", then: "allow" }, { then: "deny" }],
    "`5.5` is not an amount in JPY",
  ],
  ["a gap after the last band", [{ upTo: "5.00", currency: "EUR", then: "allow" }], "leave a gap"],
  [
    "a condition in the last band",
    [{ when: { attribute: "context.purpose", operator: "exists" }, then: "allow" }],
    "leave a gap",
  ],
  [
    "contradictory bands",
    [
      { upTo: "5.00", currency: "EUR", then: "allow" },
      { upTo: "5.00", currency: "EUR", then: "deny" },
      { then: "deny" },
    ],
    "contradicts band 1",
  ],
  [
    "a band behind one without an end",
    [{ then: "allow" }, { upTo: "5.00", currency: "EUR", then: "deny" }, { then: "deny" }],
    "never reached: band 1",
  ],
  [
    "a smaller band behind a larger one",
    [
      { upTo: "9.00", currency: "EUR", then: "deny" },
      { upTo: "5.00", currency: "EUR", then: "allow" },
      { then: "deny" },
    ],
    "never reached: band 1",
  ],
  [
    "larger amounts that pass more easily",
    [{ upTo: "5.00", currency: "EUR", then: ask }, { upTo: "9.00", currency: "EUR", then: "allow" }, { then: "deny" }],
    "larger amounts pass more easily",
  ],
  [
    "an unknown attribute",
    [{ when: { attribute: "principal.mood", operator: "eq", value: "x" }, then: "allow" }, { then: "deny" }],
    "there is no attribute `principal.mood`",
  ],
  [
    "two currencies without rates",
    [
      { upTo: "5.00", currency: "EUR", then: "allow" },
      { upTo: "5.00", currency: "USD", then: "allow" },
      { then: "deny" },
    ],
    "no exchange rates",
  ],
  ["no bands", [], "everything of this kind is denied"],
])("%s is said in a sentence", (_name, bands, sentence) => {
  expect(bandsSay(bands).join("\n")).toContain(sentence);
});

test("sound bands are passed without a word", () => {
  expect(
    bandsSay([
      {
        upTo: "5.00",
        currency: "EUR",
        when: { attribute: "mandate.targetKnown", operator: "eq", value: true },
        then: "allow",
      },
      { upTo: "9.00", currency: "EUR", then: ask },
      { then: "deny" },
    ]),
  ).toEqual([]);
});

const rule = (id: string, when: Guardrail["when"], more: Partial<Guardrail> = {}): Guardrail => ({
  id,
  name: id,
  when,
  effect: "deny",
  mode: "enforce",
  message: "no",
  ...more,
});
const isCode: Guardrail["when"] = { attribute: "action.effect", operator: "eq", value: "code" };
const inTest: Guardrail["when"] = { attribute: "principal.environment", operator: "eq", value: "test" };

test.each<[string, Guardrail[], string | null]>([
  [
    "two rules of one id",
    [rule("a", isCode), rule("a", inTest)],
    "error /guardrails/1/id there is another rule with the id `a`",
  ],
  [
    "a rule that can never fire",
    [rule("a", { all: [isCode, { attribute: "action.effect", operator: "eq", value: "read" }] })],
    "can never fire",
  ],
  [
    "a rule about an unknown tool",
    [rule("a", { attribute: "action.tool", operator: "eq", value: "gone" })],
    "`gone`, which is not in the catalogue",
  ],
  [
    "a rule hidden by the same condition",
    [rule("a", isCode), rule("b", isCode, { effect: ask })],
    "“b” changes nothing: wherever it fires, “a”",
  ],
  [
    "a rule hidden by a wider one",
    [rule("a", isCode), rule("b", { all: [isCode, inTest] })],
    "“b” changes nothing: wherever it fires, “a”",
  ],
  ["a rule said twice", [rule("a", isCode), rule("b", isCode)], "“b” changes nothing"],
  [
    "a stricter rule behind a wider, milder one",
    [rule("a", isCode, { effect: ask }), rule("b", { all: [isCode, inTest] })],
    null,
  ],
  ["a rule behind one in shadow", [rule("a", isCode, { mode: "shadow" }), rule("b", { all: [isCode, inTest] })], null],
  [
    "a rule that fires on what is missing",
    [rule("a", { attribute: "arguments/path", operator: "glob", value: "/etc/*" })],
    "also fires wherever /path is missing",
  ],
  [
    "a rule that asks for existence first",
    [
      rule("a", {
        all: [
          { attribute: "arguments/path", operator: "exists" },
          { attribute: "arguments/path", operator: "glob", value: "/etc/*" },
        ],
      }),
    ],
    null,
  ],
  [
    "a list that is not there",
    [rule("a", { attribute: "action.tool", operator: "matchesList", value: "gone" })],
    "error /guardrails/0/when there is no list `gone`",
  ],
  [
    "an amount without a currency",
    [rule("a", { attribute: "action.amount", operator: "gt", value: 500 })],
    "error /guardrails/0/when `gt` needs an amount with its currency",
  ],
])("of guardrails: %s", (_name, guardrails, sentence) => {
  const lines = said(validatePolicySet(policy({ guardrails })));
  if (sentence === null) expect(lines).toEqual([]);
  else expect(lines.join("\n")).toContain(sentence);
});

test("lists and rates are checked by what they are for", () => {
  const lines = said(
    validatePolicySet(
      policy({
        guardrails: [],
        lists: {
          h: { kind: "host", values: ["https://x/"] },
          c: { kind: "cidr", values: ["10.0.0.1/8"] },
          e: { kind: "exact", values: [] },
        },
      }),
    ),
  );
  expect(lines.join("\n")).toMatch(/error \/lists\/h.*error \/lists\/c.*warning \/lists\/e/s);
  const rates = said(
    validatePolicySet(
      policy({ rates: { base: "EUR", maxAgeDays: 1, tables: [{ date: "2026-11-20", rates: { USD: "0" } }] } }),
    ),
  );
  expect(rates.join("\n")).toContain("error /rates the rate of USD");
});

test("missing and doubled tiers are said", () => {
  const [t0] = defaultPolicySet().tiers;
  const lines = said(validatePolicySet(policy({ tiers: [t0, t0] }))).join("\n");
  expect(lines).toContain("the tier T0 is there twice");
  expect(lines).toContain("there is no tier T3");
});

test.each<[Parameters<typeof tool>[0], string | null]>([
  [{ name: "a", effect: "financial", argumentRoles: { amount: "/amount" } }, "in which currency"],
  [{ name: "a", effect: "financial" }, "takes its amount"],
  [{ name: "a", effect: "external" }, "whom or what"],
  [{ name: "a", effect: "read", currency: "ZZZ" }, "`ZZZ` is not a currency"],
  [{ name: "a", effect: "read", argumentSchema: { pattern: "x" } }, "`pattern`"],
  [
    {
      name: "a",
      effect: "external",
      argumentSchema: { properties: { x: {} }, additionalProperties: false },
      argumentRoles: { recipient: "/to" },
    },
    "no argument `to`",
  ],
  [{ name: "a", effect: "external", argumentRoles: { recipient: "/to" } }, null],
])("of tools: %j", (change, sentence) => {
  const lines = said(validateTool(tool(change)));
  if (sentence === null) expect(lines).toEqual([]);
  else expect(lines.join("\n")).toContain(sentence);
});

test("a mandate is checked against the catalogue and by its own sense", () => {
  const set = policy({
    tools: [tool({ name: "pay", effect: "financial", argumentRoles: { amount: "/a" }, currency: "EUR" })],
  });
  expect(
    validateMandate(
      mandate({ tools: ["pay"], recipients: ["*@acme.example"], hosts: [{ host: "*.acme.example" }] }),
      set,
    ),
  ).toEqual([]);
  const lines = said(
    validateMandate(
      mandate({
        tools: ["pay", "gone"],
        hosts: [{ host: "https://x" }, { host: "a.example", path: "v1" }],
        recipients: ["*", "a\\b"],
        hours: [{ timeZone: "Mars/Olympus", days: ["mon"], from: "09:00", to: "10:00" }],
        budgets: [
          { window: "day", amount: "1.001", currency: "EUR" },
          { window: "day", amount: "999999999999999999", currency: "EUR" },
        ],
        limits: [{ tool: "pay" }, { tool: "pay", upTo: "5.00" }],
      }),
      set,
    ),
  ).join("\n");
  for (const sentence of [
    "`gone` is not in the catalogue",
    "/hosts/0",
    "/hosts/1",
    "every recipient a known one",
    "/recipients/1",
    "/hours/0",
    "`1.001` is not an amount in EUR",
    "too large|this large",
    "needs a condition or an amount",
    "5.00 has no currency",
  ]) {
    expect(lines).toMatch(new RegExp(sentence));
  }
});
