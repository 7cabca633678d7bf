import type { Metadata } from "next";
import { discardDraft, readCedar, saveDraft } from "@/app/(console)/tiers/actions";
import { agentInput, loadDraft, shadow } from "@/app/(console)/tiers/edit/actions";
import { DraftEditor } from "@/components/tiers/draft-editor";
import { PageHeader } from "@/components/ui/page-header";
import { listGroups } from "@/lib/auth/queries";
import { requireActor } from "@/lib/auth/session";
import { listAgentChoices } from "@/lib/policy/agent-choices";
import { sameValue } from "@/lib/policy/cells";
import { contentOf } from "@/lib/policy/draft-content";
import { readDraft } from "@/lib/policy/drafts";
import { currentPolicy, getPolicyVersion } from "@/lib/policy/queries";

export const metadata: Metadata = { title: "Edit policy" };

export default async function EditPolicyPage() {
  const actor = await requireActor("policy:write");
  const [inForce, draft, groups, agents] = await Promise.all([
    currentPolicy(),
    readDraft(),
    listGroups(actor, { limit: 200 }),
    listAgentChoices(),
  ]);
  const base = draft.baseVersion === inForce.number ? inForce : await getPolicyVersion(draft.baseVersion);
  return (
    <div className="flex flex-col gap-4">
      <PageHeader
        title="Edit policy"
        breadcrumb={[{ label: "Tiers", href: "/tiers" }]}
        description={`A draft on top of version ${draft.baseVersion}. It decides nothing until it is published, and everybody who may write policy shares it.`}
      />
      <DraftEditor
        draft={draft}
        base={contentOf(base.content)}
        inForce={
          sameValue(contentOf(base.content), contentOf(inForce.content))
            ? undefined
            : { number: inForce.number, content: contentOf(inForce.content) }
        }
        tools={inForce.content.tools}
        groups={groups.items.map(({ key, title }) => ({ value: key, label: title }))}
        agents={agents}
        now={Date.now()}
        actions={{ save: saveDraft, load: loadDraft, discard: discardDraft, agentInput, shadow, readCedar }}
      />
    </div>
  );
}
