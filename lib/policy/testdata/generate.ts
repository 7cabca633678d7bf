import fc from "fast-check";
import type { Json } from "@/lib/json";
import {
  type ApprovalSpec,
  type Band,
  type Condition,
  type EffectClass,
  effectClasses,
  type Guardrail,
  type HoursWindow,
  type Mandate,
  type PolicySet,
  type Tool,
  tierKeys,
} from "../schema";
import type { Principal } from "../types";
import { type Call, mandate, now, tool } from "./build";

/**
 * Whole policies and calls for property tests. Values come from small pools, so that rules and calls meet: amounts lie on
 * a threshold and one minor unit beside it, recipients are on a list or nearly, and every argument may be missing,
 * of another type or unreadable.
 */

const often = <T>(value: T, other: fc.Arbitrary<T>, weight = 4): fc.Arbitrary<T> =>
  fc.oneof({ weight, arbitrary: fc.constant(value) }, { weight: 1, arbitrary: other });
const rarely = <T>(value: fc.Arbitrary<T>) => often<T | undefined>(undefined, value, 9);
const maybe = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(value, { nil: undefined });

const addresses = ["ana@acme.example", "bo@acme.example", "eve@evil.example", "acc_1", "two words@x"] as const;
const urls = [
  "https://api.acme.example/v1/pay",
  "https://api.acme.example/admin",
  "https://files.acme.example/a",
  "https://evil.example/",
  "http://10.0.0.7/x",
  "not a url at all",
] as const;
const regions = ["eu", "us"] as const;
const purposes = ["support", "billing"] as const;
const classes = ["public", "personal"] as const;
const words = ["a", "ab", "b*", "500", "5.5", "secret", "x\\y", "née", 'q"q'] as const;
const hours: HoursWindow[] = [
  { timeZone: "UTC", days: ["fri"], from: "09:00", to: "17:00" },
  { timeZone: "Asia/Tokyo", days: ["mon", "tue"], from: "22:00", to: "06:00" },
];

const approval: fc.Arbitrary<ApprovalSpec> = fc.record({
  quorum: fc.integer({ min: 1, max: 3 }),
  groups: fc.subarray(["finance", "security", "legal"]),
  expiresIn: fc.constantFrom(600, 3600),
  stepUp: fc.boolean(),
  selfApproval: fc.constant(false as const),
});

const money = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.constantFrom("100.00", "500.00", "5000.00").map((amount) => ({ amount, currency: "EUR" })),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      { amount: "500.00", currency: "USD" },
      { amount: "50000", currency: "JPY" },
      { amount: "90071992547409.91", currency: "EUR" },
      { amount: "900000000000000000.00", currency: "EUR" },
    ),
  },
);

// ── Conditions ──────────────────────────────────────────────────────────────────────────────────────────────────

const comparing = (
  attributes: readonly string[],
  operators: readonly string[],
  value: fc.Arbitrary<unknown>,
): fc.Arbitrary<Condition> =>
  fc.record({
    attribute: fc.constantFrom(...attributes),
    operator: fc.constantFrom(...operators),
    value,
  }) as fc.Arbitrary<Condition>;

const listOf = <T>(values: readonly T[]) => fc.subarray([...values], { minLength: 1 });
const scalars = [...words, 1, 500, true] as const;

