import { ContentPanel } from "@/components/audit/content-panel";
import { EntryFacts } from "@/components/audit/entry-facts";
import { EntryName } from "@/components/audit/entry-name";
import { LanePanel } from "@/components/audit/lane-panel";
import { OutcomeBadge } from "@/components/audit/outcome-badge";
import { ProofPanel } from "@/components/audit/proof-panel";
import { Reasons } from "@/components/audit/reasons";
import { RelatedEntries } from "@/components/audit/related-entries";
import { ruleHref } from "@/components/audit/rule-href";
import { Badge } from "@/components/ui/badge";
import { ButtonLink } from "@/components/ui/button-link";
import { PageHeader } from "@/components/ui/page-header";
import { codeMeaning, entrySentence, layerOf } from "@/lib/explorer/explain";
import type { EntryContent, EntryDetail, EntryProof, LaneCheckResult } from "@/lib/explorer/schema";
import type { ActionResult } from "@/lib/http/action";

type EntryViewProps = {
  entry: EntryDetail;
  openContent: (input: { id: string }) => Promise<ActionResult<EntryContent>>;
  readProof: (input: { id: string }) => Promise<ActionResult<EntryProof>>;
  checkLane: (input: { id: string }) => Promise<ActionResult<LaneCheckResult>>;
  /** Whether the caller may try requests. */
  mayTry: boolean;
};

/** One entry of the log: what was asked and answered, why, what came of it, and how it stands in its lane. */
export function EntryView({ entry, openContent, readProof, checkLane, mayTry }: EntryViewProps) {
  const decided = entry.kind === "decision";
  const at = { policyNumber: entry.policyNumber, agentId: entry.agent?.id ?? null, tool: entry.tool };
  const reasons = entry.codes.length > 0 && (
    <Reasons
      title={decided ? "Why" : "Reasons"}
      reasons={entry.codes.map((code) => {
        const layer = layerOf(code);
        const ruleId = layer === "guardrail" ? code.slice("guardrail.".length) : undefined;
        return { code, layer, meaning: codeMeaning(code), href: decided ? ruleHref({ layer, ruleId }, at) : undefined };
      })}
    />
  );
  return (
    <article className="flex flex-col gap-4">
      <PageHeader
        title={<EntryName entry={entry} />}
        breadcrumb={[{ label: "Audit log", href: "/audit" }]}
        status={
          <>
            {entry.outcome && <OutcomeBadge outcome={entry.outcome} />}
            {entry.sample && <Badge>Sample</Badge>}
          </>
        }
        description={entrySentence(entry)}
        actions={decided && mayTry && <ButtonLink href={`/tiers/try?from=${entry.id}`}>Try it again</ButtonLink>}
      />
      <div className="grid items-start gap-4 lg:grid-cols-[minmax(0,2fr)_minmax(20rem,1fr)]">
        <div className="flex min-w-0 flex-col gap-4">
          {entry.content === "none" ? (
            reasons
          ) : (
            <ContentPanel
              id={entry.id}
              state={entry.content}
              mayOpen={entry.mayOpen}
              open={openContent}
              reasons={reasons}
              at={at}
            />
          )}
          <RelatedEntries entry={entry} />
          <ProofPanel id={entry.id} readProof={readProof} />
          <LanePanel entry={entry} check={checkLane} />
        </div>
        <EntryFacts entry={entry} />
      </div>
    </article>
  );
}
