import { describe, expect, test } from "vitest";
import {
  attributeOptions,
  groupOf,
  negated,
  operatorsFor,
  valueField,
  valueFor,
} from "@/components/tiers/condition-options";
import { prepareCondition } from "@/lib/policy/conditions";
import { type Condition, condition, operators, type Tool } from "@/lib/policy/schema";

const tool: Tool = {
  name: "payments.schedule",
  description: "",
  source: "manual",
  effect: "financial",
  reversible: false,
  status: "sanctioned",
  argumentSchema: { type: "object", properties: { amount: { type: "string" }, "a/b": { type: "string" } } },
  argumentRoles: { amount: "/amount", recipient: ["/payee/iban"] },
};
const lists = { mine: { kind: "exact" as const, values: ["a"] } };
const names = attributeOptions([tool]).map((option) => option.value);

describe("what the condition builder offers", () => {
  test("it offers the arguments of the catalogue by name, and by what its roles name", () => {
    expect(names).toEqual(expect.arrayContaining(["arguments/amount", "arguments/a~1b", "arguments/payee/iban"]));
  });

  test.each(names)(
    "every operator offered for %s is one the engine takes, with a value the schema takes",
    (attribute) => {
      for (const operator of operatorsFor(attribute)) {
        const value = valueFor({ attribute, operator }, undefined, "EUR");
        const comparison = { attribute, operator, ...(value === undefined ? {} : { value }) };
        expect(condition.safeParse(comparison).success).toBe(true);
        const asked = { ...comparison, value: filled(operator, value) };
        if (asked.value === undefined) delete asked.value;
        expect(() => prepareCondition(asked as Condition, { lists }), `${attribute} ${operator}`).not.toThrow();
      }
    },
  );

  test("no operator that the engine takes for a text is left out of arguments", () => {
    const offered = operatorsFor("arguments/amount");
    expect(operators.filter((operator) => !offered.includes(operator))).toEqual(["withinHours"]);
  });

  test("changing the operator keeps the value where it still fits", () => {
    const money = { amount: "12.50", currency: "USD" };
    expect(valueFor({ attribute: "action.amount", operator: "gt" }, money, "EUR")).toEqual(money);
    expect(valueFor({ attribute: "action.tool", operator: "in" }, "mail.send", "EUR")).toEqual(["mail.send"]);
    expect(valueFor({ attribute: "action.tool", operator: "eq" }, ["mail.send", "other"], "EUR")).toBe("mail.send");
    expect(valueFor({ attribute: "principal.tier", operator: "eq" }, "mail.send", "EUR")).toBe("T0");
    expect(valueFor({ attribute: "action.reversible", operator: "eq" }, "T1", "EUR")).toBe(true);
  });

  test("the field follows the type that is there", () => {
    expect(valueField({ attribute: "arguments/n", operator: "eq", value: 3 })).toMatchObject({
      field: "one",
      as: "number",
    });
    expect(valueField({ attribute: "action.recipients", operator: "glob", value: ["*@a"] })).toMatchObject({
      field: "many",
    });
  });

  test("a group of one is the one, and a double negation is none", () => {
    const one: Condition = { attribute: "time.now", operator: "withinHours" };
    expect(groupOf("any", [one])).toBe(one);
    expect(groupOf("any", [])).toBeUndefined();
    expect(negated(negated(one))).toBe(one);
  });
});

/** What a person would type into the empty field. */
function filled(operator: string, value: unknown): unknown {
  if (operator === "matchesList") return "mine";
  if (operator === "cidrMatches") return "10.0.0.0/8";
  if (operator === "hostMatches") return "*.example.com";
  if (value === "") return "x";
  return Array.isArray(value) && value.length === 0 ? ["x"] : value;
}
