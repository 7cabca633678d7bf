import type { Metadata } from "next";
import { authority, edit, used } from "@/app/(console)/agents/actions";
import { MandateEditor } from "@/components/agents/mandate-editor";
import { authorityOf } from "@/lib/agents/authority";
import { requireActor } from "@/lib/auth/session";
import { tierReach } from "@/lib/policy/describe";
import { currentPolicy } from "@/lib/policy/queries";
import { listToolChoices } from "@/lib/tools/queries";
import { readAgent } from "../read-agent";

export const metadata: Metadata = { title: "Mandate" };

export default async function MandatePage({ params }: PageProps<"/agents/[id]/mandate">) {
  const actor = await requireActor("agents:read", "agents:read:own");
  const agent = await readAgent(actor, (await params).id);
  const [tools, policy, initial] = await Promise.all([
    listToolChoices(),
    currentPolicy(),
    authorityOf(actor, agent.id),
  ]);
  const tier = policy.content.tiers.find((one) => one.key === agent.tier);
  return (
    <MandateEditor
      id={agent.id}
      stored={{ mandate: agent.mandate, hash: agent.mandateHash }}
      tools={tools}
      reach={tier && tierReach(tier)}
      mayChange={agent.may.change}
      initial={initial}
      edit={edit}
      used={used}
      authority={authority}
    />
  );
}
