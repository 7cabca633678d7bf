import Link from "next/link";
import { InertText } from "@/components/ui/inert-text";
import { Panel } from "@/components/ui/panel";
import { sentence } from "@/components/ui/sentence";

/** The reasons that weighed, gravest first, each in general words: the exact ones name amounts and recipients, so they are content. */
export function Reasons({
  title,
  reasons,
}: {
  title: string;
  /** `href`: where rules of this layer can be read. */
  reasons: readonly { code: string; layer: string; meaning: string; href?: string | undefined }[];
}) {
  return (
    <Panel title={title}>
      <ol className="flex flex-col gap-2">
        {reasons.map(({ code, layer, meaning, href }) => (
          <li key={code}>
            <InertText text={sentence(meaning)} />
            <div className="text-muted text-xs">
              {href ? (
                <Link href={href} className="inline-flex min-h-6 items-center rounded-md text-link hover:underline">
                  {layer}
                </Link>
              ) : (
                layer
              )}{" "}
              ·{" "}
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
