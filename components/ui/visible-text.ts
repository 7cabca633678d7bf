/**
 * Text that shows what it hides. Text written by an agent or a stranger can hold characters that are invisible or that
 * reorder what stands around them; a reviewer must see every one, and none may reach the page raw.
 * Covers Unicode general categories Cc, Cf, Cs, Co, Zl, Zp, every default-ignorable and every noncharacter code point
 * (UAX #44, UAX #31 §2.3), and piles of combining marks.
 * @see UTS #55 (source code handling), Boucher and Anderson, "Trojan Source", 2021
 */

export type Segment =
  | { kind: "text"; text: string }
  | {
      kind: "glyph";
      /** The hidden code point; for a lone surrogate, that surrogate. */
      codePoint: number;
      /** Short name as printed: `RLO`, or the code point when it has none. */
      label: string;
      /** "U+202E" */
      hex: string;
    };

const hidden = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}]/u;
const combining = /\p{M}/u;
const pictograph = /\p{Extended_Pictographic}/u;

/** A base letter may carry this many marks (Vietnamese needs two, Hebrew with accents three); the rest become glyphs. */
const marksPerLetter = 3;

/**
 * Splits text into what can be shown as it is and what must be shown as a labelled glyph.
 * Joining the code points of all segments gives back exactly `text`.
 * @param options.keepLineBreaks leaves LF and TAB in the text, for a view that shows lines
 */
export function visibleText(text: string, options: { keepLineBreaks?: boolean } = {}): Segment[] {
  const segments: Segment[] = [];
  let plain = "";
  let marks = 0;
  let previous = "";
  for (const character of text) {
    marks = combining.test(character) ? marks + 1 : 0;
    if (shownAsIs(character, previous, marks, options.keepLineBreaks ?? false)) {
      plain += character;
    } else {
      if (plain) segments.push({ kind: "text", text: plain });
      plain = "";
      segments.push(glyph(character.codePointAt(0) as number));
    }
    previous = character;
  }
  if (plain) segments.push({ kind: "text", text: plain });
  return segments;
}

/** `text` as one string with each hidden character named, for attributes and titles: `pay⟦RLO U+202E⟧load`. */
export function visibleString(text: string): string {
  return visibleText(text)
    .map((segment) => (segment.kind === "text" ? segment.text : glyphText(segment)))
    .join("");
}

/** How a hidden character is printed: `⟦RLO U+202E⟧`, or `⟦U+E000⟧` when it has no name. */
export function glyphText({ label, hex }: { label: string; hex: string }): string {
  return label === hex ? `⟦${hex}⟧` : `⟦${label} ${hex}⟧`;
}

/** True when `text` has something that would be shown as a glyph. */
export function hasHiddenCharacters(text: string): boolean {
  return visibleText(text).some((segment) => segment.kind === "glyph");
}

function shownAsIs(character: string, previous: string, marks: number, keepLineBreaks: boolean): boolean {
  if (keepLineBreaks && (character === "\n" || character === "\t")) return true;
  // The emoji form selector after a pictograph is how ordinary emoji are written.
  if (character === "\uFE0F") return pictograph.test(previous);
  return !hidden.test(character) && marks <= marksPerLetter;
}

function glyph(codePoint: number): Segment {
  const hex = `U+${codePoint.toString(16).toUpperCase().padStart(4, "0")}`;
  return { kind: "glyph", codePoint, label: nameOf(codePoint) ?? hex, hex };
}

const c0 =
  "NUL SOH STX ETX EOT ENQ ACK BEL BS TAB LF VT FF CR SO SI DLE DC1 DC2 DC3 DC4 NAK SYN ETB CAN EM SUB ESC FS GS RS US".split(
    " ",
  );

const names: Record<number, string> = {
  127: "DEL",
  133: "NEL",
  173: "SHY",
  847: "CGJ",
  1564: "ALM",
  6158: "MVS",
  8203: "ZWSP",
  8204: "ZWNJ",
  8205: "ZWJ",
  8206: "LRM",
  8207: "RLM",
  8232: "LSEP",
  8233: "PSEP",
  8234: "LRE",
  8235: "RLE",
  8236: "PDF",
  8237: "LRO",
  8238: "RLO",
  8288: "WJ",
  8289: "FUNC",
  8290: "TIMES",
  8291: "SEP",
  8292: "PLUS",
  8294: "LRI",
  8295: "RLI",
  8296: "FSI",
  8297: "PDI",
  4447: "HCF",
  4448: "HJF",
  12644: "HF",
  65440: "HWHF",
  65279: "BOM",
  65529: "IAA",
  65530: "IAS",
  65531: "IAT",
  917505: "LANG TAG",
  917631: "CANCEL TAG",
};

function nameOf(codePoint: number): string | undefined {
  if (codePoint < 0x20) return c0[codePoint];
  if (codePoint >= 0xe0020 && codePoint <= 0xe007e) return `TAG ${String.fromCodePoint(codePoint - 0xe0000)}`;
  if (codePoint >= 0xfe00 && codePoint <= 0xfe0f) return `VS${codePoint - 0xfe00 + 1}`;
  if (codePoint >= 0xe0100 && codePoint <= 0xe01ef) return `VS${codePoint - 0xe0100 + 17}`;
  if (codePoint >= 0xd800 && codePoint <= 0xdfff) return "LONE";
  return names[codePoint];
}
