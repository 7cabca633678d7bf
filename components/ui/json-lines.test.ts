import fc from "fast-check";
import { expect, test } from "vitest";
import { jsonLines } from "./json-lines";

const print = (json: string) =>
  jsonLines(json)
    .map((line) => line.map((token) => token.text).join(""))
    .join("\n");

test("JSON is laid out like JSON.stringify with two spaces, for any value", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(print(JSON.stringify(value))).toBe(JSON.stringify(value, null, 2));
    }),
  );
});

test("a number keeps the digits it was written with", () => {
  expect(print('{"amount":950.00,"big":12345678901234567890}')).toBe(
    '{\n  "amount": 950.00,\n  "big": 12345678901234567890\n}',
  );
});

test("structure inside a string is text, not structure", () => {
  expect(jsonLines('{"a":"}],\\"x\\":1"}')[1]).toEqual([
    { kind: "space", text: "  " },
    { kind: "key", text: '"a"' },
    { kind: "mark", text: ": " },
    { kind: "string", text: '"}],\\"x\\":1"' },
  ]);
});

test("text that is not JSON is still shown whole", () => {
  expect(print('{"a": <b>').replaceAll(/\s/g, "")).toBe('{"a":<b>');
});
