import { effectHints, type RoleName, roleWords } from "@/components/tools/words";
import { CodeBlock } from "@/components/ui/code-block";
import { Description, DescriptionList, NotSet } from "@/components/ui/description-list";
import { Id } from "@/components/ui/id";
import { InertText } from "@/components/ui/inert-text";
import { Panel } from "@/components/ui/panel";
import { Time } from "@/components/ui/time";
import type { ToolDto } from "@/lib/tools/schema";

/** What the catalogue says of a tool. */
export function ToolFacts({ tool }: { tool: ToolDto }) {
  const roles = Object.entries(tool.argumentRoles) as [RoleName, string | string[]][];
  return (
    <>
      <Panel title="Facts">
        <DescriptionList columns={2}>
          <Description term="Description">
            {tool.description ? <InertText text={tool.description} /> : <NotSet />}
          </Description>
          <Description term="Effect">{effectHints[tool.effect]}</Description>
          <Description term="Can be undone">
            {tool.reversible ? "Yes" : "No, so no agent below T4 uses it without a person"}
          </Description>
          <Description term="Source">{tool.source}</Description>
          <Description term="Changed">
            <Time value={tool.updatedAt} />
          </Description>
          <Description term="Fingerprint">
            <Id value={tool.fingerprint} noun="fingerprint" keep={12} />
          </Description>
        </DescriptionList>
      </Panel>
      <Panel title="What its arguments mean">
        {roles.length === 0 ? (
          <NotSet word="Nothing is known about them, so limits and recipients cannot be checked" />
        ) : (
          <DescriptionList columns={2}>
            {roles.map(([role, pointers]) => (
              <Description key={role} term={roleWords[role].label}>
                <code className="font-mono text-xs">{[pointers].flat().join(" ")}</code>
              </Description>
            ))}
            {tool.currency && <Description term="Default currency">{tool.currency}</Description>}
          </DescriptionList>
        )}
      </Panel>
      {tool.argumentSchema && <CodeBlock label="Argument schema" code={JSON.stringify(tool.argumentSchema, null, 2)} />}
    </>
  );
}
