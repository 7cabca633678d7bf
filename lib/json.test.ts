import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { atPointer, canonicalize, type Json, parseJson } from "./json";

const vectors = join(process.cwd(), "..", "shared", "vectors", "jcs");

describe("canonicalize", () => {
  test.skipIf(!existsSync(vectors))(
    "RFC 8785: the published vectors come out byte for byte (skipped where the vectors are absent)",
    () => {
      const names = readdirSync(join(vectors, "input"));
      expect(names.length).toBeGreaterThanOrEqual(6);
      for (const name of names) {
        const input = JSON.parse(readFileSync(join(vectors, "input", name), "utf8"));
        expect(Buffer.from(canonicalize(input)).equals(readFileSync(join(vectors, "output", name))), name).toBe(true);
      }
    },
  );

  test("what is parsed and written canonically is the same value, and writing it again changes nothing", () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), (value) => {
        const text = canonicalize(value);
        expect(canonicalize(JSON.parse(text))).toBe(text);
      }),
    );
  });

  test("undefined members are left out, and what is not JSON is a bug", () => {
    expect(canonicalize({ b: 1, a: undefined })).toBe('{"b":1}');
    expect(() => canonicalize(Number.NaN)).toThrow();
    expect(() => canonicalize({ a: () => 1 })).toThrow();
  });
});

const deep = (depth: number) => "[".repeat(depth) + "]".repeat(depth);
const hostile: [string, string][] = [
  ["a duplicate name", '{"a":1,"a":2}'],
  ["a duplicate name by escape", '{"a":1,"\\u0061":2}'],
  ["a nested duplicate", '{"x":[{"k":1,"k":1}]}'],
  ["a duplicate after a string with a colon", '{"s":":","s":":"}'],
  ["a duplicate hidden behind an escaped quote", '{"a\\"":1,"a\\"":2}'],
  ["__proto__", '{"__proto__":{"admin":true}}'],
  ["__proto__ by escape", '{"\\u005f_proto__":1}'],
  ["nested __proto__", '{"a":{"__proto__":[]}}'],
  ["a number beyond double", '{"a":1e400}'],
  ["a negative number beyond double", '{"a":-1e400}'],
  ["2^53", '{"a":9007199254740992}'],
  ["2^64", '{"a":18446744073709551616}'],
  ["-2^53", '{"a":-9007199254740992}'],
  ["an integer by exponent beyond 2^53", '{"a":1e20}'],
  ["a lone high surrogate", '{"a":"\\ud800"}'],
  ["a lone low surrogate", '{"a":"\\udc00"}'],
  ["surrogates the wrong way round", '{"a":"\\udc00\\ud800"}'],
  ["a lone surrogate in a name", '{"\\ud800":1}'],
  ["NUL", '{"a":"\\u0000"}'],
  ["NUL in a name", '{"\\u0000":1}'],
  ["raw NUL", '{"a":"\u0000"}'],
  ["a raw newline in a string", '{"a":"\n"}'],
  ["a raw tab in a string", '{"a":"\t"}'],
  ["nothing", ""],
  ["white space", "  "],
  ["two documents", "{}{}"],
  ["a trailing comma", '{"a":1,}'],
  ["a trailing comma in a list", "[1,]"],
  ["a comment", '{"a":1/*x*/}'],
  ["a line comment", '{"a":1}//x'],
  ["single quotes", "{'a':1}"],
  ["a bare name", "{a:1}"],
  ["NaN", '{"a":NaN}'],
  ["Infinity", '{"a":Infinity}'],
  ["a hex number", '{"a":0x10}'],
  ["a leading zero", '{"a":01}'],
  ["a leading plus", '{"a":+1}'],
  ["a bare point", '{"a":.5}'],
  ["a trailing point", '{"a":5.}'],
  ["an amount with an exponent", '{"amount":1e3}'],
  ["an amount with a capital exponent", '{"amount":5E-1}'],
  ["an unfinished exponent", '{"a":1e}'],
  ["an unknown escape", '{"a":"\\x41"}'],
  ["an unfinished escape", '{"a":"\\u00"}'],
  ["an unterminated string", '{"a":"b'],
  ["an unterminated object", '{"a":1'],
  ["an unterminated list", "[1"],
  ["a stray bracket", "]"],
  ["a stray colon", '{"a"::1}'],
  ["a missing colon", '{"a" 1}'],
  ["a byte order mark", '\ufeff{"a":1}'],
  ["undefined", '{"a":undefined}'],
  ["True", '{"a":True}'],
  ["depth 33", deep(33)],
  ["depth 10,000", deep(10_000)],
  ["depth of objects", `${'{"a":'.repeat(40)}1${"}".repeat(40)}`],
  ["1,001 members", `{${Array.from({ length: 1001 }, (_, at) => `"k${at}":1`).join()}}`],
  ["1,001 members over nested objects", `[${Array.from({ length: 1001 }, () => '{"a":1}').join()}]`],
  ["a semicolon", '{"a":1;"b":2}'],
  ["a non-breaking space between tokens", '{"a":\u00a01}'],
  ["a line separator between tokens", '{"a":\u20281}'],
  ["an em quad between tokens", '{"a":\u20011}'],
];

describe("parseJson", () => {
  test("T09 sixty hostile documents are refused with a reason, never a crash", () => {
    expect(hostile.length).toBeGreaterThanOrEqual(60);
    for (const [name, text] of hostile) {
      expect(() => parseJson(text), name).toThrow(expect.objectContaining({ code: "invalid_request" }));
    }
  });

  test("very small numbers may be written the way programs write them, and `e` in words is no exponent", () => {
    expect(parseJson('{"rate":1e-05,"on":true,"note":"3e5"}')).toEqual({ rate: 1e-5, on: true, note: "3e5" });
  });

  test("a member named like something every object has stays data", () => {
    const value = parseJson('{"constructor":1,"toString":2,"hasOwnProperty":3}');
    expect(atPointer(value, "/constructor")).toBe(1);
    expect(atPointer(parseJson("{}"), "/constructor")).toBeUndefined();
  });

  test("every I-JSON document within the limits is read as native JSON reads it", () => {
    const safe = (value: Json): boolean =>
      typeof value === "number"
        ? Number.isSafeInteger(value) || !Number.isInteger(value)
        : typeof value === "string"
          ? value.isWellFormed() && !value.includes("\u0000")
          : typeof value !== "object" || value === null
            ? true
            : Array.isArray(value)
              ? value.every(safe)
              : Object.entries(value).every(([name, member]) => name !== "__proto__" && safe(name) && safe(member));
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), (value) => {
        const text = JSON.stringify(value);
        const read = JSON.parse(text) as Json;
        fc.pre(safe(read) && !/\de/i.test(text));
        expect(parseJson(text)).toEqual(read);
      }),
      { numRuns: 500 },
    );
  });
});
