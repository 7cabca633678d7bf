import type { Metadata } from "next";
import { issue, revoke, rotate } from "@/app/(console)/agents/actions";
import { CredentialsTable } from "@/components/agents/credentials-table";
import { exampleTool } from "@/components/agents/example-tool";
import { listCredentials } from "@/lib/agents/queries";
import { requireActor } from "@/lib/auth/session";
import { env } from "@/lib/env";
import { listToolChoices } from "@/lib/tools/queries";
import { readAgent } from "../read-agent";

export const metadata: Metadata = { title: "Credentials" };

export default async function CredentialsPage({ params }: PageProps<"/agents/[id]/credentials">) {
  const actor = await requireActor("agents:read", "agents:read:own");
  const agent = await readAgent(actor, (await params).id);
  const now = new Date();
  const [credentials, tools] = await Promise.all([listCredentials(actor, agent.id, now), listToolChoices()]);
  return (
    <CredentialsTable
      agent={{ id: agent.id, name: agent.name }}
      credentials={credentials}
      mayChange={agent.may.credentials}
      publicUrl={env().publicUrl}
      tool={exampleTool(agent.mandate.tools, tools)}
      now={now.toISOString()}
      issue={issue}
      rotate={rotate}
      revoke={revoke}
    />
  );
}
