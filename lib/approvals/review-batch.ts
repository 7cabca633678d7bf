import "server-only";

import { hash } from "node:crypto";
import { type Actor, requirePermission } from "@/lib/auth/actor";
import { db } from "@/lib/db";
import { AppError, notFound } from "@/lib/errors";
import { canonicalize } from "@/lib/json";
import { log } from "@/lib/log";
import { type BatchItem, batchRefusal } from "./batch-rule";
import type { BatchCards, BatchRefused, BatchResult, BatchVoteInput } from "./batch-schema";
import { cardDigest } from "./card";
import { readCard } from "./past";
import { review } from "./review";
import { readApproval, readContent, type StoredApproval } from "./rows";
import { refusalOf, refusalSentence } from "./state";
import { recordView } from "./view";
import { mayReadContent, maySee } from "./visible";

/**
 * The cards of several requests, to be read before they are decided together; or which of them keeps them from being. Reading them is an
 * entry in the log for each, as on its own page.
 * @throws AppError `not_found` for one that does not exist or may not be known
 */
export async function readBatch(actor: Actor, ids: readonly string[]): Promise<BatchCards> {
  const items = await readItems(actor, ids);
  const refused = batchRefusal(items) ?? cannotVote(actor, items);
  if (refused) return { refused };
  for (const { approval } of items) await recordView(actor, approval);
  return { refused: null, requests: items.map(({ card }) => ({ card, seenDigest: cardDigest(card) })) };
}

/**
 * Casts the same verdict on several requests. Each vote is taken by itself, with the digest of its own card, its own entry and its own
 * result: one that was decided meanwhile takes nothing from the others. What the rule of batches does not allow is refused whole, before
 * the first vote.
 * @throws AppError `forbidden` (the rule, or no permission; nothing was decided), `not_found`
 */
export async function reviewBatch(actor: Actor, input: BatchVoteInput): Promise<BatchResult[]> {
  requirePermission(actor, "approvals:vote");
  const items = await readItems(
    actor,
    input.requests.map(({ id }) => id),
  );
  const refused = batchRefusal(items);
  if (refused) throw new AppError("forbidden", `nothing was decided: of ${refused.id}, ${refused.because}`);

  const batch = { digest: batchDigest(input), size: input.requests.length };
  const results: BatchResult[] = [];
  for (const { id, seenDigest } of input.requests)
    results.push(await castOne(actor, id, { verdict: input.verdict, comment: input.comment, seenDigest }, batch));
  return results;
}

async function castOne(
  actor: Actor,
  id: string,
  vote: Parameters<typeof review>[2],
  batch: { digest: string; size: number },
): Promise<BatchResult> {
  try {
    // The rule was checked on the card of this moment; `review` takes the vote only on the card with the digest that was shown, and what
    // the rule looks at is in the card or never changes.
    const { status, granted, required } = await review(actor, id, vote, { batch });
    return { id, ok: true, status, granted, required };
  } catch (error) {
    if (error instanceof AppError) return { id, ok: false, because: error.message };
    log.error("one vote of a batch failed", { approvalId: id, error });
    return { id, ok: false, because: "it is not known whether this vote was recorded; open the request to see" };
  }
}

/** `sha256:<hex>` over the domain line and the canonical list of what was decided: each vote's entry says of which batch it was. */
function batchDigest({ verdict, requests }: BatchVoteInput): string {
  const list = canonicalize(requests.map(({ id, seenDigest }) => ({ id, seenDigest, verdict })));
  return `sha256:${hash("sha256", `countersign/batch/v1\n${list}`, "hex")}`;
}

type ReadItem = BatchItem & { approval: StoredApproval };

async function readItems(actor: Actor, ids: readonly string[]): Promise<ReadItem[]> {
  const items: ReadItem[] = [];
  for (const id of ids) {
    const content = await readContent(id);
    const approval = await readApproval(db, id, content);
    if (!approval || !maySee(actor, approval) || !mayReadContent(actor, approval)) throw notFound();
    const card = await readCard(db, approval, content);
    items.push({ approval, card, stepUp: approval.stepUp });
  }
  return items;
}

function cannotVote(actor: Actor, items: readonly ReadItem[]): BatchRefused | null {
  for (const { approval } of items) {
    const reason = refusalOf(approval.state, approval.votes, actor, approval.now);
    if (reason) return { id: approval.id, because: refusalSentence(reason) };
  }
  return null;
}
