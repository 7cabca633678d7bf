import { InertText } from "@/components/ui/inert-text";
import { kindWord } from "@/lib/audit/kind-words";

/** What an entry is called: the tool where it is about one, else its kind. A tool's name may come from an agent. */
export function EntryName({ entry }: { entry: { kind: string; tool: string | null } }) {
  if (entry.tool === null) return kindWord(entry.kind);
  return (
    <code className="font-mono">
      <InertText text={entry.tool} />
    </code>
  );
}
