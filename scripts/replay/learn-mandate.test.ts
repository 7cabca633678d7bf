import { expect, test } from "vitest";
import type { Catalogue } from "./catalogues";
import { learnMandate } from "./learn-mandate";
import type { RecordedCall } from "./recorded-calls";

const tools: Catalogue["tools"] = {
  pay: {
    description: "",
    effect: "financial",
    reversible: false,
    currency: "EUR",
    argumentRoles: { amount: "/amount", recipient: "/to" },
  },
  look: { description: "", effect: "read", reversible: true, argumentRoles: { url: "/url" } },
};

function call(kind: RecordedCall["kind"], task: string, tool: string, args: RecordedCall["arguments"]): RecordedCall {
  return { source: "set", suite: "s", kind, session: task, task, seq: 0, tool, arguments: args, goal: undefined };
}

test("a mandate names what regular calls used: tools, recipients, hosts, and the largest amount", () => {
  const mandate = learnMandate(
    [
      call("user", "1", "pay", { to: "Ann@example.com", amount: 20 }),
      call("user", "2", "pay", { to: "DE89", amount: "150.50" }),
      call("user", "3", "look", { url: "www.example.com/a/b" }),
    ],
    tools,
  );
  expect(mandate).toEqual({
    tools: ["look", "pay"],
    recipients: ["DE89", "ann@example.com"],
    hosts: [{ method: "*", host: "www.example.com", path: "/**" }],
    limits: [{ tool: "pay", upTo: "150.50", currency: "EUR", otherwise: "approval" }],
  });
});

test("an attacker's calls never teach a mandate, not even one with the number of a user's task", () => {
  const mandate = learnMandate(
    [
      call("user", "1", "pay", { to: "DE89", amount: 20 }),
      call("injection", "1", "pay", { to: "US13", amount: 9000 }),
      call("injection", "2", "look", { url: "www.attacker.example" }),
    ],
    tools,
  );
  expect(mandate).toEqual(learnMandate([call("user", "1", "pay", { to: "DE89", amount: 20 })], tools));
});

test("a task that is left out teaches nothing", () => {
  const all = [
    call("user", "1", "pay", { to: "DE89", amount: 20 }),
    call("user", "2", "pay", { to: "FR76", amount: 5 }),
  ];
  expect(learnMandate(all, tools, "1").recipients).toEqual(["FR76"]);
});

test("a recipient that was seen is only itself, even with a star in it", () => {
  expect(learnMandate([call("user", "1", "pay", { to: "team*", amount: 1 })], tools).recipients).toEqual(["team\\*"]);
});