const comparison: fc.Arbitrary<Condition> = fc.oneof(
  comparing(["principal.tier"], ["eq", "neq"], fc.constantFrom(...tierKeys)),
  comparing(["principal.environment"], ["eq", "neq"], fc.constantFrom("production", "test")),
  comparing(["principal.region", "resource.region"], ["eq", "neq"], fc.constantFrom(...regions)),
  comparing(
    ["principal.version", "principal.ownerId", "principal.agentId"],
    ["startsWith", "glob"],
    fc.constantFrom("v*", "p*", "*1"),
  ),
  comparing(["action.effect"], ["in", "notIn"], listOf(effectClasses)),
  comparing(["action.tool"], ["eq", "startsWith", "glob"], fc.constantFrom("pay", "mail", "http", "p*")),
  comparing(["action.reversible"], ["eq", "neq"], fc.boolean()),
  comparing(["action.amount"], ["lt", "lte", "gt", "gte", "eq", "neq"], money),
  comparing(["action.amount"], ["between"], fc.tuple(money, money)),
  comparing(["action.currency"], ["eq", "neq", "in"], fc.constant("EUR")).map((one) =>
    "operator" in one && one.operator === "in" ? { ...one, value: ["EUR", "USD"] } : one,
  ),
  comparing(["action.recipients"], ["eq", "neq"], fc.constantFrom(...addresses)),
  comparing(["action.recipients"], ["in", "notIn"], listOf(addresses)),
  comparing(["action.recipients"], ["glob", "startsWith"], fc.constantFrom("*@acme.example", "a", "a*")),
  comparing(
    ["action.recipients", "arguments/to", "arguments/note"],
    ["matchesList"],
    fc.constantFrom("people", "domains"),
  ),
  comparing(["action.host"], ["hostMatches"], fc.constantFrom("*.acme.example", "api.acme.example", "*")),
  comparing(
    ["action.host", "action.path"],
    ["eq", "neq", "startsWith"],
    fc.constantFrom("api.acme.example", "/v1/pay", "/"),
  ),
  comparing(["action.host", "resource.host"], ["cidrMatches"], fc.constantFrom("10.0.0.0/8", "2001:db8::/32")),
  comparing(["action.method", "resource.method"], ["eq", "neq"], fc.constantFrom("GET", "POST")),
  comparing(
    ["action.region", "action.dataClasses", "resource.dataClasses"],
    ["in", "notIn"],
    listOf([...regions, ...classes]),
  ),
  comparing(["action.content"], ["matchesList"], fc.constantFrom("bad-words", "people")),
  comparing(
    ["action.content", "resource.id", "resource.type"],
    ["eq", "glob", "startsWith"],
    fc.constantFrom(...words.slice(0, 6), "*secret*"),
  ),
  comparing(["action.links"], ["hostMatches", "eq"], fc.constantFrom("evil.example")),
  comparing(
    ["mandate.recipientKnown", "mandate.hostKnown", "mandate.targetKnown", "mandate.linksKnown"],
    ["eq", "neq"],
    fc.boolean(),
  ),
  comparing(["time.now"], ["withinHours"], fc.constantFrom(hours[0], hours)),
  comparing(
    ["context.purpose", "context.mood", "arguments/note", "arguments/deep/x"],
    ["eq", "neq"],
    fc.constantFrom(...scalars),
  ),
  comparing(["context.mood", "arguments/note", "arguments/to"], ["in", "notIn"], listOf(scalars)),
  comparing(
    ["arguments/note", "arguments/amount", "context.mood"],
    ["lt", "lte", "gt", "gte"],
    fc.constantFrom(5, 500, 5.5),
  ),
  comparing(["arguments/note"], ["between"], fc.constant([5, 500])),
  comparing(["arguments/note", "arguments/to"], ["startsWith", "glob"], fc.constantFrom("a", "*", "b\\**", "a*")),
  comparing(
    [
      "arguments/note",
      "context.mood",
      "action.amount",
      "action.recipients",
      "action.content",
      "resource.id",
      "principal.region",
      "principal.tier",
      "action.host",
    ],
    ["exists"],
    fc.constantFrom(undefined, true, false),
  ),
);

export const condition: fc.Arbitrary<Condition> = fc.letrec<{ any: Condition }>((tie) => ({
  any: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    { weight: 4, arbitrary: comparison },
    { weight: 2, arbitrary: fc.array(tie("any"), { minLength: 1, maxLength: 3 }).map((all) => ({ all })) },
    { weight: 2, arbitrary: fc.array(tie("any"), { minLength: 1, maxLength: 3 }).map((any) => ({ any })) },
    { weight: 1, arbitrary: tie("any").map((not) => ({ not })) },
  ),
})).any;

// ── Policies ────────────────────────────────────────────────────────────────────────────────────────────────────

const then: fc.Arbitrary<Band["then"]> = fc.oneof(
  { weight: 4, arbitrary: fc.constant("allow" as const) },
  { weight: 1, arbitrary: fc.constant("deny" as const) },
  { weight: 3, arbitrary: approval.map((spec) => ({ approval: spec })) },
);
const band: fc.Arbitrary<Band> = fc
  .record({ limit: maybe(money), when: fc.option(condition, { nil: undefined, freq: 3 }), then })
  .map(({ limit, when, then: says }) => ({
    ...(limit && { upTo: limit.amount, currency: limit.currency }),
    ...(when && { when }),
    then: says,
  }));
/** Mostly with an end that says what holds for the rest, mostly not a plain denial of everything. */
const bands = fc.oneof(
  { weight: 1, arbitrary: fc.array(band, { maxLength: 4 }) },
  {
    weight: 4,
    arbitrary: fc.tuple(fc.array(band, { maxLength: 3 }), then).map(([list, last]) => [...list, { then: last }]),
  },
);

const guardrail = fc.record({
  when: condition,
  effect: fc.oneof(
    { weight: 1, arbitrary: fc.constant("deny" as const) },
    { weight: 3, arbitrary: approval.map((spec) => ({ approval: spec })) },
  ),
  mode: often("enforce" as const, fc.constant("shadow" as const), 6),
});

