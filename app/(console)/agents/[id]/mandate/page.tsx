import type { Metadata } from "next";
import { edit } from "@/app/(console)/agents/actions";
import { MandateEditor } from "@/components/agents/mandate-editor";
import { requireActor } from "@/lib/auth/session";
import { tierReach } from "@/lib/policy/describe";
import { currentPolicy } from "@/lib/policy/queries";
import { listToolChoices } from "@/lib/tools/queries";
import { readAgent } from "../read-agent";

export const metadata: Metadata = { title: "Mandate" };

export default async function MandatePage({ params }: PageProps<"/agents/[id]/mandate">) {
  const actor = await requireActor("agents:read", "agents:read:own");
  const agent = await readAgent(actor, (await params).id);
  const [tools, policy] = await Promise.all([listToolChoices(), currentPolicy()]);
  const tier = policy.content.tiers.find((one) => one.key === agent.tier);
  return (
    <MandateEditor
      key={agent.updatedAt}
      id={agent.id}
      mandate={agent.mandate}
      tools={tools}
      reach={tier && tierReach(tier)}
      mayChange={agent.may.change}
      edit={edit}
    />
  );
}
