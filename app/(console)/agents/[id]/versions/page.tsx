import type { Metadata } from "next";
import { addVersion, promote } from "@/app/(console)/agents/actions";
import { VersionsTable } from "@/components/agents/versions-table";
import { listVersions } from "@/lib/agents/queries";
import { requireActor } from "@/lib/auth/session";
import { readAgent } from "../read-agent";

export const metadata: Metadata = { title: "Versions" };

export default async function VersionsPage({ params }: PageProps<"/agents/[id]/versions">) {
  const actor = await requireActor("agents:read", "agents:read:own");
  const agent = await readAgent(actor, (await params).id);
  return (
    <VersionsTable
      agent={{ id: agent.id, name: agent.name }}
      versions={await listVersions(actor, agent.id)}
      mayChange={agent.may.change}
      now={new Date().toISOString()}
      add={addVersion}
      promote={promote}
    />
  );
}
