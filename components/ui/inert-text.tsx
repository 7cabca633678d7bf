import { glyphText, visibleText } from "@/components/ui/visible-text";

/**
 * Text from an agent or a stranger, as data: never markup, no link, hidden characters as labelled glyphs, and its
 * direction kept from touching what stands around it.
 * @param lines keeps line breaks as lines; otherwise they are glyphs too
 */
export function InertText({ text, lines = false }: { text: string; lines?: boolean }) {
  return (
    <bdi className={lines ? "whitespace-pre-wrap break-words" : "break-words"}>
      {visibleText(text, { keepLineBreaks: lines }).map((segment, index) =>
        segment.kind === "text" ? (
          segment.text
        ) : (
          // biome-ignore lint/suspicious/noArrayIndexKey: a segment is its position
          <Glyph key={index} label={segment.label} hex={segment.hex} />
        ),
      )}
    </bdi>
  );
}

/** A character that cannot be seen, named: ⟦RLO U+202E⟧ */
function Glyph({ label, hex }: { label: string; hex: string }) {
  return (
    <span className="mx-px rounded-md border border-status-warning bg-status-warning-soft px-0.5 font-mono text-status-warning text-xs">
      {glyphText({ label, hex })}
    </span>
  );
}
