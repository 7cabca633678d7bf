import "server-only";

import { readPayload } from "@/lib/audit/read-payload";
import type { Actor } from "@/lib/auth/actor";
import { db } from "@/lib/db";
import { notFound } from "@/lib/errors";
import { cardDigest, makeCard } from "./card";
import { readApproval, readContent, readTool } from "./rows";
import { type Card, card, type ShownCard } from "./schema";
import { recordView } from "./view";
import { mayReadContent, maySee } from "./visible";

/** What of a card the vote's entry keeps, because it reads otherwise when names, owners or precedents change. */
const kept = card.pick({ agent: true, owner: true, unusual: true });

/**
 * The card as it was shown to those who voted on it, put together again from the log; given only when it has the very digest of the votes.
 * Reading it is an entry in the log, as on the page of the request.
 * @param digest `sha256:<hex>`, the `seenDigest` of a vote
 * @throws AppError `not_found` for a request that may not be read, and for a digest no vote has
 */
export async function getShownCard(actor: Actor, id: string, digest: string): Promise<ShownCard> {
  const content = await readContent(id);
  const approval = await readApproval(db, id, content);
  if (!approval || !maySee(actor, approval) || !mayReadContent(actor, approval)) throw notFound();
  const votes = approval.votes.filter((vote) => vote.seenDigest === digest);
  if (votes.length === 0) throw notFound();
  await recordView(actor, approval);
  const entries = await db.entryView.findMany({
    where: { approvalId: id, kind: "approval_voted" },
    select: { lane: true, seq: true },
  });
  const tool = await readTool(approval.policyHash, approval.tool);
  let found: Card | null = null;
  for (const { lane, seq } of entries) {
    const shown = kept.safeParse((await readPayload(lane, seq))?.shown).data;
    if (!shown) continue;
    const again = { ...makeCard({ ...approval, ...shown }, tool, content), unusual: shown.unusual };
    if (cardDigest(again) === digest) found = again;
  }
  return {
    card: found,
    digest,
    tool: approval.tool,
    effect: approval.effect as ShownCard["effect"],
    reversible: approval.reversible,
    resource: approval.resource,
    votes: votes.map(({ name, verdict, at }) => ({ name, verdict, at: at.toISOString() })),
  };
}
