import { InertText } from "@/components/ui/inert-text";

/**
 * Text of an agent in a place that must stay small: its beginning, and how much is left out. The whole stands elsewhere
 * on the page, so nothing is hidden by being long.
 * @param most code points shown
 */
export function ClippedText({ text, most = 80 }: { text: string; most?: number }) {
  const characters = [...text];
  if (characters.length <= most) return <InertText text={text} />;
  return (
    <>
      <InertText text={characters.slice(0, most).join("")} />
      <span className="text-muted"> … and {characters.length - most} more characters, all below</span>
    </>
  );
}
