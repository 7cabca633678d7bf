import fc from "fast-check";
import { expect, test } from "vitest";
import type { Json } from "@/lib/json";
import { compileArgumentSchema } from "./argument-schema";

type Schema = { [key: string]: Json };
const accepts = (schema: Schema, value: Json) => compileArgumentSchema(schema)(value) === null;

const transfer: Schema = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  title: "Transfer",
  type: "object",
  properties: {
    to: { type: "string", minLength: 1, maxLength: 34, format: "iban", description: "account" },
    amount: { anyOf: [{ type: "string" }, { type: "number", exclusiveMinimum: 0 }] },
    currency: { enum: ["EUR", "USD"] },
    tags: { type: "array", items: { type: "string" }, maxItems: 2, uniqueItems: true },
    notify: { $ref: "#/$defs/person" },
  },
  required: ["to", "amount"],
  additionalProperties: false,
  $defs: {
    person: {
      type: "object",
      properties: { email: { type: "string" }, deputy: { $ref: "#/$defs/person" } },
      required: ["email"],
      additionalProperties: false,
    },
  },
};

test.each<[Json, string, string]>([
  [{ amount: "1" }, "/to", "is required"],
  [{ to: "", amount: "1" }, "/to", "must have at least 1 characters"],
  [{ to: "x".repeat(35), amount: "1" }, "/to", "must have at most 34 characters"],
  [{ to: 5, amount: "1" }, "/to", "must be a string"],
  [{ to: "x", amount: true }, "/amount", "has none of the forms allowed"],
  [{ to: "x", amount: 0 }, "/amount", "has none of the forms allowed"],
  [{ to: "x", amount: 1, currency: "GBP" }, "/currency", "is not one of the values allowed"],
  [{ to: "x", amount: 1, bcc: "y" }, "/bcc", "is not expected"],
  [{ to: "x", amount: 1, tags: ["a", 1] }, "/tags/1", "must be a string"],
  [{ to: "x", amount: 1, tags: ["a", "b", "c"] }, "/tags", "must have at most 2 items"],
  [{ to: "x", amount: 1, tags: ["a", "a"] }, "/tags", "has an item twice"],
  [{ to: "x", amount: 1, notify: {} }, "/notify/email", "is required"],
  [
    { to: "x", amount: 1, notify: { email: "a", deputy: { email: "b", deputy: { email: 5 } } } },
    "/notify/deputy/deputy/email",
    "must be a string",
  ],
  [[], "", "must be an object"],
  [null, "", "must be an object"],
])("%j breaks the schema at %s: %s", (value, pointer, rule) => {
  expect(compileArgumentSchema(transfer)(value)).toEqual({ pointer, rule });
});

test("arguments that fit pass", () => {
  expect(
    accepts(transfer, {
      to: "DE89",
      amount: "950.00",
      currency: "EUR",
      tags: ["a"],
      notify: { email: "a@b", deputy: { email: "c@d" } },
    }),
  ).toBe(true);
  expect(accepts({}, { anything: [1, null] })).toBe(true);
});

test("own members only: a required name is not found on a prototype", () => {
  expect(accepts({ type: "object", required: ["toString"] }, {})).toBe(false);
  expect(
    accepts({ type: "object", properties: { x: {} }, additionalProperties: false }, JSON.parse('{"constructor":1}')),
  ).toBe(false);
});

test.each<[Schema, Json, boolean]>([
  [{ type: ["string", "null"] }, null, true],
  [{ type: "string", nullable: true }, null, true],
  [{ type: "integer" }, 1.5, false],
  [{ type: "integer" }, 2, true],
  [{ minimum: 2, maximum: 3 }, 2, true],
  [{ minimum: 2 }, 1.99, false],
  [{ exclusiveMaximum: 3 }, 3, false],
  [{ multipleOf: 5 }, 10, true],
  [{ multipleOf: 5 }, 11, false],
  [{ const: { a: [1, { b: 2 }] } }, { a: [1, { b: 2 }] }, true],
  [{ const: { a: 1 } }, { a: 1, b: 2 }, false],
  [{ oneOf: [{ type: "string" }, { minLength: 1 }] }, "x", false],
  [{ allOf: [{ minLength: 2 }, { maxLength: 3 }] }, "abcd", false],
  [{ not: { type: "string" } }, "x", false],
  [{ type: "object", additionalProperties: { type: "number" } }, { a: 1, b: "x" }, false],
  [{ minProperties: 1 }, {}, false],
  [{ maxProperties: 1 }, { a: 1, b: 2 }, false],
  [{ items: false }, [1], false],
  [{ minItems: 1 }, [], false],
  [{ maxLength: 1 }, "😀", true],
])("%j on %j answers %s", (schema, value, expected) => {
  expect(accepts(schema, value)).toBe(expected);
});

test.each<[Schema, string]>([
  [{ pattern: "(a+)+$" }, "pattern"],
  [{ properties: { x: { patternProperties: {} } } }, "patternProperties"],
  [{ if: {}, then: {} }, "if"],
  [{ dependentRequired: { a: ["b"] } }, "dependentRequired"],
  [{ propertyNames: {} }, "propertyNames"],
  [{ contains: {} }, "contains"],
  [{ prefixItems: [] }, "prefixItems"],
  [{ unevaluatedProperties: false }, "unevaluatedProperties"],
  [{ minimun: 3 }, "minimun"],
  [{ type: "text" }, "no JSON type"],
  [{ multipleOf: 0.01 }, "whole numbers"],
  [{ minLength: -1 }, "whole number"],
  [{ required: "x" }, "list of names"],
  [{ properties: [] }, "not an object"],
  [{ enum: "x" }, "not a list"],
  [{ anyOf: [] }, "list of schemas"],
  [{ $ref: "https://elsewhere.example/schema" }, "must point to"],
  [{ $ref: "#/$defs/none" }, "must point|not there"],
  [{ items: 5 }, "neither an object"],
])("a schema that would not be enforced is refused at save: %j", (schema, says) => {
  expect(() => compileArgumentSchema(schema)).toThrow(new RegExp(says));
});

test("a schema that goes round without end is an error, and an error denies", () => {
  const check = compileArgumentSchema({
    $ref: "#/$defs/a",
    $defs: { a: { allOf: [{ $ref: "#/$defs/b" }] }, b: { allOf: [{ $ref: "#/$defs/a" }] } },
  });
  expect(() => check({ x: 1 })).toThrow("without end");
  expect(() => check({ x: 1 })).toThrow("without end");
});

test("a schema nested without measure is refused", () => {
  let schema: Schema = {};
  for (let level = 0; level < 40; level++) schema = { items: schema };
  expect(() => compileArgumentSchema(schema)).toThrow("levels deep");
});

test("any JSON is answered and never throws", () => {
  const check = compileArgumentSchema(transfer);
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const found = check(value as Json);
      expect(found === null || typeof found.pointer === "string").toBe(true);
    }),
  );
});
