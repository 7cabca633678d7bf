import type { ApprovalSpec, Band, Condition, EffectClass, Guardrail, PolicySet, Tier } from "./schema";

/**
 * The policy Countersign comes with. It follows one idea: what an agent may do alone is what can be undone, or reaches
 * only whom and what its mandate names, within an amount; everything else is asked, and a person answers for it.
 */

const hour = 3600;
const day = 24 * hour;

function people(quorum: number, groups: string[], expiresIn: number, more: Partial<ApprovalSpec> = {}): ApprovalSpec {
  return { quorum, groups, expiresIn, sla: expiresIn / 4, stepUp: false, selfApproval: false, ...more };
}

const ask = (spec: ApprovalSpec): Band => ({ then: { approval: spec } });
const allow: Band = { then: "allow" };
const deny: Band = { then: "deny" };

const anyone = people(1, [], day);
const operations = people(1, ["operations"], day);
const finance = people(1, ["finance"], day);
const twoOfFinance = people(2, ["finance"], day);

const security = people(1, ["security"], 4 * hour);
const twoOfSecurity = people(2, ["security"], 4 * hour);
const securityAndOperations = people(2, ["operations", "security"], 4 * hour);

/** Everyone and every place the call reaches is named in the mandate. */
const targetKnown: Condition = { attribute: "mandate.targetKnown", operator: "eq", value: true };
/** Nobody and no place outside is named, or all of them are known. */
const staysInside: Condition = {
  any: [
    targetKnown,
    {
      all: [
        { not: { attribute: "action.recipients", operator: "exists" } },
        { not: { attribute: "action.host", operator: "exists" } },
      ],
    },
  ],
};

const effects: Record<Tier["key"], Record<EffectClass, Band[]>> = {
  T0: {
    read: [allow],
    write: [deny],
    external: [deny],
    financial: [deny],
    destructive: [deny],
    code: [deny],
    admin: [deny],
  },
  T1: {
    read: [allow],
    write: [ask(operations)],
    external: [deny],
    financial: [deny],
    destructive: [deny],
    code: [deny],
    admin: [deny],
  },
  T2: {
    read: [allow],
    write: [ask(anyone)],
    external: [ask(anyone)],
    financial: [
      { upTo: "10000.00", currency: "EUR", then: { approval: finance } },
      { upTo: "50000.00", currency: "EUR", then: { approval: twoOfFinance } },
      deny,
    ],
    destructive: [ask(operations)],
    code: [ask(security)],
    admin: [ask(security)],
  },
  T3: {
    read: [allow],
    write: [{ when: staysInside, then: "allow" }, ask(operations)],
    external: [{ when: targetKnown, then: "allow" }, ask(operations)],
    financial: [
      { upTo: "500.00", currency: "EUR", when: targetKnown, then: "allow" },
      { upTo: "10000.00", currency: "EUR", then: { approval: finance } },
      { upTo: "50000.00", currency: "EUR", then: { approval: twoOfFinance } },
      deny,
    ],
    destructive: [ask(operations)],
    code: [ask(security)],
    admin: [ask(security)],
  },
  T4: {
    read: [allow],
    write: [{ when: staysInside, then: "allow" }, ask(operations)],
    external: [{ when: targetKnown, then: "allow" }, ask(operations)],
    financial: [
      { upTo: "5000.00", currency: "EUR", when: targetKnown, then: "allow" },
      { upTo: "10000.00", currency: "EUR", then: { approval: finance } },
      { upTo: "100000.00", currency: "EUR", then: { approval: twoOfFinance } },
      deny,
    ],
    destructive: [ask(operations)],
    code: [ask(twoOfSecurity)],
    admin: [ask(twoOfSecurity)],
  },
};

const tiers: Tier[] = [
  { key: "T0", name: "Observe", description: "Reads, and changes nothing.", effects: effects.T0 },
  {
    key: "T1",
    name: "Draft",
    description: "Reads alone; every change to a record is approved; nothing leaves the house.",
    effects: effects.T1,
  },
  {
    key: "T2",
    name: "Act with approval",
    description: "Reads alone; everything with an effect is approved first.",
    effects: effects.T2,
  },
  {
    key: "T3",
    name: "Act within limits",
    description:
      "Acts alone where it can be undone, reaches only whom the mandate names, and stays within the amount. The rest is approved.",
    effects: effects.T3,
  },
  {
    key: "T4",
    name: "Autonomous",
    description:
      "As T3 with a higher amount, and also where it cannot be undone. Deleting, running code and changing access are still approved.",
    effects: effects.T4,
  },
];

