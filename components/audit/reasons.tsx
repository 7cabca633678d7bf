import { InertText } from "@/components/ui/inert-text";
import { Panel } from "@/components/ui/panel";
import { sentence } from "@/components/ui/sentence";

/** The reasons that weighed, gravest first, each in general words: the exact ones name amounts and recipients, so they are content. */
export function Reasons({
  title,
  reasons,
}: {
  title: string;
  reasons: readonly { code: string; layer: string; meaning: string }[];
}) {
  return (
    <Panel title={title}>
      <ol className="flex flex-col gap-2">
        {reasons.map(({ code, layer, meaning }) => (
          <li key={code}>
            <InertText text={sentence(meaning)} />
            <div className="text-muted text-xs">
              {layer} ·{" "}
              <code className="font-mono">
                <InertText text={code} />
              </code>
            </div>
          </li>
        ))}
      </ol>
    </Panel>
  );
}
