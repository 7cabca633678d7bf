import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { valuesOf, withValues } from "./allowlist";
import { mergeMandates } from "./merge-mandates";
import { allowlists, readList } from "./read-list";

const states = (lines: ReturnType<typeof readList>) => lines.map(({ line, value, state }) => [line, value, state]);

describe("a pasted list", () => {
  test("says of each line whether it is added, there already, or no value", () => {
    expect(
      states(readList("recipients", "a@b.example\n\nc@d.example\na@b.example\ne@f.example", ["c@d.example"])),
    ).toEqual([
      [1, "a@b.example", "added"],
      [3, "c@d.example", "duplicate"],
      [4, "a@b.example", "duplicate"],
      [5, "e@f.example", "added"],
    ]);
  });

  test("passes over the head of a table and takes its first column, quoted or not", () => {
    const csv = 'Tool,Note\ncrm.read,"reads, only"\r\n"crm.write";x\ncrm.list\tnote';
    expect(states(readList("tools", csv, [], new Set(["crm.read"])))).toEqual([
      [2, "crm.read", "added"],
      [3, "crm.write", "added"],
      [4, "crm.list", "added"],
    ]);
  });

  test("says of a tool that is not in the catalogue that it is refused until it is", () => {
    expect(readList("tools", "no.such", [], new Set())[0]).toMatchObject({
      state: "added",
      why: expect.stringContaining("catalogue"),
    });
  });

  test.each([
    ["tools", "Mail.Send"],
    ["tools", "mаil.send"],
    ["hosts", "https://user@evil.example/"],
    ["hosts", "FETCH api.example.com"],
    ["regions", "r".repeat(65)],
    ["recipients", "a".repeat(501)],
    ["recipients", "<a@b"],
    ["recipients", "a@b@c"],
  ] as const)("T10 %s refuse %s", (kind, text) => {
    expect(readList(kind, text, [])[0]?.state).toBe("invalid");
  });

  test("holds hosts as the mandate does, so that two spellings are one", () => {
    expect(
      states(readList("hosts", "https://API.example.com/\napi.example.com\nget api.example.com/v1/**", [])),
    ).toEqual([
      [1, "api.example.com", "added"],
      [2, "api.example.com", "duplicate"],
      [3, "GET api.example.com/v1/**", "added"],
    ]);
  });

  test("never throws, and what it adds the mandate takes", () => {
    fc.assert(
      fc.property(fc.constantFrom(...allowlists), fc.string({ unit: "grapheme", maxLength: 200 }), (kind, text) => {
        const added = readList(kind, text, []).filter((line) => line.state === "added");
        const mandate = withValues(
          { tools: [] },
          kind,
          added.map((line) => line.value),
        );
        expect(valuesOf(mandate, kind)).toEqual(added.map((line) => line.value));
        for (const line of readList(kind, text, valuesOf(mandate, kind))) expect(line.state).not.toBe("added");
      }),
      { numRuns: 1000 },
    );
  });
});

describe("two people who change one mandate", () => {
  const base = { tools: ["a", "b"], recipients: ["r"], budgets: [{ window: "day" as const, count: 5 }] };

  test("each keeps what they added and what they removed", () => {
    const mine = { ...base, tools: ["a", "c"] };
    const stored = { ...base, tools: ["a", "b", "d"], recipients: ["r", "s"] };
    expect(mergeMandates(base, mine, stored)).toEqual({
      merged: { ...base, tools: ["a", "d", "c"], recipients: ["r", "s"] },
      conflicts: [],
      theirs: ["tools", "recipients"],
    });
  });

  test("what does not add up is named, and theirs is kept until somebody says otherwise", () => {
    const mine = { ...base, budgets: [{ window: "day" as const, count: 9 }] };
    const stored = { ...base, budgets: [{ window: "day" as const, count: 1 }] };
    expect(mergeMandates(base, mine, stored)).toEqual({ merged: stored, conflicts: ["budgets"], theirs: ["budgets"] });
  });

  test("a list that one emptied and the other left alone is empty", () => {
    expect(mergeMandates(base, { ...base, recipients: [] }, { ...base, tools: ["a"] }).merged).toMatchObject({
      tools: ["a"],
      recipients: [],
    });
  });

  test("nothing that only one of them removed comes back, and nothing only one added is lost", () => {
    const list = fc.uniqueArray(fc.constantFrom("a", "b", "c", "d", "e"));
    fc.assert(
      fc.property(list, list, list, (was, own, now) => {
        const { merged } = mergeMandates({ tools: was }, { tools: own }, { tools: now });
        for (const name of ["a", "b", "c", "d", "e"] as const) {
          const [before, mine, stored] = [was.includes(name), own.includes(name), now.includes(name)];
          expect(merged.tools.includes(name)).toBe(before ? mine && stored : mine || stored);
        }
      }),
    );
  });
});