const catalogue: Tool[] = [
  tool({ name: "read", effect: "read", argumentRoles: { url: "/url" } }),
  tool({
    name: "pay",
    effect: "financial",
    reversible: false,
    currency: "EUR",
    fingerprint: "sha256:1",
    argumentRoles: { amount: "/amount", currency: "/currency", recipient: "/to" },
  }),
  tool({ name: "pay.plain", effect: "financial", argumentRoles: { amount: "/amount" } }),
  tool({
    name: "mail",
    effect: "external",
    reversible: false,
    source: "mcp:mail",
    argumentRoles: { recipient: ["/to", "/cc"], content: "/body" },
    argumentSchema: { type: "object", properties: { body: { type: "string" } } },
  }),
  tool({ name: "http", effect: "external", argumentRoles: { url: "/url", method: "/method", region: "/region" } }),
  tool({ name: "records", effect: "write", argumentRoles: { dataClass: "/class", content: "/body" } }),
  tool({ name: "drop", effect: "destructive", reversible: false }),
  tool({ name: "run", effect: "code" }),
  tool({ name: "grant", effect: "admin" }),
  tool({ name: "old", effect: "read", status: "blocked" }),
  tool({ name: "held", effect: "read", status: "changed" }),
];
const names = catalogue.map(({ name }) => name);

/** Rates of the day, or of a day too long ago. */
const rates = fc.constantFrom("2026-11-19", "2026-01-01").map((date) => ({
  base: "EUR",
  maxAgeDays: 7,
  tables: [{ date, rates: { USD: "1.085", JPY: "161.4" } }],
}));

export const anyPolicy: fc.Arbitrary<PolicySet> = fc
  .record({
    tier: fc.constantFrom(...tierKeys),
    effects: fc.record(
      Object.fromEntries(effectClasses.map((effect) => [effect, bands])) as Record<EffectClass, typeof bands>,
    ),
    own: fc.dictionary(fc.constantFrom("pay", "mail", "read"), bands, { maxKeys: 2 }),
    guardrails: fc.array(guardrail, { maxLength: 3, size: "-1" }),
    escalation: approval,
    rates: maybe(rates),
  })
  .map(({ tier, effects, own, guardrails, escalation, rates: table }) => ({
    version: 1 as const,
    tiers: [{ key: tier, name: String(tier), description: "", effects, tools: own }],
    guardrails: guardrails.map(
      (one, index): Guardrail => ({ ...one, id: `g${index}`, name: `g${index}`, message: "no" }),
    ),
    tools: catalogue,
    escalation,
    ...(table && { rates: table }),
    lists: {
      people: { kind: "exact" as const, values: ["ana@acme.example", "a", "secret"] },
      domains: { kind: "glob" as const, values: ["*@acme.example", "a*"] },
      "bad-words": { kind: "words" as const, values: ["secret"] },
    },
  }));

export const anyMandate: fc.Arbitrary<Mandate> = fc
  .record({
    tools: often(names, fc.subarray(names), 9),
    hosts: rarely(
      fc.constantFrom(
        [{ method: "*", host: "*.acme.example", path: "/**" }],
        [
          { method: "GET", host: "*", path: "/**" },
          { method: "POST", host: "api.acme.example", path: "/v1/*" },
        ],
      ),
    ),
    recipients: rarely(fc.subarray(["*@acme.example", "acc_1"])),
    regions: rarely(fc.subarray([...regions])),
    dataClasses: rarely(fc.subarray([...classes])),
    hours: rarely(often(hours.slice(0, 1), fc.constant<HoursWindow[]>([]))),
    purposes: rarely(fc.subarray([...purposes])),
    limits: rarely(
      fc.array(
        fc.record({
          tool: fc.constantFrom("pay", "mail", "http"),
          limit: maybe(money),
          when: maybe(condition),
          otherwise: fc.constantFrom("approval", "deny"),
        }),
        { maxLength: 2 },
      ),
    ),
    budgets: rarely(
      fc.array(
        fc.record({
          window: fc.constantFrom("hour", "month"),
          limit: maybe(money),
          count: fc.constantFrom(0, 5, 5, 5, 5),
          scope: fc.constantFrom("agent", "owner", "counterparty"),
          tools: maybe(listOf(["pay", "mail"])),
        }),
        { maxLength: 2 },
      ),
    ),
  })
  .map(({ limits, budgets, ...rest }) =>
    mandate({
      ...defined(rest),
      tools: rest.tools,
      ...(limits && {
        limits: limits.map(({ limit, ...one }) => defined({ ...one, upTo: limit?.amount, currency: limit?.currency })),
      }),
      ...(budgets && {
        budgets: budgets.map(({ limit, ...one }) =>
          defined({ ...one, amount: limit?.amount, currency: limit?.currency }),
        ),
      }),
    }),
  );

