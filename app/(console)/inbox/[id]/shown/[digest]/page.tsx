import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { ShownCardView } from "@/components/approvals/shown-card-view";
import { shownCardParams } from "@/lib/approvals/schema";
import { getShownCard } from "@/lib/approvals/shown-card";
import { requireActor } from "@/lib/auth/session";
import { orNotFound } from "@/lib/http/or-not-found";

export const metadata: Metadata = { title: "Card as it was shown" };

export default async function ShownCardPage({ params }: PageProps<"/inbox/[id]/shown/[digest]">) {
  const actor = await requireActor("approvals:read", "approvals:read:own");
  const { id, digest } = await params;
  const asked = shownCardParams.safeParse({ id, digest: `sha256:${digest}` }).data;
  if (!asked) notFound();
  const shown = await orNotFound(getShownCard(actor, asked.id, asked.digest));
  return <ShownCardView id={id} shown={shown} />;
}