const sideEffect: Condition = { attribute: "action.effect", operator: "neq", value: "read" };
const sendsText: Condition = { attribute: "action.content", operator: "exists" };

const guardrails: Guardrail[] = [
  {
    id: "destructive-in-production",
    name: "Deleting in production asks two people",
    description: "An agent in production deletes nothing on the word of one person, whatever its tier.",
    when: {
      all: [
        { attribute: "action.effect", operator: "eq", value: "destructive" },
        { attribute: "principal.environment", operator: "eq", value: "production" },
      ],
    },
    effect: { approval: people(2, ["operations"], 4 * hour) },
    mode: "enforce",
    message: "deleting in production takes two people",
  },
  {
    id: "access-and-code-in-production",
    name: "Running code and changing access in production asks Security and Operations",
    when: {
      all: [
        { attribute: "action.effect", operator: "in", value: ["code", "admin"] },
        { attribute: "principal.environment", operator: "eq", value: "production" },
      ],
    },
    effect: { approval: securityAndOperations },
    mode: "enforce",
    message: "running code or changing access in production takes Security and Operations",
  },
  {
    id: "credential-change",
    name: "Changing a credential always asks",
    description:
      "Passwords, keys and tokens are how an account is taken over, so no tool that touches them runs alone.",
    when: { all: [sideEffect, { attribute: "action.tool", operator: "matchesList", value: "credential-tools" }] },
    effect: { approval: twoOfSecurity },
    mode: "enforce",
    message: "changing a password, key or token is always approved",
  },
  {
    id: "secrets-leave",
    name: "Text with secrets or identity data asks before it is sent",
    description: "A known recipient is no reason to send a passport number or a password.",
    when: {
      all: [sideEffect, sendsText, { attribute: "action.content", operator: "matchesList", value: "sensitive-words" }],
    },
    effect: { approval: people(1, ["security"], day) },
    mode: "enforce",
    message: "the text mentions a secret or identity data",
  },
  {
    id: "unknown-links",
    name: "Text with a link to an unknown host asks before it is sent",
    description:
      "A link in a message from a trusted sender is how people are led astray. Hosts in the mandate are known.",
    when: { all: [sideEffect, sendsText, { attribute: "mandate.linksKnown", operator: "eq", value: false }] },
    effect: { approval: people(1, ["operations"], day) },
    mode: "enforce",
    message: "the text links to a host this agent's mandate does not name",
  },
  {
    id: "money-of-high-risk-agents",
    name: "High-risk agents move money with approval only",
    when: {
      all: [
        { attribute: "action.effect", operator: "eq", value: "financial" },
        { attribute: "principal.riskClass", operator: "eq", value: "high" },
      ],
    },
    effect: { approval: finance },
    mode: "enforce",
    message: "this agent is in the high risk class, so every payment it makes is approved",
  },
];

const lists: NonNullable<PolicySet["lists"]> = {
  "credential-tools": {
    kind: "glob",
    values: [
      "*password*",
      "*passwd*",
      "*credential*",
      "*secret*",
      "*api_key*",
      "*api-key*",
      "*apikey*",
      "*access_key*",
      "*token*",
      "*mfa*",
      "*2fa*",
    ],
  },
  "sensitive-words": {
    kind: "words",
    values: [
      "password",
      "passphrase",
      "passport",
      "credit card",
      "card number",
      "bank account number",
      "social security",
      "national insurance",
      "id number",
      "security code",
      "verification code",
      "one time code",
      "api key",
      "access key",
      "secret key",
      "private key",
      "access token",
      "confidential",
    ],
  },
};

/**
 * The default policy set, a fresh copy each time: tiers T0 to T4 with limits in EUR, guardrails, and no tools.
 * Groups it names: `finance`, `operations`, `security`.
 */
export function defaultPolicySet(): PolicySet {
  return structuredClone({ version: 1 as const, tiers, guardrails, tools: [], escalation: operations, lists });
}
