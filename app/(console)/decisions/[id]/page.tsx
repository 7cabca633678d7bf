import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { checkLane, openContent, readProof } from "@/app/(console)/audit/actions";
import { EntryView } from "@/components/audit/entry-view";
import { can } from "@/lib/auth/actor";
import { requireActor } from "@/lib/auth/session";
import { readEntry } from "@/lib/explorer/read-entry";
import { orNotFound } from "@/lib/http/or-not-found";

export const metadata: Metadata = { title: "Decision" };

export default async function DecisionPage({ params }: PageProps<"/decisions/[id]">) {
  const actor = await requireActor("audit:read", "audit:read:own");
  const { id } = await params;
  const decision = await orNotFound(readEntry(actor, id));
  if (decision.kind !== "decision") notFound();
  return (
    <EntryView
      key={decision.id}
      entry={decision}
      openContent={openContent}
      readProof={readProof}
      checkLane={checkLane}
      mayTry={can(actor, "policy:read")}
    />
  );
}
