import type { Metadata } from "next";
import { issue, revoke, rotate } from "@/app/(console)/agents/actions";
import { CredentialsTable } from "@/components/agents/credentials-table";
import { listCredentials } from "@/lib/agents/queries";
import { requireActor } from "@/lib/auth/session";
import { env } from "@/lib/env";
import { readAgent } from "../read-agent";

export const metadata: Metadata = { title: "Credentials" };

export default async function CredentialsPage({ params }: PageProps<"/agents/[id]/credentials">) {
  const actor = await requireActor("agents:read", "agents:read:own");
  const agent = await readAgent(actor, (await params).id);
  const now = new Date();
  return (
    <CredentialsTable
      agent={{ id: agent.id, name: agent.name }}
      credentials={await listCredentials(actor, agent.id, now)}
      mayChange={agent.may.credentials}
      publicUrl={env().publicUrl}
      tool={agent.mandate.tools[0]}
      now={now.toISOString()}
      issue={issue}
      rotate={rotate}
      revoke={revoke}
    />
  );
}
