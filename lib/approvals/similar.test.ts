import { expect, test } from "vitest";
import { groupSimilar } from "./similar";

const agent = (id: string) => ({ id, name: `Agent ${id}` });
const item = (id: string, change: object = {}) => ({
  id,
  agent: agent("a"),
  tool: "payments.transfer",
  effect: "financial" as const,
  currency: "EUR" as string | null,
  ...change,
});
const idsOf = (groups: { id: string }[][]) => groups.map((group) => group.map(({ id }) => id).join(" "));

test("requests of one agent for one tool, class and currency stand together, where the first of them stands", () => {
  const other = { tool: "mail.send", effect: "external" };
  expect(idsOf(groupSimilar([item("1"), item("2", other), item("3"), item("4", other), item("5")]))).toEqual([
    "1 3 5",
    "2 4",
  ]);
});

test.each([
  ["agent", { agent: agent("b") }],
  ["tool", { tool: "payments.schedule" }],
  ["class of effect", { effect: "write" }],
  ["currency", { currency: "USD" }],
  ["currency that is none", { currency: null }],
])("a request of another %s stands by itself", (_, change) => {
  expect(idsOf(groupSimilar([item("1"), item("2", change), item("3")]))).toEqual(["1 3", "2"]);
});

test("names that run together make no group", () => {
  const first = item("1", { agent: agent("a"), tool: 'b","c' });
  const second = item("2", { agent: agent('a","b'), tool: "c" });
  expect(groupSimilar([first, second])).toHaveLength(2);
});

test("no request is lost or shown twice", () => {
  const items = Array.from({ length: 60 }, (_, at) => item(String(at), { tool: `tool-${at % 7}` }));
  const shown = groupSimilar(items).flat();
  expect(shown).toHaveLength(60);
  expect(new Set(shown)).toEqual(new Set(items));
});
