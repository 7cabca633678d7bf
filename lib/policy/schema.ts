import { z } from "zod";
import { toolNamePattern } from "./tool-name";

/**
 * The shapes of policy: catalogue, tiers, guardrails, conditions and mandates.
 * Stored. Changing this needs a version bump.
 *
 * Unknown keys are errors everywhere. What a shape cannot express (contradictory bands, unknown attributes, a schema
 * keyword that is not enforced) is refused by `validatePolicySet`, which answers with sentences.
 */

/** What a tool does to the world, mildest first. */
export const effectClasses = ["read", "write", "external", "financial", "destructive", "code", "admin"] as const;
export const effectClass = z.enum(effectClasses);
export type EffectClass = z.infer<typeof effectClass>;

/** Autonomy tiers, least first; the order is the rank. */
export const tierKeys = ["T0", "T1", "T2", "T3", "T4"] as const;
export const tierKey = z.enum(tierKeys);
export type TierKey = z.infer<typeof tierKey>;

export const environments = ["production", "staging", "test"] as const;
export const riskClasses = ["minimal", "limited", "high"] as const;
export const agentStatuses = ["draft", "active", "suspended", "retired"] as const;
export const environment = z.enum(environments);
export const riskClass = z.enum(riskClasses);
export const agentStatus = z.enum(agentStatuses);

export const toolName = z
  .string()
  .regex(toolNamePattern, "a tool name is 1 to 128 of a-z, 0-9, `.`, `_`, `/`, `-` and starts with a letter or digit");

/** A non-negative decimal, at most 18 integer and 4 fraction digits, no sign, exponent or separator. */
export const moneyString = z
  .string()
  .regex(/^(?:0|[1-9]\d{0,17})(?:\.\d{1,4})?$/, "an amount is a plain decimal such as `500.00`");
/** An ISO 4217 alphabetic code; whether it exists is checked against the table in `lib/money.ts`. */
export const currencyCode = z.string().regex(/^[A-Z]{3}$/, "a currency is three capital letters such as `EUR`");
/** RFC 6901, at least one reference token. */
export const jsonPointer = z
  .string()
  .max(512)
  .regex(/^(?:\/(?:[^/~]|~[01])*)+$/, "a JSON Pointer starts with `/`, such as `/amount`");

const slug = z
  .string()
  .regex(/^[a-z0-9][a-z0-9_-]{0,63}$/, "use 1 to 64 of a-z, 0-9, `_` and `-`, starting with a letter or digit");

export const ruleId = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]{0,127}$/, "a rule id is 1 to 128 of a-z, 0-9, `.`, `_` and `-`");

// ── Conditions ──────────────────────────────────────────────────────────────────────────────────────────────────

export const operators = [
  "eq",
  "neq",
  "in",
  "notIn",
  "lt",
  "lte",
  "gt",
  "gte",
  "between",
  "startsWith",
  "glob",
  "hostMatches",
  "cidrMatches",
  "matchesList",
  "exists",
  "withinHours",
] as const;
export const operator = z.enum(operators);
export type Operator = z.infer<typeof operator>;

export const weekdays = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;
export const weekday = z.enum(weekdays);
export type Weekday = z.infer<typeof weekday>;

const clockTime = z.string().regex(/^(?:[01]\d|2[0-3]):[0-5]\d$|^24:00$/, "a time of day is `HH:MM`");

/** A weekly window in an IANA time zone, closed–open; `to` at or before `from` runs into the next day. */
export const hoursWindow = z.strictObject({
  timeZone: z.string().min(1).max(64),
  days: z.array(weekday).min(1).max(7),
  from: clockTime,
  to: clockTime,
});
export type HoursWindow = z.infer<typeof hoursWindow>;

const scalar = z.union([z.string().max(4096), z.number(), z.boolean()]);
/** An amount with its currency, the only thing `action.amount` is ever compared with. */
export const money = z.strictObject({ amount: moneyString, currency: currencyCode });
export type Money = z.infer<typeof money>;

/** What a comparison may be made with; which operator takes which is checked by `validatePolicySet`. */
export const conditionValue = z.union([
  scalar,
  z.array(scalar).max(10_000),
  money,
  z.array(money).length(2),
  hoursWindow,
  z.array(hoursWindow).min(1).max(32),
]);
export type ConditionValue = z.infer<typeof conditionValue>;

export const comparison = z.strictObject({
  attribute: z.string().min(1).max(600),
  operator,
  value: conditionValue.optional(),
});
export type Comparison = z.infer<typeof comparison>;

