import { CodeBlock } from "@/components/ui/code-block";
import { absoluteTime } from "@/components/ui/time-format";

/** A one-time link, shown once: how to hand it over, and until when it works. */
export function OneTimeLink({ name, url, expiresAt }: { name: string; url: string; expiresAt: string }) {
  return (
    <div className="flex flex-col gap-3">
      <p>
        Give this link to {name} yourself, over a channel you trust. It works once, until{" "}
        {absoluteTime(new Date(expiresAt))}, and is not shown again. Whoever opens it becomes {name}.
      </p>
      <CodeBlock label="One-time link" code={url} wrap />
    </div>
  );
}
