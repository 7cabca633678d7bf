import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { slotsCounted, windowLengths } from "./budget-windows";
import { budgetWindows } from "./schema";
import { codes, engine, mandate, policy, principal, tool } from "./testdata/build";

const pay = tool({
  name: "pay",
  effect: "financial",
  argumentRoles: { amount: "/amount", recipient: "/to" },
  currency: "EUR",
});
const note = tool({ name: "note", effect: "write" });
const look = tool({ name: "look", effect: "read" });
const set = policy({
  tools: [pay, note, look],
  rates: { base: "EUR", maxAgeDays: 7, tables: [{ date: "2026-11-19", rates: { USD: "2" } }] },
});
const day = { window: "day", amount: "5000.00", currency: "EUR" };
const asking = (budgets: object[], who = principal()) =>
  engine(set, who, mandate({ tools: ["pay", "note", "look"], recipients: ["DE89", "FR76"], budgets })).ask;
const payment = (amount: string, to: string | string[] = "DE89") => ({ tool: "pay", arguments: { amount, to } });

test("an allow says what to reserve", () => {
  const answer = asking([{ ...day, count: 10 }])(payment("400.00"));
  expect(answer.outcome).toBe("allow");
  expect(answer.budgets).toEqual([
    {
      key: "agent:agt_1:EUR:*",
      counterparty: null,
      ruleId: "mandate.budgets.0",
      scope: "agent",
      window: "day",
      windowSeconds: 86_400,
      slotSeconds: 3_600,
      count: 1,
      countLimit: 10,
      amountMinor: 40_000n,
      amountLimitMinor: 500_000n,
      currency: "EUR",
    },
  ]);
});

test("what is denied reserves nothing, and what is asked says what its redemption will", () => {
  expect(asking([day])(payment("60000.00")).budgets).toEqual([]);
  expect(asking([day])(payment("700.00")).budgets).toHaveLength(1);
});

test("reading costs nothing unless a budget names the tool", () => {
  expect(asking([{ window: "hour", count: 5 }])({ tool: "look" }).budgets).toEqual([]);
  expect(asking([{ window: "hour", count: 5, tools: ["look"] }])({ tool: "look" }).budgets).toHaveLength(1);
  expect(asking([{ window: "hour", count: 5, tools: ["look"] }])({ tool: "note" }).budgets).toEqual([]);
});

test("a call without money counts in a budget of calls and adds nothing to a sum", () => {
  const [charge] = asking([{ ...day, count: 3 }])({ tool: "note" }).budgets;
  expect([charge?.count, charge?.amountMinor]).toEqual([1, 0n]);
});

test("the scopes have counters of their own", () => {
  const budgets = [day, { ...day, scope: "owner" }, { ...day, scope: "counterparty" }];
  const charges = asking(budgets)(payment("1.00", ["DE89", "FR76"])).budgets;
  expect(charges.map(({ key, counterparty }) => [key, counterparty])).toEqual([
    ["agent:agt_1:EUR:*", null],
    ["owner:per_1:EUR:*", null],
    ["counterparty:agt_1:EUR:*", "DE89"],
    ["counterparty:agt_1:EUR:*", "FR76"],
  ]);
});

test("T19 a counterparty named twice in one call is charged once, and a call to nobody is counted all the same", () => {
  const ask = asking([{ ...day, scope: "counterparty" }]);
  expect(ask(payment("1.00", ["DE89", "DE89"])).budgets.map(({ counterparty }) => counterparty)).toEqual(["DE89"]);
  expect(ask({ tool: "note" }).budgets.map(({ counterparty }) => counterparty)).toEqual([""]);
});

test("two budgets of one counter are one, with the lower limits", () => {
  const charges = asking([
    { ...day, count: 5 },
    { ...day, amount: "1000.00" },
    { window: "day", amount: "2000.00", currency: "EUR", count: 3 },
  ])(payment("1.00")).budgets;
  expect(charges.map(({ amountLimitMinor, countLimit }) => [amountLimitMinor, countLimit])).toEqual([[100_000n, 3]]);
});

test("the name of a counter does not depend on its limit, and depends on its tools in any order", () => {
  const keyOf = (budget: object) => asking([budget])(payment("1.00")).budgets[0]?.key;
  expect(keyOf(day)).toBe(keyOf({ ...day, amount: "1.00" }));
  expect(keyOf({ ...day, tools: ["pay", "note"] })).toBe(keyOf({ ...day, tools: ["note", "pay", "pay"] }));
  expect(keyOf({ ...day, tools: ["pay"] })).not.toBe(keyOf(day));
  const many = Array.from({ length: 200 }, (_, index) => `tool.number-${index}`);
  expect(keyOf({ ...day, tools: ["pay", ...many] })?.length).toBeLessThan(80);
});

