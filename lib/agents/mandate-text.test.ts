import { expect, test } from "vitest";
import { withoutEmptyLists } from "./mandate-input";
import { budgetText, hostRuleText, parseHostRule } from "./mandate-text";

test.each([
  ["api.example.com", { method: "*", host: "api.example.com", path: "/**" }],
  ["get API.example.com/v1/**", { method: "GET", host: "api.example.com", path: "/v1/**" }],
  ["https://api.example.com/", { method: "*", host: "api.example.com", path: "/**" }],
  ["*.example.com:8443/files/*", { method: "*", host: "*.example.com:8443", path: "/files/*" }],
])("a host is read as it is written: %s", (text, rule) => {
  expect(parseHostRule(text)).toEqual(rule);
  expect(parseHostRule(hostRuleText(rule))).toEqual(rule);
});

test.each(["", "FETCH api.example.com", "api.example.com /v1", "/v1"])("what is not a host is refused: %j", (text) => {
  expect(parseHostRule(text)).toBeNull();
});

test("a list that was emptied is left out, so that it narrows nothing, and tools are kept", () => {
  expect(withoutEmptyLists({ tools: [], recipients: [], hosts: undefined, regions: ["eu"] })).toEqual({
    tools: [],
    regions: ["eu"],
  });
});

test("a budget reads as a sentence", () => {
  expect(budgetText({ window: "day", amount: "5000.00", currency: "EUR", count: 20, scope: "agent" })).toBe(
    "at most 5000.00 EUR and 20 calls a day",
  );
  expect(budgetText({ window: "hour", count: 1, scope: "counterparty" })).toBe(
    "at most 1 call an hour, to each recipient",
  );
});
