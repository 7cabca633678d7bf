import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { hasHiddenCharacters, type Segment, visibleString, visibleText } from "./visible-text";

const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index);
const raw = (segments: Segment[]) => segments.map((each) => (each.kind === "text" ? each.text : "")).join("");
const whole = (segments: Segment[]) =>
  segments.map((each) => (each.kind === "text" ? each.text : String.fromCodePoint(each.codePoint))).join("");

describe("T27 what a reviewer cannot see becomes a labelled glyph", () => {
  test.each([
    ["bidirectional embeddings and overrides", range(0x202a, 0x202e)],
    ["bidirectional isolates", range(0x2066, 0x2069)],
    ["zero-width characters and marks", range(0x200b, 0x200f)],
    ["the byte order mark", [0xfeff]],
    ["C0 controls", range(0x00, 0x1f)],
    ["DEL and C1 controls", range(0x7f, 0x9f)],
    ["tags", [0xe0001, ...range(0xe0020, 0xe007f)]],
    ["the soft hyphen", [0xad]],
    ["line and paragraph separators", [0x2028, 0x2029]],
    ["word joiner and invisible operators", range(0x2060, 0x2064)],
    ["variation selectors", [...range(0xfe00, 0xfe0f), ...range(0xe0100, 0xe01ef)]],
    ["blank fillers", [0x115f, 0x1160, 0x3164, 0xffa0]],
    ["lone surrogates", [0xd800, 0xdfff]],
    ["private use and noncharacters", [0xe000, 0xfffe, 0xffff]],
  ])("%s", (_, codePoints) => {
    for (const codePoint of codePoints) {
      const segments = visibleText(`a${String.fromCodePoint(codePoint)}b`);
      expect(segments.map((each) => each.kind)).toEqual(["text", "glyph", "text"]);
      expect(raw(segments)).toBe("ab");
    }
  });

  test("a glyph carries its usual short name and its code point", () => {
    const [override, tag, control] = visibleText("\u202e\u{e0041}\u001b");
    expect(override).toEqual({ kind: "glyph", codePoint: 0x202e, label: "RLO", hex: "U+202E" });
    expect(tag).toMatchObject({ label: "TAG A", hex: "U+E0041" });
    expect(control).toMatchObject({ label: "ESC", hex: "U+001B" });
  });

  test("marks piled on a letter are cut off after three", () => {
    const segments = visibleText(`Z${"\u0334".repeat(20)}`);
    expect(raw(segments)).toBe(`Z${"\u0334".repeat(3)}`);
    expect(segments.filter((each) => each.kind === "glyph")).toHaveLength(17);
  });
});

test("T27 an attribute names what it cannot show", () => {
  expect(visibleString("pay\u202eload\ue000")).toBe("pay⟦RLO U+202E⟧load⟦U+E000⟧");
});

test("ordinary writing in any script is left alone", () => {
  const texts = ["Grüße, 1 234,50 €", "Việt Nam", "ありがとう", "שָׁלוֹם", "مرحبا", "Привет", "हिन्दी", "❤️ ☎️ 👍🏽", ""];
  for (const text of texts) expect(visibleText(text)).toEqual(text ? [{ kind: "text", text }] : []);
});

test("line breaks and tabs are glyphs, unless the view shows lines", () => {
  expect(hasHiddenCharacters("a\nb\tc")).toBe(true);
  expect(visibleText("a\nb\tc", { keepLineBreaks: true })).toEqual([{ kind: "text", text: "a\nb\tc" }]);
  expect(raw(visibleText("a\r\nb", { keepLineBreaks: true }))).toBe("a\nb");
});

test("nothing is lost, added or reordered, and no hidden character stays in the text", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      const segments = visibleText(text);
      expect(whole(segments)).toBe(text);
      expect(raw(segments)).not.toMatch(
        /[\p{Cc}\u202A-\u202E\u2066-\u2069\u200B-\u200F\uFEFF\u{E0000}-\u{E007F}\u00AD]/u,
      );
    }),
  );
});
