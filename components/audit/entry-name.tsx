import { InertText } from "@/components/ui/inert-text";
import { kindWord } from "@/lib/audit/kind-words";

/** What an entry is called: a decision by its tool, anything else by its kind and the tool it is about. A tool's name may come from an agent. */
export function EntryName({ entry: { kind, tool } }: { entry: { kind: string; tool: string | null } }) {
  if (tool === null) return kindWord(kind);
  const name = <ToolName tool={tool} />;
  if (kind === "decision") return name;
  return (
    <>
      {kindWord(kind)} <span className="font-normal text-muted">{name}</span>
    </>
  );
}

export function ToolName({ tool }: { tool: string }) {
  return (
    <code className="font-mono">
      <InertText text={tool} />
    </code>
  );
}