export type Condition = Comparison | { all: Condition[] } | { any: Condition[] } | { not: Condition };

/** A tree of comparisons; `all` of nothing is true and `any` of nothing is false, so both are refused when empty. */
export const condition: z.ZodType<Condition> = z.lazy(() =>
  z.union([
    comparison,
    z.strictObject({ all: z.array(condition).min(1).max(256) }),
    z.strictObject({ any: z.array(condition).min(1).max(256) }),
    z.strictObject({ not: condition }),
  ]),
);

// ── Tiers ───────────────────────────────────────────────────────────────────────────────────────────────────────

/**
 * Who must agree. `quorum` counts different people of the groups named, each group represented among them; no group
 * means any approver. `expiresIn` and `sla` are seconds. Nobody approves for themselves.
 */
export const approvalSpec = z.strictObject({
  quorum: z.int().min(1).max(10),
  groups: z.array(slug).max(10).default([]),
  expiresIn: z.int().min(60).max(2_592_000),
  sla: z.int().min(60).max(2_592_000).optional(),
  stepUp: z.boolean().default(false),
  selfApproval: z.literal(false).default(false),
});
export type ApprovalSpec = z.infer<typeof approvalSpec>;

export const bandThen = z.union([z.literal("allow"), z.literal("deny"), z.strictObject({ approval: approvalSpec })]);
export type BandThen = z.infer<typeof bandThen>;

/** One step of a tier: the first band that fits decides. `upTo` is inclusive and needs `currency`. */
export const band = z.strictObject({
  upTo: moneyString.optional(),
  currency: currencyCode.optional(),
  when: condition.optional(),
  then: bandThen,
});
export type Band = z.infer<typeof band>;

export const tier = z.strictObject({
  key: tierKey,
  name: z.string().min(1).max(80),
  description: z.string().max(1000),
  effects: z.record(effectClass, z.array(band).max(64)),
  /** Bands that replace those of the effect class for one tool. */
  tools: z.record(toolName, z.array(band).max(64)).optional(),
});
export type Tier = z.infer<typeof tier>;

// ── Guardrails ──────────────────────────────────────────────────────────────────────────────────────────────────

/** A rule of the organization that no tier relaxes. It only ever asks or denies. */
export const guardrail = z.strictObject({
  id: ruleId,
  name: z.string().min(1).max(120),
  description: z.string().max(1000).optional(),
  when: condition,
  effect: z.union([z.literal("deny"), z.strictObject({ approval: approvalSpec })]),
  mode: z.enum(["enforce", "shadow"]).default("enforce"),
  /** What a business owner reads when the rule fires. */
  message: z.string().min(1).max(500),
});
export type Guardrail = z.infer<typeof guardrail>;

// ── Catalogue ───────────────────────────────────────────────────────────────────────────────────────────────────

const pointers = z.union([jsonPointer, z.array(jsonPointer).min(1).max(16)]);

/** Which arguments mean what. Where several carry the same meaning (to, cc, bcc) name them all. */
export const argumentRoles = z.strictObject({
  amount: jsonPointer.optional(),
  currency: jsonPointer.optional(),
  recipient: pointers.optional(),
  url: pointers.optional(),
  method: jsonPointer.optional(),
  region: jsonPointer.optional(),
  dataClass: pointers.optional(),
  /** Free text that leaves with the call; it is searched for links and for the words of lists. */
  content: pointers.optional(),
});
export type ArgumentRoles = z.infer<typeof argumentRoles>;

/** A JSON Schema, limited to the keywords that `compileArgumentSchema` enforces. */
export const argumentSchema = z.record(z.string(), z.json());
export type ArgumentSchema = z.infer<typeof argumentSchema>;

/** `changed`: its source gives another definition than the one that was sanctioned, so every call asks until a person confirms it. */
export const toolStatuses = ["sanctioned", "changed", "blocked"] as const;

export const tool = z.strictObject({
  name: toolName,
  description: z.string().max(4000).default(""),
  /** Where it comes from: `manual`, `mcp:<server>`, `openapi:<title>` … */
  source: z.string().max(200).default("manual"),
  effect: effectClass,
  reversible: z.boolean(),
  status: z.enum(toolStatuses).default("sanctioned"),
  argumentSchema: argumentSchema.optional(),
  argumentRoles: argumentRoles.optional(),
  /** The currency of its amounts where the arguments name none. */
  currency: currencyCode.optional(),
  /** `sha256:<hex>` of the definition that was sanctioned; a caller that reports another one is held. */
  fingerprint: z.string().max(200).optional(),
});
export type Tool = z.infer<typeof tool>;