test("T18 an amount in another currency is charged by the dated rate, rounded up", () => {
  const [charge] = asking([{ window: "day", amount: "100.00", currency: "USD" }])(payment("10.01")).budgets;
  expect([charge?.amountMinor, charge?.currency]).toEqual([2_002n, "USD"]);
});

test("an answer that used a rate holds as long as the rate", () => {
  expect(asking([{ window: "day", amount: "100.00", currency: "USD" }])(payment("1.00")).notAfter).toBe(
    Date.UTC(2026, 10, 26),
  );
  expect(asking([day])(payment("1.00")).notAfter).toBeUndefined();
});

test("a payment without an amount asks before it is charged", () => {
  const answer = asking([day])({ tool: "pay", arguments: { to: "DE89" } });
  expect(codes(answer)).toContain("budget.amount_unknown");
  expect(answer.outcome).not.toBe("allow");
});

test("T19 what the database refused is denied, with what is left", () => {
  const ask = asking([{ ...day, count: 10 }]);
  const refusal = { key: "agent:agt_1:EUR:*", window: "day" as const, spentMinor: 480_000n, used: 9 };
  const answer = ask(payment("400.00"), { exhausted: [refusal] });
  expect([answer.outcome, codes(answer)[0]]).toEqual(["deny", "budget.exhausted"]);
  expect(answer.reasons[0]?.message).toBe(
    "400.00 EUR does not fit the budget of 5000.00 EUR and 10 calls in a day for this agent: 200.00 EUR and 1 call left",
  );
  expect(answer.budgets).toEqual([]);
  expect(ask(payment("400.00"), { exhausted: [{ ...refusal, window: "week" }] }).outcome).toBe("allow");
});

test("T19 amounts just under what the agent may spend alone are counted, for the agent and for each recipient", () => {
  const ask = asking([]);
  const near = (amount: string) => ask(payment(amount)).budgets.map(({ key, counterparty }) => [key, counterparty]);
  const counted = [
    ["near:agt_1:EUR:50000", null],
    ["near:agt_1:EUR:50000", "DE89"],
  ];
  expect([near("450.00"), near("450.01"), near("500.00"), near("500.01")]).toEqual([[], counted, counted, []]);
  expect(
    ask(payment("500.00")).budgets.map(({ window, countLimit, amountLimitMinor }) => [
      window,
      countLimit,
      amountLimitMinor,
    ]),
  ).toEqual([
    ["day", 4, null],
    ["day", 4, null],
  ]);
});

test("T19 one more amount just under the threshold than is ordinary is said and not refused", () => {
  const refusal = { key: "near:agt_1:EUR:50000", window: "day" as const, counterparty: "DE89", used: 4 };
  const answer = asking([])(payment("495.00"), { exhausted: [refusal] });
  expect([answer.outcome, codes(answer)]).toEqual(["allow", expect.arrayContaining(["budget.near_threshold"])]);
  expect(answer.reasons.find(({ code }) => code === "budget.near_threshold")?.message).toBe(
    "495.00 EUR is just under the 500.00 EUR that T3 lets this agent spend alone, and so were at least 4 other amounts of this agent to one recipient within a day",
  );
  // What was already found is not charged again, so that recording the call does not fail for it once more.
  expect(answer.budgets.map(({ counterparty }) => counterparty)).toEqual([null]);
});

test("T19 a refusal for one counterparty is not one for another", () => {
  const ask = asking([{ ...day, scope: "counterparty" }]);
  const refusal = { key: "counterparty:agt_1:EUR:*", window: "day" as const, counterparty: "DE89" };
  expect(ask(payment("1.00", "DE89"), { exhausted: [refusal] }).outcome).toBe("deny");
  expect(ask(payment("1.00", "FR76"), { exhausted: [refusal] }).outcome).toBe("allow");
});

test("windows and slots are those the database counts by", () => {
  const sql = readFileSync(
    new URL("../../prisma/migrations/20261122000100_audit/migration.sql", import.meta.url),
    "utf8",
  );
  const figures = (name: string) => {
    const body = new RegExp(`FUNCTION audit\\.${name}[^]*?CASE p_window ([^]*?) END`).exec(sql)?.[1] ?? "";
    return Object.fromEntries(
      [...body.matchAll(/WHEN '(\w+)' THEN (\d+)/g)].map(([, window, figure]) => [window, Number(figure)]),
    );
  };
  expect(figures("slot_seconds")).toEqual(
    Object.fromEntries(budgetWindows.map((window) => [window, windowLengths[window].slotSeconds])),
  );
  expect(figures("slot_count")).toEqual(
    Object.fromEntries(budgetWindows.map((window) => [window, slotsCounted(window)])),
  );
});
