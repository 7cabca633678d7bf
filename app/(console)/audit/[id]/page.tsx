import type { Metadata } from "next";
import { checkLane, openContent, readProof } from "@/app/(console)/audit/actions";
import { EntryView } from "@/components/audit/entry-view";
import { can } from "@/lib/auth/actor";
import { requireActor } from "@/lib/auth/session";
import { readEntry } from "@/lib/explorer/read-entry";
import { orNotFound } from "@/lib/http/or-not-found";

export const metadata: Metadata = { title: "Entry" };

export default async function EntryPage({ params }: PageProps<"/audit/[id]">) {
  const actor = await requireActor("audit:read", "audit:read:own");
  const { id } = await params;
  const entry = await orNotFound(readEntry(actor, id));
  return (
    <EntryView
      key={entry.id}
      entry={entry}
      openContent={openContent}
      readProof={readProof}
      checkLane={checkLane}
      mayTry={can(actor, "policy:read")}
    />
  );
}