// ── Policy set ──────────────────────────────────────────────────────────────────────────────────────────────────

/** How the values of a named list are compared: as written, as globs, as host patterns, as networks, as words in a text. */
export const listKinds = ["exact", "glob", "host", "cidr", "words"] as const;
export const namedList = z.strictObject({
  kind: z.enum(listKinds),
  values: z.array(z.string().min(1).max(500)).max(100_000),
});
export type NamedList = z.infer<typeof namedList>;

/** Exchange rates by day: one unit of `base` is `rates[X]` units of X. Older than `maxAgeDays` is unknown. */
export const rateTable = z.strictObject({
  base: currencyCode,
  maxAgeDays: z.int().min(1).max(366),
  source: z.string().max(200).optional(),
  tables: z
    .array(
      z.strictObject({
        date: z.iso.date(),
        rates: z.record(
          currencyCode,
          z.string().regex(/^(?:0|[1-9]\d{0,11})(?:\.\d{1,12})?$/, "a rate is a plain decimal"),
        ),
      }),
    )
    .max(400),
});
export type RateTable = z.infer<typeof rateTable>;

export const policySet = z.strictObject({
  version: z.literal(1),
  tiers: z.array(tier).max(tierKeys.length),
  guardrails: z.array(guardrail).max(200_000),
  tools: z.array(tool).max(100_000),
  /** Asked for whenever a layer must ask and has no rule of its own: unknown recipient, unknown currency, changed tool. */
  escalation: approvalSpec,
  rates: rateTable.optional(),
  lists: z.record(slug, namedList).optional(),
});
export type PolicySet = z.infer<typeof policySet>;

// ── Mandate ─────────────────────────────────────────────────────────────────────────────────────────────────────

export const httpMethods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "*"] as const;

/** `host` is exact or `*.parent` (any depth, not the parent itself) or `*`, with an optional `:port`; in `path`, `*` is one segment and a final `**` the rest. */
export const hostRule = z.strictObject({
  method: z.enum(httpMethods).default("*"),
  host: z.string().min(1).max(260),
  path: z.string().min(1).max(1024).default("/**"),
});
export type HostRule = z.infer<typeof hostRule>;

export const budgetWindows = ["hour", "day", "week", "month"] as const;
export const budgetWindow = z.enum(budgetWindows);
export type BudgetWindow = z.infer<typeof budgetWindow>;

export const budgetScopes = ["agent", "owner", "counterparty"] as const;

/** A sum (`amount` with `currency`) or a number of calls (`count`), or both, within a rolling window. */
export const budget = z
  .strictObject({
    window: budgetWindow,
    amount: moneyString.optional(),
    currency: currencyCode.optional(),
    count: z.int().min(0).max(1_000_000_000).optional(),
    scope: z.enum(budgetScopes).default("agent"),
    /** Only these tools are charged; without it, every call that has a side effect. */
    tools: z.array(toolName).min(1).max(1000).optional(),
  })
  .refine((value) => value.amount !== undefined || value.count !== undefined, "a budget needs an `amount` or a `count`")
  .refine((value) => value.amount === undefined || value.currency !== undefined, {
    path: ["currency"],
    message: "a budget with an `amount` needs a `currency`",
  });
export type Budget = z.infer<typeof budget>;

/** Narrows one tool for one agent: outside the condition or above the amount a person is asked, or it is refused. */
export const mandateLimit = z.strictObject({
  tool: toolName,
  when: condition.optional(),
  upTo: moneyString.optional(),
  currency: currencyCode.optional(),
  otherwise: z.enum(["approval", "deny"]).default("approval"),
});
export type MandateLimit = z.infer<typeof mandateLimit>;

/** What one agent is for. It narrows a tier and never widens it; an absent list leaves the matter to the tier. */
export const mandate = z.strictObject({
  tools: z.array(toolName).max(5000),
  hosts: z.array(hostRule).max(5000).optional(),
  /** Exact values, or globs such as `*@acme.example`. */
  recipients: z.array(z.string().min(1).max(500)).max(100_000).optional(),
  regions: z.array(z.string().min(1).max(64)).max(500).optional(),
  dataClasses: z.array(z.string().min(1).max(64)).max(500).optional(),
  hours: z.array(hoursWindow).max(32).optional(),
  budgets: z.array(budget).max(64).optional(),
  purposes: z.array(z.string().min(1).max(200)).max(500).optional(),
  limits: z.array(mandateLimit).max(1000).optional(),
});
export type Mandate = z.infer<typeof mandate>;