export const anyPrincipal = (tier: Principal["tier"]): fc.Arbitrary<Principal> =>
  fc.record({
    agentId: often("agt_1", fc.constant('agt "2"\n')),
    version: often<string | null>("v1", fc.constant(null), 60),
    tier: often<Principal["tier"]>(tier, fc.constantFrom(...tierKeys), 12),
    environment: fc.constantFrom("production", "test"),
    region: maybe(fc.constantFrom(...regions)),
    status: often<Principal["status"]>("active", fc.constantFrom("draft", "suspended", "retired"), 60),
    ownerId: often<string | null>("per_1", fc.constant(null), 12),
    riskClass: fc.constantFrom("limited", "high"),
    expiresAt: often<number | undefined>(undefined, fc.constantFrom(now - 1, now, now + 1), 40),
  });

// ── Calls ───────────────────────────────────────────────────────────────────────────────────────────────────────

const amount: fc.Arbitrary<Json> = fc.constantFrom(
  "0",
  "100.00",
  "100.01",
  "500",
  500,
  "500.01",
  "5000.00",
  "5000.01",
  "90071992547409.90",
  "90071992547409.91",
  "90071992547409.92",
  "999999999999999999.99",
  "-1",
  "1e3",
  null,
);
const currency: fc.Arbitrary<Json> = fc.constantFrom("EUR", "EUR", "EUR", "USD", "JPY", "XXX", null, 5);
const anything: fc.Arbitrary<Json> = fc.oneof(
  fc.constantFrom<Json>(
    ...words,
    5,
    5.5,
    500,
    501,
    true,
    false,
    null,
    { x: 1 },
    [],
    ["a", 1],
    ["a", "a"],
    ["a", "b*"],
    [5, "5.5"],
  ),
  fc.constantFrom<Json>(...words),
);
const whom: fc.Arbitrary<Json> = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom<Json>(...addresses) },
  { weight: 2, arbitrary: fc.subarray([...addresses]).map((list) => list as Json) },
  { weight: 1, arbitrary: fc.constantFrom<Json>("ana@acme.example, eve@evil.example", "<<", 7, null, [7]) },
);
const body: fc.Arbitrary<Json> = fc.constantFrom<Json>(
  "hello",
  "a secret",
  "see https://evil.example/x",
  "see api.acme.example.",
  9,
  null,
  ["a", "b"],
  "",
);

const argumentsOf: fc.Arbitrary<{ [key: string]: Json }> = fc.record(
  {
    amount,
    currency,
    to: whom,
    cc: whom,
    body,
    url: fc.oneof(fc.constantFrom<Json>(...urls), fc.constantFrom<Json>(null, 4, [urls[0], urls[3]])),
    method: fc.constantFrom<Json>("GET", "post", 3),
    region: fc.constantFrom<Json>(...regions, 1),
    class: fc.constantFrom<Json>(...classes, 1, ["public", "personal"]),
    note: anything,
    deep: fc.constantFrom<Json>({ x: "a" }, { x: 1 }, "a"),
  },
  { requiredKeys: [] },
);

export const anyCall: fc.Arbitrary<Call> = fc
  .record({
    tool: fc.oneof(
      { weight: 20, arbitrary: fc.constantFrom(...names.slice(0, -1)) },
      { weight: 3, arbitrary: fc.constantFrom("pay", "mail") },
      { weight: 1, arbitrary: fc.constantFrom("unknown", "old") },
    ),
    arguments: argumentsOf,
    context: fc.record(
      {
        purpose: fc.constantFrom(...purposes),
        mood: anything,
        region: fc.constantFrom(...regions),
        agentVersion: often("v1", fc.constant("v2"), 60),
      },
      { requiredKeys: [] },
    ),
    resource: maybe(
      fc.record(
        {
          type: fc.constantFrom("a", "ab"),
          id: fc.constantFrom(...words),
          host: fc.constantFrom("api.acme.example", "evil.example", "10.0.0.7", "bad host"),
          path: fc.constantFrom("/v1/pay", "/../x"),
          method: fc.constantFrom("GET", "POST"),
          region: fc.constantFrom(...regions),
          dataClasses: fc.subarray([...classes]),
        },
        { requiredKeys: [] },
      ),
    ),
    fingerprint: fc.option(fc.constantFrom("sha256:1", "sha256:1", "sha256:2"), { nil: undefined }),
  })
  .map((call) => defined(call) as Call);

function defined<T extends object>(record: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)) as never;
}
