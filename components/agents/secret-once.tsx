"use client";

import { Banner } from "@/components/ui/banner";
import { CodeBlock } from "@/components/ui/code-block";
import { CopyButton } from "@/components/ui/copy-button";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Time } from "@/components/ui/time";
import type { IssuedCredential } from "@/lib/agents/schema";

/** A new key, shown this once, with a first call to try. */
export function SecretOnce({
  credential,
  publicUrl,
  tool,
}: {
  credential: IssuedCredential;
  publicUrl: string /** A tool of the mandate, for the example. */;
  tool?: string | undefined;
}) {
  return (
    <div className="flex min-w-0 flex-col gap-4">
      <Banner tone="warning" title="Copy the key now">
        It is shown only this once. Countersign keeps a digest and cannot show it again. Put it where the agent's
        runtime reads its secrets.
      </Banner>
      <div className="flex flex-wrap items-end gap-2">
        <Field label="Key" className="min-w-64 flex-1">
          <Input
            readOnly
            value={credential.secret}
            className="font-mono"
            spellCheck={false}
            onFocus={(event) => event.target.select()}
          />
        </Field>
        <CopyButton value={credential.secret} label="Copy key" shown />
      </div>
      <p className="text-muted">
        Expires <Time value={credential.expiresAt} />
      </p>
      <CodeBlock label="First call, with curl" code={curlExample(publicUrl, credential.secret, tool)} />
    </div>
  );
}

/** A decision request that can be pasted into a shell. */
function curlExample(publicUrl: string, secret: string, tool: string | undefined): string {
  const body = JSON.stringify({ tool: tool ?? "mail.send", arguments: {}, reasoning: "trying it out" });
  return [
    `curl -sS ${publicUrl}/api/v1/decisions \\`,
    `  -H "Authorization: Bearer ${secret}" \\`,
    `  -H "Content-Type: application/json" \\`,
    `  -d '${body}'`,
  ].join("\n");
}
